"""Slashes between digits: told from ones by how far they rise above and below both."""

import numpy as np
import pytest

from recognizer.classifier import DigitPrediction
from recognizer.layout import PlacedDigit
from recognizer.preprocessing import Box, ModelInput
from recognizer.slashes import lean_of, without_slashes

FALLING: ModelInput = np.eye(28, dtype=np.float32)
RISING: ModelInput = FALLING[:, ::-1]
UPRIGHT: ModelInput = np.repeat(np.eye(1, 28, 14, dtype=np.float32), 28, axis=0)


def placed(
    digit: int, left: float, top: float = 0, bottom: float = 100, ink: ModelInput = RISING
) -> PlacedDigit:
    """Return a sure digit 40 wide that reaches from `top` to `bottom`."""
    probabilities = np.full(10, 0.001)
    probabilities[digit] = 0.991
    prediction = DigitPrediction(digit, "digit", probabilities)
    return PlacedDigit(prediction, ink, Box(left, top, 40, bottom - top))


def text(digits: list[PlacedDigit]) -> str:
    """Return digits as text, a question mark after each that is not reliable."""
    return "".join(
        f"{each.prediction.digit}{'?' * (each.prediction.verdict == 'unsure')}" for each in digits
    )


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        (placed(1, 50, -10, 110), "24"),
        (placed(1, 50, -4, 130), "21?4"),
        (placed(1, 50, 0, 130), "214"),
        (placed(1, 50, -30, 100), "214"),
        (placed(1, 50, -10, 110, UPRIGHT), "214"),
        (placed(1, 50, -10, 110, FALLING), "214"),
        (placed(7, 50, -10, 110), "274"),
    ],
    ids=["slash", "doubtful", "only below", "only above", "upright", "falling", "another digit"],
)
def test_slash_is_a_rising_line_that_ends_above_and_below_its_neighbors(
    middle: PlacedDigit, expected: str
) -> None:
    assert text(without_slashes([placed(2, 0), middle, placed(4, 100)])) == expected


def test_slash_stands_between_digits() -> None:
    long = placed(1, 50, -10, 110)
    assert text(without_slashes([long])) == "1"
    assert text(without_slashes([placed(2, 0), long])) == "21"
    assert text(without_slashes([long, placed(2, 100)])) == "12"
    assert text(without_slashes([placed(2, 0), long, placed(4, 500)])) == "214"
    assert without_slashes([]) == []


def test_one_between_slashes_stays() -> None:
    first, second = (placed(1, left, -20, 120) for left in (50, 150))
    date = [placed(3, 0), first, placed(1, 100), second, placed(7, 200), placed(0, 250)]
    assert text(without_slashes(date)) == "3170"


def test_row_may_slope() -> None:
    slope = [placed(2, 0, -40, 60), placed(1, 50, -30, 150), placed(4, 100, 40, 140)]
    assert text(without_slashes(slope)) == "24"


@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize("lean", [-0.5, 0, 0.5])
def test_lean_is_how_far_right_a_line_of_any_width_is_on_each_row_farther_up(
    lean: float, width: int
) -> None:
    rows, columns = np.indices((28, 28))
    line = abs(columns - 13.5 - lean * (13.5 - rows)) <= width / 2
    assert lean_of(line.astype(np.float32)) == pytest.approx(lean, abs=0.05)


@pytest.mark.parametrize(("ink", "lean"), [(RISING, 1), (FALLING, -1), (UPRIGHT, 0)])
def test_lean_is_right_for_each_step_up(ink: ModelInput, lean: float) -> None:
    assert lean_of(ink) == pytest.approx(lean)
