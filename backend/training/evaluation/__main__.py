"""Evaluates the released model as its users meet it: image file in, verdict out.

    make evaluate

Reads the test sets, which nothing was trained on or tuned to, through the library's own pipeline.
Writes evaluation.json, MODEL_CARD.md and charts/ beside the model, and the accuracy into the README
and frontend/about.html.
"""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer import Recognition, Recognizer, StageTimings
from recognizer.classifier import MODEL_PATH, read_verified
from training.data.datasets import DatasetError
from training.evaluation import report
from training.evaluation.charts import Misclassification, draw_charts
from training.evaluation.schema import (
    DigitResult,
    Evaluation,
    RejectionResult,
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
from training.run_log import RESULTS, seed_statistics

BINS = 15
"""Number of confidence bins, of equal width, for the expected calibration error."""


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
        accepted, correct = predicted >= 0, predicted == test_set.labels
        confusion = np.zeros((10, 10), dtype=int)
        np.add.at(confusion, (test_set.labels[accepted], predicted[accepted]), 1)
        reliability = reliability_bins(confidence[accepted], correct[accepted])
        result = DigitResult(
            name=test_set.name,
            images=len(predicted),
            correct=int(correct.sum()),
            accuracy=float(correct.mean()),
            interval=wilson_interval(int(correct.sum()), len(predicted)),
            rejected=float(1 - accepted.mean()),
            unsure=float((verdicts == "unsure").mean()),
            accuracy_when_sure=float(correct[verdicts == "digit"].mean()),
            expected_calibration_error=expected_calibration_error(reliability),
            reliability=reliability,
            confusion=confusion.tolist(),
        )
        return result, errors, timings

    def evaluate_non_digits(self, test_set: NonDigitTestSet) -> RejectionResult:
        """Return the result on a test set of non-digits."""
        verdicts = np.array([each.prediction.verdict for each in self.recognize_all(test_set)])
        count = len(verdicts)
        rejected_or_unsure = int((verdicts != "digit").sum())
        unsure = float((verdicts == "unsure").mean())
        return RejectionResult(
            name=test_set.name,
            images=count,
            rejected=rejected_or_unsure / count - unsure,
            unsure=unsure,
            rejected_or_unsure=rejected_or_unsure / count,
            interval=wilson_interval(rejected_or_unsure, count),
        )


def wilson_interval(successes: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the confidence interval of a fraction (Wilson, 1927); z = 1.96 gives 95%."""
    fraction = successes / count
    middle = fraction + z * z / (2 * count)
    margin = z * (fraction * (1 - fraction) / count + z * z / (4 * count * count)) ** 0.5
    scale = 1 + z * z / count
    return (middle - margin) / scale, (middle + margin) / scale


def reliability_bins(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> list[tuple[float, float, int]]:
    """Return mean confidence, accuracy and number of predictions of each nonempty bin.

    `confidence` (n,) is in [0, 1].
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[bins == number].mean()), float(correct[bins == number].mean()), count)
        for number in range(BINS)
        if (count := int((bins == number).sum()))
    ]


def expected_calibration_error(reliability: list[tuple[float, float, int]]) -> float:
    """Return the mean gap between confidence and accuracy over the bins.

    Guo et al., "On Calibration of Modern Neural Networks" (2017), arXiv:1706.04599.
    """
    gaps = (abs(confidence - accuracy) * count for confidence, accuracy, count in reliability)
    return sum(gaps) / sum(count for _, _, count in reliability)


def median_timings(timings: Sequence[StageTimings]) -> StageTimings:
    """Return the median of each stage, to the microsecond."""
    return StageTimings(
        decode_ms=round(float(np.median([each.decode_ms for each in timings])), 3),
        preprocess_ms=round(float(np.median([each.preprocess_ms for each in timings])), 3),
        model_ms=round(float(np.median([each.model_ms for each in timings])), 3),
    )


def evaluate() -> tuple[Evaluation, list[Misclassification]]:
    """Evaluate the released model; also return its errors on the sets of `digit_sets`."""
    evaluator = Evaluator()
    results, all_errors = [], []
    for test_set in digit_sets():
        result, errors, timings = evaluator.evaluate_digits(test_set)
        results.append(result)
        all_errors += errors
        if test_set.name.startswith("UJI"):
            medians = median_timings(timings)
    results.append(evaluator.evaluate_digits(pen_lifts_set())[0])
    content, digest = read_verified(MODEL_PATH)
    classifier = evaluator.recognizer.classifier
    recipe = classifier.metadata["recipe"]
    return Evaluation(
        sha256=digest,
        size_bytes=len(content),
        recipe=recipe,
        temperature=classifier.temperature,
        reject_threshold=classifier.reject_threshold,
        unsure_threshold=classifier.unsure_threshold,
        timings=medians,
        digits=results,
        conditions=[evaluator.evaluate_digits(test_set)[0] for test_set in condition_sets()],
        non_digits=[evaluator.evaluate_non_digits(test_set) for test_set in non_digit_sets()],
        seeds=seed_statistics(recipe, RESULTS),
    ), all_errors


def main() -> None:
    argparse.ArgumentParser(
        description="Evaluate the released model on the test sets."
    ).parse_args()
    try:
        evaluation, errors = evaluate()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    save_evaluation(evaluation)
    draw_charts(evaluation, errors)
    report.write(evaluation)
    print(report.digits_table(evaluation.digits))


if __name__ == "__main__":
    main()
