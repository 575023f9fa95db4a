"""Digits in an image → numbers, in reading order."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from recognizer.classifier import DigitPrediction, Verdict
from recognizer.confidence import SURE_CONFIDENCE
from recognizer.preprocessing import Box, ModelInput

MIN_OVERLAP = 0.5
"""Part of the lower of two digits' heights that they share in a row."""

MAX_GAP, MIN_WIDTH = 1.2, 0.4
"""Widest gap between digits of one number, as a fraction of the row's median height; and how wide a
digit is for that at least, as a fraction of its height: in tables, a 1 has the room of others."""


class PlacedDigit(NamedTuple):
    """A digit and where it is in an image."""

    prediction: DigitPrediction
    """Its verdict is `digit` or `unsure`, when it is part of a number."""
    model_input: ModelInput
    """(28, 28): the digit as the model saw it."""
    box: Box
    """In pixels of the image as it was sent, upright."""


class Number(NamedTuple):
    """Digits in a row, one or more."""

    digits: tuple[PlacedDigit, ...]
    """From left to right."""

    @property
    def text(self) -> str:
        """The digits, such as "42"."""
        return "".join(str(placed.prediction.digit) for placed in self.digits)

    @property
    def verdict(self) -> Verdict:
        """`digit` or `unsure` for a single one; of several, `number` if they are sure together."""
        if len(self.digits) == 1:
            return self.digits[0].prediction.verdict
        verdicts = {placed.prediction.verdict for placed in self.digits}
        is_sure = verdicts == {"digit"} and self.confidence >= SURE_CONFIDENCE
        return "number" if is_sure else "unsure"

    @property
    def confidence(self) -> float:
        """Probability that all digits are right, in [0, 1]."""
        return prod(placed.prediction.confidence for placed in self.digits)

    @property
    def box(self) -> Box:
        """Around all digits, in pixels of the image as it was sent, upright."""
        return enclosing_box([placed.box for placed in self.digits])


def as_unsure(digits: list[PlacedDigit]) -> list[PlacedDigit]:
    """Return digits, none of them reliable."""
    return [
        placed._replace(prediction=placed.prediction._replace(verdict="unsure"))
        for placed in digits
    ]


def enclosing_box(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around others."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return Box(left, top, right - left, bottom - top)


def lay_out(digits: Sequence[PlacedDigit]) -> tuple[Number, ...]:
    """Return the numbers that digits form: rows from the top, each from left to right."""
    return tuple(Number(tuple(number)) for number in split_numbers(digits))


class Placed(Protocol):
    """Something with a place."""

    @property
    def box(self) -> Box:
        """Around it, in pixels of any image."""


AnyPlaced = TypeVar("AnyPlaced", bound=Placed)


def split_numbers(digits: Sequence[AnyPlaced]) -> list[list[AnyPlaced]]:
    """Return the digits of each number, in reading order."""
    numbers: list[list[AnyPlaced]] = []
    for row in rows_of(digits):
        heights = sorted(placed.box.height for placed in row)
        gap = MAX_GAP * heights[len(heights) // 2]
        number = [row[0]]
        for placed in row[1:]:
            end = max(each.box.right + margin_of(each.box) for each in number)
            if placed.box.left - margin_of(placed.box) - end > gap:
                numbers.append(number)
                number = []
            number.append(placed)
        numbers.append(number)
    return numbers


def margin_of(box: Box) -> float:
    """Return how much wider than its box a narrow digit is taken to be, on each side."""
    return max(0.0, MIN_WIDTH * box.height - box.width) / 2


def rows_of(digits: Sequence[AnyPlaced]) -> list[list[AnyPlaced]]:
    """Return the rows of digits, from the top; a digit joins the row whose end it is most beside.

    Digits are taken from left to right, so a row may slope.
    """
    rows: list[list[AnyPlaced]] = []
    for placed in sorted(digits, key=lambda each: each.box.left):
        shares = [share_of_end(row, placed) for row in rows]
        if max(shares, default=0.0) >= MIN_OVERLAP:
            rows[shares.index(max(shares))].append(placed)
        else:
            rows.append([placed])
    return sorted(
        rows, key=lambda row: np.mean([each.box.top + each.box.height / 2 for each in row])
    )


def share_of_end(row: Sequence[Placed], placed: Placed) -> float:
    """Return how much of its height a digit shares with one of the last two of a row.

    With two, because a digit may be found in parts, one above the other.
    """
    return max(overlap(each.box, placed.box) for each in row[-2:])


def overlap(one: Box, other: Box) -> float:
    """Return the part of the lower one's height that two boxes share."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared / min(one.height, other.height)
