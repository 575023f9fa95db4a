"""Predictions of numbers and of scenes, judged."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recognizer import Prediction
from training.evaluation.measures import (
    expected_calibration_error,
    reliability_bins,
    wilson_interval,
)
from training.evaluation.number_sets import NumberTestSet
from training.evaluation.schema import NumberResult, Outcome, SceneKindResult
from training.finder.scenes import Kind

SURE = ("digit", "number")
"""Verdicts that call a prediction reliable."""

REJECTED = ("not_a_digit", "blank")
"""Verdicts without a digit."""


class Answer(NamedTuple):
    """A prediction for an image, with its label."""

    label: str
    """The digits, numbers apart by spaces; empty if the image shows none."""
    prediction: Prediction
    right: bool

    @property
    def outcome(self) -> Outcome:
        """`unsure` if the prediction is not right, but nobody was told that it is reliable."""
        if self.right:
            return "right"
        return "wrong" if self.prediction.verdict in SURE else "unsure"

    @property
    def is_one_digit_of_several(self) -> bool:
        """Whether the image shows several digits, and was taken for a single one."""
        return self.prediction.verdict == "digit" and len(self.label) > 1


def judge(prediction: Prediction, label: str, test_set: NumberTestSet) -> Answer:
    """Return the answer that a prediction for an image of a test set is."""
    text = " ".join(number.text for number in prediction.numbers)
    right = test_set.compared(text) == test_set.compared(label)
    return Answer(label, prediction, right)


def number_result(name: str, answers: Sequence[Answer]) -> NumberResult:
    """Return the result of one or more answers."""
    right = np.array([answer.right for answer in answers])
    verdicts = np.array([answer.prediction.verdict for answer in answers])
    confidence = np.array([answer.prediction.confidence for answer in answers])
    rejected, sure = np.isin(verdicts, REJECTED), np.isin(verdicts, SURE)
    reliability = reliability_bins(confidence[~rejected], right[~rejected])
    return NumberResult(
        name=name,
        images=len(answers),
        correct=int(right.sum()),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(answers)),
        sure_and_wrong=float((sure & ~right).mean()),
        unsure=float((verdicts == "unsure").mean()),
        rejected=float(rejected.mean()),
        one_digit=float(np.mean([answer.is_one_digit_of_several for answer in answers])),
        expected_calibration_error=expected_calibration_error(reliability),
        reliability=reliability,
    )


def scene_kind_result(kind: Kind, answers: Sequence[Answer]) -> SceneKindResult:
    """Return the result of the answers for scenes of a kind."""
    outcomes = [answer.outcome for answer in answers]
    return SceneKindResult(
        name=kind.name,
        held_out=kind.held_out,
        images=len(answers),
        right=outcomes.count("right"),
        unsure=outcomes.count("unsure"),
        wrong=outcomes.count("wrong"),
    )
