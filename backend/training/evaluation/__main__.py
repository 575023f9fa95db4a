"""Judges the released model as its callers meet it: the bytes of a file in, verdict out.

    make evaluate

Reads test sets that nothing was trained on or tuned to, through the same decoding and
preprocessing as the server. Writes evaluation.json, card.md and pictures beside the model, and the
figures in the README.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer.api.settings import Settings
from recognizer.classifier import MODEL, Classifier, Reading, read_verified
from recognizer.decoding import decode_picture
from recognizer.preprocessing import Ink, preprocess
from training import report
from training.data.datasets import DatasetError
from training.evaluation.charts import Misreading, draw_charts
from training.evaluation.schema import Evaluation, Refusal, Result, save_evaluation
from training.evaluation.test_sets import (
    Others,
    TestSet,
    condition_sets,
    digit_sets,
    lifted_set,
    other_sets,
)
from training.run_log import RESULTS, seeds_of

BINS = 15
"""Of equal width, for the expected calibration error."""


class Judge:
    """The released model behind the server's decoding and preprocessing."""

    def __init__(self) -> None:
        self.classify = Classifier()
        self.settings = Settings()

    def read(
        self, name: str, pictures: Iterator[bytes], count: int
    ) -> Iterator[tuple[Reading, Ink | None, tuple[float, float, float]]]:
        """The reading of each file, the ink that was read, and the seconds of the three stages."""
        for content in tqdm(pictures, name, count, unit="picture", leave=False):
            begun = time.perf_counter()
            picture = decode_picture(content, self.settings.max_bytes, self.settings.max_pixels)
            decoded = time.perf_counter()
            ink = preprocess(picture)
            preprocessed = time.perf_counter()
            reading = self.classify(ink)
            read = time.perf_counter()
            yield reading, ink, (decoded - begun, preprocessed - decoded, read - preprocessed)


def judge_digits(
    judge: Judge, digits: TestSet
) -> tuple[Result, list[Misreading], NDArray[np.float64]]:
    """How a set of digits is read; what was misread; the seconds (n, 3) of each stage."""
    readings, misread, seconds = [], [], []
    for true, (reading, ink, times) in zip(
        digits.labels, judge.read(digits.name, digits.pictures(), len(digits.labels)), strict=True
    ):
        readings.append(reading)
        seconds.append(times)
        if reading.digit != true and ink is not None:
            misread.append(Misreading(ink, int(true), reading.digit, reading.confidence))
    read = np.array([-1 if reading.digit is None else reading.digit for reading in readings])
    confidence = np.array([reading.confidence for reading in readings])
    verdicts = np.array([reading.verdict for reading in readings])
    answered, right = read >= 0, read == digits.labels
    confusion = np.zeros((10, 10), dtype=int)
    np.add.at(confusion, (digits.labels[answered], read[answered]), 1)
    reliability = reliability_of(confidence[answered], right[answered])
    result = Result(
        name=digits.name,
        digits=len(read),
        right=int(right.sum()),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(read)),
        refused=float(1 - answered.mean()),
        unsure=float((verdicts == "unsure").mean()),
        accuracy_when_sure=float(right[verdicts == "digit"].mean()),
        expected_calibration_error=expected_calibration_error(reliability),
        reliability=reliability,
        confusion=confusion.tolist(),
    )
    return result, misread, np.array(seconds)


def judge_others(judge: Judge, others: Others) -> Refusal:
    """How pictures that show no digit are answered."""
    verdicts = np.array(
        [
            reading.verdict
            for reading, _, _ in judge.read(others.name, others.pictures(), others.count)
        ]
    )
    told = int((verdicts != "digit").sum())
    unsure = float((verdicts == "unsure").mean())
    return Refusal(
        name=others.name,
        pictures=len(verdicts),
        refused=told / len(verdicts) - unsure,
        unsure=unsure,
        told=told / len(verdicts),
        interval=wilson_interval(told, len(verdicts)),
    )


def wilson_interval(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a share (Wilson, 1927); z = 1.96 is 95 %."""
    share = right / count
    middle = share + z * z / (2 * count)
    margin = z * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    scale = 1 + z * z / count
    return (middle - margin) / scale, (middle + margin) / scale


def reliability_of(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and number of the answers in each bin that has any."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[bins == number].mean()), float(right[bins == number].mean()), count)
        for number in range(BINS)
        if (count := int((bins == number).sum()))
    ]


def expected_calibration_error(reliability: list[tuple[float, float, int]]) -> float:
    """Mean gap between confidence and accuracy over bins (Guo et al., 2017, arXiv:1706.04599)."""
    gaps = (abs(confidence - accuracy) * count for confidence, accuracy, count in reliability)
    return sum(gaps) / sum(count for _, _, count in reliability)


def evaluate() -> tuple[Evaluation, list[Misreading]]:
    """Judge the released model; also return all that it misread in the sets of people's digits."""
    judge = Judge()
    results, misreadings = [], []
    for digits in digit_sets():
        result, misread, seconds = judge_digits(judge, digits)
        results.append(result)
        misreadings += misread
        if digits.name.startswith("pen digits"):
            stages = zip(("decode", "preprocess", "model"), np.median(seconds, axis=0), strict=True)
            milliseconds = {stage: round(float(median) * 1_000, 3) for stage, median in stages}
    results.append(judge_digits(judge, lifted_set())[0])
    content, digest = read_verified(MODEL)
    recipe = judge.classify.session.get_modelmeta().custom_metadata_map["recipe"]
    return Evaluation(
        sha256=digest,
        size_bytes=len(content),
        recipe=recipe,
        temperature=judge.classify.temperature,
        refuse_above=judge.classify.refuse_above,
        unsure_below=judge.classify.unsure_below,
        milliseconds=milliseconds,
        results=results,
        conditions=[judge_digits(judge, digits)[0] for digits in condition_sets()],
        others=[judge_others(judge, others) for others in other_sets()],
        seeds=seeds_of(recipe, RESULTS),
    ), misreadings


def main() -> None:
    argparse.ArgumentParser(description="Judge the released model on the test sets.").parse_args()
    try:
        evaluation, misreadings = evaluate()
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    save_evaluation(evaluation)
    draw_charts(evaluation, misreadings)
    report.write(evaluation)
    print(report.digits_table(evaluation.results))


if __name__ == "__main__":
    main()
