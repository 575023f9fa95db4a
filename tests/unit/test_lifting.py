"""Lifting: how much ink each pixel has, told by its color between those of paper and ink."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from recognizer.detection import Digit
from recognizer.lifting import lift_ink
from support.drawings import DIGITS, Box, rasterize

SIZE = (320, 240)

SCALE = 2
"""Pixels of the image per pixel of the mask."""

INK = np.asarray(rasterize(DIGITS[5], SIZE, Box(0.4, 0.3, 0.15, 0.4), 0.05), np.float32) / 255

Light = NDArray[np.float32]

EVEN = np.ones(SIZE[::-1], dtype=np.float32)
SLOPE = np.tile(np.linspace(0.4, 1.0, SIZE[0], dtype=np.float32), (SIZE[1], 1))


def photo(light: Light, ink: tuple[int, int, int], paper: tuple[int, int, int]) -> Image.Image:
    """Return the digit in two colors and some light."""
    colors = np.array(paper) + (np.array(ink) - np.array(paper)) * INK[..., None]
    return Image.fromarray((colors * light[..., None]).round().astype(np.uint8))


def found() -> tuple[NDArray[np.float32], Digit]:
    """Return what a perfect finder says at half the size."""
    mask = np.asarray(Image.fromarray(INK).reduce(SCALE))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    ink = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return mask, Digit(int(rows[0]), int(columns[0]), ink, np.full(11, 1 / 11))


@pytest.mark.parametrize("light", [EVEN, SLOPE], ids=["even", "slope"])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [((0, 0, 0), (255, 255, 255)), ((250, 250, 250), (30, 40, 35)), ((190, 60, 60), (90, 150, 90))],
    ids=["black on white", "chalk", "red on green of the same brightness"],
)
def test_ink_is_lifted_from_any_paper_in_any_light(
    light: Light, ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    mask, digit = found()
    lifted, box = lift_ink(photo(light, ink, paper), mask, digit)
    left, top = round(box.left), round(box.top)
    truth = INK[top : top + lifted.shape[0], left : left + lifted.shape[1]]
    assert truth.sum() == pytest.approx(INK.sum())
    assert np.abs(lifted - truth).sum() < 0.15 * truth.sum()


def test_ink_away_from_the_mask_is_left_out() -> None:
    mask, digit = found()
    image = photo(EVEN, (0, 0, 0), (255, 255, 255))
    lines = np.asarray(image).copy()
    lines[::12] = 0
    lifted, box = lift_ink(Image.fromarray(lines), mask, digit)
    left, top = round(box.left), round(box.top)
    truth = INK[top : top + lifted.shape[0], left : left + lifted.shape[1]]
    assert lifted[truth == 0].sum() < 0.1 * truth.sum()


def test_digit_that_fills_the_image_keeps_its_mask() -> None:
    mask = np.ones((20, 30), dtype=np.float32)
    digit = Digit(0, 0, mask, np.full(11, 1 / 11))
    lifted, box = lift_ink(Image.new("L", (60, 40), 90), mask, digit)
    assert lifted.shape == (40, 60)
    assert (lifted == 1).all()
    assert (box.width, box.height) == (60, 40)


@pytest.mark.parametrize("size", [(320, 240), (331, 251), (97, 74), (1_003, 755)])
def test_box_is_that_of_the_lifted_ink(size: tuple[int, int]) -> None:
    """The mask has another scale than the image; rounding must not move one against the other."""
    mask, digit = found()
    photo_of_size = photo(EVEN, (0, 0, 0), (255, 255, 255)).resize(size)
    lifted, (left, top, width, height) = lift_ink(photo_of_size, mask, digit)
    assert lifted.shape == (height, width)
    assert (left, top) == (int(left), int(top))
