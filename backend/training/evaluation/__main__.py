"""Evaluates the released model as its users meet it: image file in, verdict out.

    make evaluate

Reads the test sets, which nothing was trained on or tuned to, through the library's own pipeline.
Writes evaluation.json, MODEL_CARD.md and charts/ beside the model, and the accuracy into the README
and frontend/about.html.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from recognizer import Recognition, Recognizer, StageTimings
from recognizer.model_files import FINDER_PATH, LINE_READER_PATH, MODEL_PATH, read_verified
from training.data.datasets import DatasetError
from training.evaluation import report
from training.evaluation.answers import (
    REJECTED,
    SURE,
    Answer,
    judge,
    number_result,
    scene_kind_result,
)
from training.evaluation.charts import (
    CHARTS,
    Misclassification,
    draw_charts,
    draw_number_charts,
)
from training.evaluation.measures import (
    expected_calibration_error,
    reliability_bins,
    wilson_interval,
)
from training.evaluation.number_sets import NumberTestSet, number_sets
from training.evaluation.scene_sets import has_digits, scene_set, unseen_hands
from training.evaluation.scene_sheet import QUALITY, ShownScene, scene_sheet
from training.evaluation.schema import (
    DigitResult,
    Evaluation,
    ModelFile,
    NumberResult,
    RejectionResult,
    SceneKindResult,
    save_evaluation,
)
from training.evaluation.test_sets import (
    DigitTestSet,
    NonDigitTestSet,
    condition_sets,
    digit_sets,
    non_digit_sets,
    pen_lifts_set,
)
from training.finder.pens import Hands
from training.finder.scenes import KINDS, Kind
from training.run_log import RESULTS, seed_statistics


class Evaluator:
    """Evaluates one recognizer, the released one by default."""

    def __init__(self, recognizer: Recognizer | None = None) -> None:
        self.recognizer = recognizer or Recognizer()

    def recognize_all(self, test_set: DigitTestSet | NonDigitTestSet) -> Iterator[Recognition]:
        """Yield the recognition of each file of a test set."""
        count = len(test_set.labels) if isinstance(test_set, DigitTestSet) else test_set.count
        for content in tqdm(test_set.files(), test_set.name, count, unit="image", leave=False):
            yield self.recognizer.recognize(content)

    def evaluate_digits(
        self, test_set: DigitTestSet
    ) -> tuple[DigitResult, list[Misclassification], list[StageTimings]]:
        """Return the result on a test set of digits, the errors, and all timings."""
        predictions, errors, timings = [], [], []
        for label, recognition in zip(test_set.labels, self.recognize_all(test_set), strict=True):
            prediction, model_input = recognition.prediction, recognition.model_input
            predictions.append(prediction)
            timings.append(recognition.timings)
            if prediction.digit != label and model_input is not None:
                errors.append(
                    Misclassification(
                        model_input, int(label), prediction.digit, prediction.confidence
                    )
                )
        predicted = np.array([-1 if each.digit is None else each.digit for each in predictions])
        confidence = np.array([each.confidence for each in predictions])
        verdicts = np.array([each.verdict for each in predictions])
        rejected, sure = np.isin(verdicts, REJECTED), np.isin(verdicts, SURE)
        is_digit, correct = predicted >= 0, predicted == test_set.labels
        confusion = np.zeros((10, 10), dtype=int)
        np.add.at(confusion, (test_set.labels[is_digit], predicted[is_digit]), 1)
        reliability = reliability_bins(confidence[~rejected], correct[~rejected])
        result = DigitResult(
            name=test_set.name,
            images=len(predicted),
            correct=int(correct.sum()),
            accuracy=float(correct.mean()),
            interval=wilson_interval(int(correct.sum()), len(predicted)),
            rejected=float(rejected.mean()),
            unsure=float((verdicts == "unsure").mean()),
            accuracy_when_sure=float(correct[sure].mean()),
            expected_calibration_error=expected_calibration_error(reliability),
            reliability=reliability,
            confusion=confusion.tolist(),
        )
        return result, errors, timings

    def answers(self, test_set: NumberTestSet) -> Iterator[Answer]:
        """Yield the answer to each image of a test set of numbers."""
        samples = tqdm(test_set.samples(), test_set.name, test_set.count, unit="image", leave=False)
        for content, label in samples:
            yield judge(self.recognizer.recognize(content).prediction, label, test_set)

    def evaluate_non_digits(self, test_set: NonDigitTestSet) -> RejectionResult:
        """Return the result on a test set of non-digits."""
        verdicts = np.array([each.prediction.verdict for each in self.recognize_all(test_set)])
        count = len(verdicts)
        rejected_or_unsure = int((~np.isin(verdicts, SURE)).sum())
        unsure = float((verdicts == "unsure").mean())
        return RejectionResult(
            name=test_set.name,
            images=count,
            rejected=rejected_or_unsure / count - unsure,
            unsure=unsure,
            rejected_or_unsure=rejected_or_unsure / count,
            interval=wilson_interval(rejected_or_unsure, count),
        )


def median_timings(timings: Sequence[StageTimings]) -> StageTimings:
    """Return the median of each stage, to the microsecond."""
    return StageTimings(
        decode_ms=round(float(np.median([each.decode_ms for each in timings])), 3),
        preprocess_ms=round(float(np.median([each.preprocess_ms for each in timings])), 3),
        model_ms=round(float(np.median([each.model_ms for each in timings])), 3),
    )


class SceneResults(NamedTuple):
    """Results on scenes, and one scene of each kind with what was found."""

    groups: list[NumberResult]
    """Of the kinds with digits that the finder is trained with, and of those held out."""
    kinds: list[SceneKindResult]
    shown: list[ShownScene]


def evaluate_scenes(evaluator: Evaluator, hands: Hands, kinds: Sequence[Kind]) -> SceneResults:
    """Evaluate the scenes of kinds, at least one of them held out and one not."""
    results, shown = [], []
    grouped: dict[bool, list[Answer]] = {False: [], True: []}
    for kind in kinds:
        test_set = scene_set(hands, kind)
        answers = list(evaluator.answers(test_set))
        results.append(scene_kind_result(kind, answers))
        content, _ = next(test_set.samples())
        shown.append(ShownScene(kind, content, answers[0]))
        if has_digits(kind):
            grouped[kind.held_out] += answers
    counts = {each: sum(has_digits(k) and k.held_out == each for k in kinds) for each in grouped}
    groups = [
        number_result(f"scenes of {counts[False]} kinds trained with", grouped[False]),
        number_result(f"scenes of {counts[True]} kinds held out of training", grouped[True]),
    ]
    return SceneResults(groups, results, shown)


def evaluate() -> tuple[Evaluation, list[Misclassification], list[ShownScene]]:
    """Evaluate the released model.

    Also returns its errors on the sets of `digit_sets`, and a scene of each kind.
    """
    evaluator = Evaluator()
    results, all_errors = [], []
    for test_set in digit_sets():
        result, errors, timings = evaluator.evaluate_digits(test_set)
        results.append(result)
        all_errors += errors
        if test_set.name.startswith("UJI"):
            medians = median_timings(timings)
    results.append(evaluator.evaluate_digits(pen_lifts_set())[0])
    scenes = evaluate_scenes(evaluator, unseen_hands(), KINDS)
    content, digest = read_verified(MODEL_PATH)
    classifier = evaluator.recognizer.classifier
    recipe = classifier.metadata["recipe"]
    search = evaluator.recognizer.search
    evaluation = Evaluation(
        version=evaluator.recognizer.version,
        sha256=digest,
        size_bytes=len(content),
        recipe=recipe,
        finder=model_file(FINDER_PATH, search.finder.metadata),
        line_reader=model_file(LINE_READER_PATH, search.line_reader.metadata),
        temperature=classifier.temperature,
        reject_threshold=classifier.reject_threshold,
        unsure_threshold=classifier.unsure_threshold,
        timings=medians,
        digits=results,
        conditions=[evaluator.evaluate_digits(test_set)[0] for test_set in condition_sets()],
        non_digits=[evaluator.evaluate_non_digits(test_set) for test_set in non_digit_sets()],
        numbers=[
            number_result(test_set.name, list(evaluator.answers(test_set)))
            for test_set in number_sets()
        ],
        scenes=scenes.groups,
        scene_kinds=scenes.kinds,
        seeds=seed_statistics(recipe, RESULTS),
    )
    return evaluation, all_errors, scenes.shown


def model_file(path: Path, metadata: Mapping[str, str]) -> ModelFile:
    """Return what a released model is."""
    content, digest = read_verified(path)
    return ModelFile(digest, len(content), metadata["recipe"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Evaluate the released model on the test sets.")
    parser.add_argument(
        "--check-data", action="store_true", help="only check that all data is here"
    )
    arguments = parser.parse_args()
    try:
        if arguments.check_data:
            for load_sets in (digit_sets, non_digit_sets, number_sets):
                load_sets()
            return
        evaluation, errors, shown = evaluate()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    save_evaluation(evaluation)
    draw_charts(evaluation, errors)
    draw_number_charts(evaluation)
    scene_sheet(shown).save(CHARTS / "scene_sheet.webp", quality=QUALITY)
    report.write(evaluation)
    print(report.digits_table(evaluation.digits))
    print(report.numbers_table([*evaluation.numbers, *evaluation.scenes]))


if __name__ == "__main__":
    main()
