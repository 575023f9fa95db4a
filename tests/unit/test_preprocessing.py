"""Every image of one drawing gives the same model input, made as MNIST was made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recognizer.preprocessing import (
    DIGIT_SIZE,
    INPUT_SIZE,
    GrayImage,
    ModelInput,
    ink_from_levels,
    preprocess,
    separate_ink,
)
from support.drawings import DIGITS, Box, rasterize

SIDE = 400
"""Side of the images, in pixels."""

ASPECT = 0.6
"""Width of a drawing, in units of its height."""

ONE, TWO, EIGHT = 1, 2, 8

LIGHT = np.mgrid[-1:1:400j, -1:1:400j]
"""Coordinates (2, SIDE, SIDE) down and to the right, for uneven light."""


def draw(
    digit: int,
    *,
    height: float = 250,
    left: float = 100,
    top: float = 60,
    pen: float = 0.1,
) -> NDArray[np.float64]:
    """Return the coverage (SIDE, SIDE), in [0, 1], of a digit in pixels.

    The pen's width is in units of the height.
    """
    box = Box(left / SIDE, top / SIDE, ASPECT * height / SIDE, height / SIDE)
    mask = rasterize(DIGITS[digit], size=(SIDE, SIDE), box=box, pen=pen * height / SIDE)
    return np.asarray(mask, dtype=np.float64) / 255


def paint(coverage: NDArray[np.float64], ink: float, paper: float) -> GrayImage:
    """Return an image in two gray levels."""
    return (paper + (ink - paper) * coverage).round().clip(0, 255).astype(np.uint8)


def model_input_of(image: GrayImage) -> ModelInput:
    """Return the model input of an image that must not count as blank."""
    drawn = preprocess(image)
    assert drawn is not None
    return drawn.model_input


def distance(one: ModelInput, other: ModelInput) -> float:
    """Return the difference as a fraction of the ink: 0 for equal, 2 for disjoint."""
    return float(np.abs(one - other).sum() / ((one.sum() + other.sum()) / 2))


REFERENCE = {digit: model_input_of(paint(draw(digit), 0, 255)) for digit in (ONE, TWO, EIGHT)}

digits = st.sampled_from([ONE, TWO, EIGHT])
levels = st.integers(0, 255)
two_levels = st.tuples(levels, levels).filter(lambda pair: abs(pair[0] - pair[1]) >= 25)


@given(digit=digits, height=st.floats(60, 350), right=st.floats(0, 1), down=st.floats(0, 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_size_and_place_do_not_change_the_model_input(
    digit: int, height: float, right: float, down: float
) -> None:
    margin = 0.06 * height
    left = margin + right * (SIDE - 2 * margin - ASPECT * height)
    top = margin + down * (SIDE - 2 * margin - height)
    image = paint(draw(digit, height=height, left=left, top=top), 0, 255)
    assert distance(model_input_of(image), REFERENCE[digit]) < 0.1


def test_small_drawing_in_a_corner_gives_the_same_as_a_large_one() -> None:
    small = model_input_of(paint(draw(TWO, height=80, left=10, top=310), 0, 255))
    large = model_input_of(paint(draw(TWO, height=340, left=90, top=30), 0, 255))
    assert distance(small, large) < 0.06
    assert np.abs(small - large).max() < 0.2


@given(digit=digits, gray_levels=two_levels, pen=st.floats(0.03, 0.3))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_polarity_and_contrast_do_not_change_the_model_input(
    digit: int, gray_levels: tuple[int, int], pen: float
) -> None:
    ink, paper = gray_levels
    coverage = draw(digit, pen=pen)
    expected = model_input_of(paint(coverage, 0, 255))
    assert distance(model_input_of(paint(coverage, ink, paper)), expected) < 0.08


@pytest.mark.parametrize("digit", [ONE, TWO, EIGHT])
def test_thick_pen_that_covers_most_of_the_image_is_still_ink(digit: int) -> None:
    coverage = draw(digit, height=230, pen=0.4)
    rows, columns = np.flatnonzero(coverage.any(1)), np.flatnonzero(coverage.any(0))
    cropped = coverage[rows[0] - 14 : rows[-1] + 14, columns[0] - 14 : columns[-1] + 14]
    assert cropped.mean() > 0.5
    black = model_input_of(paint(cropped, 0, 255))
    white = model_input_of(paint(cropped, 255, 0))
    assert distance(black, white) < 0.02
    assert distance(black, model_input_of(paint(coverage, 0, 255))) < 0.05


def test_dark_photo_keeps_its_polarity() -> None:
    coverage = draw(TWO)
    assert distance(model_input_of(paint(coverage, 20, 90)), REFERENCE[TWO]) < 0.08


@given(digit=digits, two_levels=two_levels, glare=levels, corner=st.integers(0, SIDE - 9))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ink_is_that_of_each_pixel_by_itself(
    digit: int, two_levels: tuple[int, int], glare: int, corner: int
) -> None:
    ink, paper = two_levels
    image = paint(draw(digit), ink, paper)
    image[corner : corner + 9, corner : corner + 9] = glare
    patch = separate_ink(image)
    each = np.ones(image.shape, dtype=np.float32)
    expected = ink_from_levels(
        image.astype(np.float32), each, np.full((1, 1), max(paper, 1), dtype=np.float32), 0
    )
    assert patch is not None
    assert expected is not None
    placed = np.zeros_like(expected)
    height, width = patch.ink.shape
    placed[patch.top : patch.top + height, patch.left : patch.left + width] = patch.ink
    np.testing.assert_array_equal(placed, expected)


@pytest.mark.parametrize("noise", [0, 4, 10])
@pytest.mark.parametrize("digit", [ONE, TWO, EIGHT])
def test_uneven_light_and_noise_barely_change_the_model_input(digit: int, noise: int) -> None:
    down, across = LIGHT
    paper = 150 + 45 * across + 25 * down - 20 * across * down
    grain = np.random.default_rng(noise).normal(0, noise, paper.shape) if noise else 0
    photo = (paper * (1 - 0.65 * draw(digit)) + grain).clip(0, 255).astype(np.uint8)
    assert distance(model_input_of(photo), REFERENCE[digit]) < 0.25


@given(level=levels, height=st.integers(1, 90), width=st.integers(1, 90))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_uniform_image_is_blank(level: int, height: int, width: int) -> None:
    assert preprocess(np.full((height, width), level, dtype=np.uint8)) is None


@pytest.mark.parametrize("noise", [1, 3, 6, 12])
def test_noisy_unevenly_lit_bare_paper_is_blank(noise: int) -> None:
    down, across = LIGHT
    paper = 150 + 45 * across + 25 * down - 20 * across * across
    grain = np.random.default_rng(noise).normal(0, noise, paper.shape)
    assert preprocess((paper + grain).clip(0, 255).astype(np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2), (5, 700)])
def test_image_of_any_shape_gives_a_finite_model_input_or_none(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    drawn = preprocess(image)
    assert drawn is None or (
        drawn.model_input.shape == (INPUT_SIZE, INPUT_SIZE)
        and bool(np.isfinite(drawn.model_input).all())
    )


def test_specks_do_not_shrink_the_digit() -> None:
    image = paint(draw(TWO), 0, 255)
    image[5:7, 390:392] = 0
    assert distance(model_input_of(image), REFERENCE[TWO]) < 0.08


@pytest.mark.parametrize(("height", "width"), [(200, 50), (50, 200), (120, 120)])
def test_bar_fills_the_box_and_keeps_its_aspect_ratio(height: int, width: int) -> None:
    image = np.full((400, 400), 255, dtype=np.uint8)
    image[30 : 30 + height, 150 : 150 + width] = 0
    model_input = model_input_of(image)
    scale = DIGIT_SIZE / max(height, width)
    assert model_input.sum(axis=0).max() == pytest.approx(height * scale, abs=0.2)
    assert model_input.sum(axis=1).max() == pytest.approx(width * scale, abs=0.2)


@pytest.mark.parametrize("digit", [ONE, TWO, EIGHT])
def test_center_of_mass_lies_in_the_middle(digit: int) -> None:
    model_input = REFERENCE[digit]
    middles = np.arange(INPUT_SIZE) + 0.5
    for axis in (0, 1):
        center = model_input.sum(axis=axis) @ middles / model_input.sum()
        assert center == pytest.approx(INPUT_SIZE / 2, abs=0.05)


def test_model_input_is_float32_between_0_and_1() -> None:
    model_input = REFERENCE[EIGHT]
    assert model_input.shape == (INPUT_SIZE, INPUT_SIZE)
    assert model_input.dtype == np.float32
    assert (model_input.min(), model_input.max()) == (0, 1)


def test_scaling_down_averages_areas() -> None:
    """A drawing of 20×20 cells of 10×10 pixels, its mass centered, keeps its cells."""
    cells = np.zeros((20, 20))
    cells[[0, 19], :] = cells[:, [0, 19]] = 1  # a frame that fills the box
    cells[5:15, 5:15] = np.tile([[1, 0], [0, 1]], (5, 5))
    fine = np.kron(cells, np.ones((10, 10)))
    fine[50:150, 50:150] *= np.tile([[1, 0], [1, 1]], (50, 50))  # three quarters of each pixel
    image = (255 * (1 - np.pad(fine, 100))).astype(np.uint8)
    expected = np.pad(fine.reshape(20, 10, 20, 10).mean(axis=(1, 3)), 4)
    assert np.abs(model_input_of(image) - expected).max() < 0.06
