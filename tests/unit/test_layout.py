"""Layout: which digits form a number, and in which order numbers are read."""

from collections.abc import Sequence

import numpy as np
import pytest

from recognizer.classifier import DigitPrediction, Verdict
from recognizer.layout import PlacedDigit, lay_out
from recognizer.preprocessing import Box

Sketch = Sequence[tuple[int, float, float]]
"""Digits with the left and top of their boxes, each 20 wide and 40 high."""


def placed(
    digit: int, box: Box, confidence: float = 0.99, verdict: Verdict = "digit"
) -> PlacedDigit:
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[digit] = confidence
    prediction = DigitPrediction(digit, verdict, probabilities)
    return PlacedDigit(prediction, np.zeros((28, 28), dtype=np.float32), box)


def texts(sketch: Sketch) -> list[str]:
    """Return the numbers that a sketch is read as, whatever the order in which it is given."""
    digits = [placed(digit, Box(left, top, 20, 40)) for digit, left, top in sketch]
    orders = (digits, digits[::-1], sorted(digits, key=lambda each: each.prediction.digit or 0))
    first, *others = ([number.text for number in lay_out(order)] for order in orders)
    assert all(other == first for other in others)
    return first


@pytest.mark.parametrize(
    ("sketch", "expected"),
    [
        ([], []),
        ([(7, 30, 5)], ["7"]),
        ([(4, 0, 0), (2, 25, 3)], ["42"]),
        ([(4, 0, 0), (2, 15, 3)], ["42"]),  # overlapping
        ([(4, 0, 0), (2, 100, 0)], ["4", "2"]),
        ([(1, 0, 0), (2, 25, 0), (3, 0, 60), (4, 25, 62)], ["12", "34"]),
        ([(3, 0, 60), (1, 50, 0)], ["1", "3"]),
        # A row that slopes by more than a digit's height, above another one.
        ([(digit, 30 * digit, 14 * digit) for digit in range(6)]
         + [(9 - digit, 30 * digit, 70 + 14 * digit) for digit in range(4)], ["012345", "9876"]),
    ],
)  # fmt: skip
def test_rows_are_read_from_the_top_and_split_at_wide_gaps(
    sketch: Sketch, expected: list[str]
) -> None:
    assert texts(sketch) == expected


def test_small_digit_beside_large_ones_belongs_to_their_number() -> None:
    boxes = (Box(0, 0, 30, 60), Box(35, 25, 15, 30), Box(55, 0, 30, 60))
    (number,) = lay_out([placed(digit, box) for digit, box in enumerate(boxes)])
    assert number.text == "012"
    assert number.box == Box(0, 0, 85, 60)


def test_parts_of_a_digit_above_one_another_belong_to_its_number() -> None:
    seven, upper, lower = Box(0, 0, 20, 40), Box(30, 0, 8, 15), Box(31, 22, 8, 16)
    (number,) = lay_out([placed(7, seven), placed(1, upper), placed(1, lower)])
    assert number.text == "711"


def test_confidence_of_a_number_is_that_all_of_it_is_right() -> None:
    for second, confidence, verdict in ((0.95, 0.855, "number"), (0.8, 0.72, "unsure")):
        digits = [placed(4, Box(0, 0, 20, 40), 0.9), placed(2, Box(22, 0, 20, 40), second)]
        (number,) = lay_out(digits)
        assert number.confidence == pytest.approx(confidence)
        assert number.verdict == verdict


@pytest.mark.parametrize("verdict", ["digit", "unsure"])
def test_single_digit_keeps_its_verdict(verdict: Verdict) -> None:
    (number,) = lay_out([placed(5, Box(0, 0, 20, 40), verdict=verdict)])
    assert number.verdict == verdict


@pytest.mark.parametrize(("gap", "expected"), [(77, ["11"]), (110, ["1", "1"])])
def test_narrow_digits_take_the_room_of_others(gap: float, expected: list[str]) -> None:
    """As in the columns of a table."""
    ones = [placed(1, Box(left, 0, 13, 60)) for left in (0, 13 + gap)]
    assert [number.text for number in lay_out(ones)] == expected
