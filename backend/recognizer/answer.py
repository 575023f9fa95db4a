"""All ink of an image as one digit, or what was found in it → the prediction that is believed."""

from math import ceil, floor, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.classifier import BLANK, DigitPrediction, Verdict
from recognizer.layout import Number, PlacedDigit, as_unsure, lay_out
from recognizer.plain import MIN_INK, is_ring, is_row
from recognizer.preprocessing import Box, ModelInput, Preprocessed

SAME_INK = 0.7
"""Overlap from which what was found is taken for all ink of the image."""

MIN_TRUSTED, MIN_DOUBTFUL = 0.5, 0.3
"""Confidence of what was found, as a geometric mean, from which the classifier is not believed; and
from which one network's digits are an answer, though unsure, where the others see none."""

MAX_LEAST_INK, MIN_MOST_INK = 0.15, 0.2
"""How far ink extends beyond a digit on its two sides, in heights of it, if it is beside the digit
rather than around it or below."""

MIN_CLEAR, MIN_TALL = 0.98, 0.5
"""Confidence from which a digit is reliable although there is ink beside it; and how many rows that
ink has, in heights of the digit, if it is not: no network sees a hair-thin 1."""

MAX_TALL, MIN_WIDTH = 5, 0.15
"""Connected ink as tall, at most, that is one digit and what frames it; and how wide it is, as a
fraction of its height, or it may be a line of a frame."""

MIN_TURNED = 0.75
"""Digits that are read once an image is turned, as a fraction of those that are read as it was
sent, from which they may be believed."""


class Prediction(NamedTuple):
    """What the models make of an image."""

    digit: int | None
    """0 to 9; None unless the image shows a single digit."""
    verdict: Verdict
    confidence: float
    """Probability that the digit, or that all numbers are right, in [0, 1]. Calibrated."""
    probabilities: NDArray[np.float64] | None
    """(10,), sums to 1: of each digit, given that the image shows one; None for several digits."""
    numbers: tuple[Number, ...]
    """In reading order; empty if the verdict is `not_a_digit` or `blank`."""


def answer(
    drawn: Preprocessed, alone: PlacedDigit, found: list[PlacedDigit]
) -> tuple[Prediction, ModelInput | None]:
    """Return the prediction for an image that was searched, and the model input of its only digit.

    `drawn` is all ink of the image, `alone` that ink read as one digit, `found` what the search
    found.
    """
    if not found:
        is_one = drawn.patch.on_even_paper and not is_row(drawn, alone.prediction)
        return answer_alone(doubted(alone, is_one))
    if is_settled(drawn, alone, found):
        return answer_alone(alone)
    verdict = alone.prediction.verdict
    if len(found) == 1 and drawn.patch.on_even_paper and verdict != "digit":
        is_rejected = verdict == "not_a_digit" and is_same(found[0].box, alone.box)
        if is_rejected or may_have_neighbor(found[0], alone.box, drawn):
            found = as_unsure(found)
    return answer_found(found)


def answer_found(found: list[PlacedDigit]) -> tuple[Prediction, ModelInput | None]:
    """Return the prediction that an image shows these digits, and the model input of its only one.

    There is at least one.
    """
    if len(found) == 1:
        return prediction_of(found[0].prediction, lay_out(found)), found[0].model_input
    return prediction_of(None, lay_out(found)), None


def answer_unseen(found: list[PlacedDigit]) -> tuple[Prediction, ModelInput | None]:
    """Return the prediction for an image without ink, and the model input of its only digit.

    `found` is what the search found there, paler than the paper is uneven: an answer, unless it is
    very doubtful.
    """
    if not found or mean_confidence(found) < MIN_DOUBTFUL:
        return prediction_of(BLANK, ()), None
    return answer_found(found)


def answer_alone(alone: PlacedDigit) -> tuple[Prediction, ModelInput]:
    """Return the prediction that all ink of an image is one digit or none, and its model input."""
    numbers = () if alone.prediction.digit is None else lay_out([alone])
    return prediction_of(alone.prediction, numbers), alone.model_input


def doubted(alone: PlacedDigit, is_one: bool) -> PlacedDigit:
    """Return what all ink is, read as one digit, where the search found none.

    If that is very doubtful, it is none either. It is reliable only if the ink `is_one` thing: on
    uneven paper, shadows and textures are taken for ink.
    """
    prediction = alone.prediction
    if prediction.verdict == "unsure" and prediction.confidence < MIN_DOUBTFUL:
        return alone._replace(prediction=prediction._replace(digit=None, verdict="not_a_digit"))
    if prediction.verdict == "digit" and not is_one:
        return as_unsure([alone])[0]
    return alone


def is_settled(drawn: Preprocessed, alone: PlacedDigit, found: list[PlacedDigit]) -> bool:
    """Return whether all ink, read as one digit, is to be believed rather than what was found.

    It is if a single digit was found in the same ink that is no likelier. On uneven paper, which
    takes shadows for ink, it must surely be a digit; if it is one on even paper, what was found may
    be a part of it, unless it is a ring or a row. On even paper it also is if what was found is
    doubtful as a whole, unless that is several digits and the ink together is none. It is in any
    case if that is very doubtful and the ink together none.
    """
    is_whole = len(found) == 1 and is_same(found[0].box, alone.box)
    if is_ring(drawn, alone.prediction) or is_row(drawn, alone.prediction):
        return is_whole
    verdict, confidence = alone.prediction.verdict, mean_confidence(found)
    if verdict == "not_a_digit" and confidence < MIN_DOUBTFUL:
        return True
    if drawn.patch.on_even_paper and confidence < MIN_TRUSTED:
        return verdict != "not_a_digit" or len(found) == 1
    if len(found) > 1 or alone.prediction.confidence < confidence:
        return False
    if verdict == "digit":
        return is_whole or drawn.patch.on_even_paper
    return verdict == "unsure" and is_whole and drawn.patch.on_even_paper


def may_have_neighbor(found: PlacedDigit, ink: Box, drawn: Preprocessed) -> bool:
    """Return whether there is ink beside a digit that may be another one.

    `ink` is all ink of the image, in pixels of the image as it was sent.
    """
    if not has_ink_beside(found.box, ink):
        return is_among_many(found.box, ink, drawn)
    is_clear = found.prediction.confidence >= MIN_CLEAR
    return not is_clear or has_tall_ink_beside(found.box, ink, drawn)


def has_ink_beside(digit: Box, ink: Box) -> bool:
    """Return whether much of the ink lies beside a digit, on one side: another digit perhaps."""
    left = digit.left - ink.left
    right = ink.right - digit.right
    least, most = sorted((left / digit.height, right / digit.height))
    return least < MAX_LEAST_INK and most > MIN_MOST_INK


def has_tall_ink_beside(digit: Box, ink: Box, drawn: Preprocessed) -> bool:
    """Return whether ink beside a digit is about as high, like that of another digit.

    `digit` and `ink`, which is all ink of the image, are in pixels of the image as it was sent.
    """
    scale = drawn.box.width / ink.width
    start = drawn.box.left - drawn.patch.left - scale * ink.left
    first, last = floor(start + scale * digit.left) - 1, ceil(start + scale * digit.right) + 1
    beside = np.delete(drawn.patch.ink, slice(max(0, first), last), axis=1)
    rows = np.count_nonzero(beside.max(axis=1, initial=0) > MIN_INK)
    return rows >= MIN_TALL * scale * digit.height


def is_among_many(digit: Box, ink: Box, drawn: Preprocessed) -> bool:
    """Return whether there is connected ink like digits all around one: a row on a slope.

    `digit` and `ink`, which is all ink of the image, are in pixels of the image as it was sent.
    """
    # Late, because most images need none of it.
    from recognizer.detection import connected_ink

    least = MIN_TALL * digit.height * drawn.box.width / ink.width
    shapes = [piece.ink.shape for piece in connected_ink(drawn.patch.ink)]
    tall = [width for height, width in shapes if height >= least and width >= MIN_WIDTH * height]
    return len(tall) > MAX_TALL


def is_likelier(turned: Prediction, other: Prediction, least: int) -> bool:
    """Return whether what is read once an image is turned is believed, rather than another reading.

    It must be at least that many digits, and not many fewer than in the other reading: of many, all
    are seldom right, and what is read across a column are few. Where the other reading saw none, it
    must be sure, and that is enough where the other is not.
    """
    count, other_count = (
        sum(len(number.digits) for number in each.numbers) for each in (turned, other)
    )
    if count < max(least, MIN_TURNED * other_count):
        return False
    if turned.verdict == "number" and other.verdict != "number":
        return True
    return bool(other.numbers) and turned.confidence > other.confidence


def is_same(digit: Box, ink: Box) -> bool:
    """Return whether a digit is about all ink of the image."""
    return overlap(digit, ink) >= SAME_INK


def overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share, as a fraction of the area that they cover together."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(0.0, width) * max(0.0, height)
    return shared / (one.width * one.height + other.width * other.height - shared)


def mean_confidence(digits: list[PlacedDigit]) -> float:
    """Return the geometric mean of the confidence of digits, at least one."""
    return float(prod(digit.prediction.confidence for digit in digits) ** (1 / len(digits)))


def prediction_of(single: DigitPrediction | None, numbers: tuple[Number, ...]) -> Prediction:
    """Return the prediction for an image with a single digit or none, or with these numbers."""
    if single is not None:
        return Prediction(
            single.digit, single.verdict, single.confidence, single.probabilities, numbers
        )
    is_sure = all(number.verdict != "unsure" for number in numbers)
    confidence = prod(number.confidence for number in numbers)
    return Prediction(None, "number" if is_sure else "unsure", confidence, None, numbers)
