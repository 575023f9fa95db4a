"""Any picture of one drawing gives the ink that MNIST's makers would have made of it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from recognizer.preprocessing import BOX, FIELD, Ink, Picture, preprocess

Stroke = tuple[tuple[float, float], ...]
"""Points in units of the drawing's height; x grows to the right, y downwards."""

TWO: Stroke = (
    (0.02, 0.2),
    (0.2, 0.0),
    (0.5, 0.05),
    (0.55, 0.3),
    (0.05, 0.95),
    (0.1, 1.0),
    (0.65, 0.98),
)
ONE: Stroke = ((0.0, 0.3), (0.3, 0.0), (0.3, 1.0))
EIGHT: Stroke = (
    *((0.3, 0.5), (0.05, 0.25), (0.3, 0.0), (0.55, 0.25), (0.3, 0.5)),
    *((0.0, 0.75), (0.3, 1.0), (0.6, 0.75), (0.3, 0.5)),
)
OVERSAMPLING = 4
SHADES = np.mgrid[-1:1:400j, -1:1:400j]


def draw(
    stroke: Stroke,
    *,
    side: int = 400,
    height: float = 250,
    left: float = 100,
    top: float = 60,
    pen: float = 0.09,
) -> NDArray[np.float64]:
    """Coverage (side, side) in [0, 1] of a stroke; the pen's width is in units of the height."""
    image = Image.new("L", (side * OVERSAMPLING, side * OVERSAMPLING), 0)
    canvas = ImageDraw.Draw(image)
    radius = pen * height * OVERSAMPLING / 2
    points = [
        ((left + x * height) * OVERSAMPLING, (top + y * height) * OVERSAMPLING) for x, y in stroke
    ]
    for start, end in pairwise(points):
        canvas.line([start, end], fill=255, width=round(2 * radius))
    for x, y in points:
        canvas.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return np.asarray(image.reduce(OVERSAMPLING), dtype=np.float64) / 255


def paint(coverage: NDArray[np.float64], ink: float | NDArray[np.float64], paper: float) -> Picture:
    """A picture in two greys."""
    return (paper + (ink - paper) * coverage).round().clip(0, 255).astype(np.uint8)


def ink_of(picture: Picture) -> Ink:
    """The ink of a picture that must not count as blank."""
    ink = preprocess(picture)
    assert ink is not None
    return ink


def distance(one: Ink, other: Ink) -> float:
    """Ink that lies elsewhere, as a share of all ink: 0 is the same, 2 is nothing in common."""
    return float(np.abs(one - other).sum() / ((one.sum() + other.sum()) / 2))


REFERENCE = {stroke: ink_of(paint(draw(stroke), 0, 255)) for stroke in (ONE, TWO, EIGHT)}

strokes = st.sampled_from([ONE, TWO, EIGHT])
greys = st.integers(0, 255)
two_greys = st.tuples(greys, greys).filter(lambda pair: abs(pair[0] - pair[1]) >= 25)


@given(stroke=strokes, height=st.floats(60, 350), right=st.floats(0, 1), down=st.floats(0, 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_size_and_place_do_not_matter(
    stroke: Stroke, height: float, right: float, down: float
) -> None:
    margin = 0.06 * height
    left = margin + right * (400 - 2 * margin - 0.65 * height)
    top = margin + down * (400 - 2 * margin - height)
    picture = paint(draw(stroke, height=height, left=left, top=top), 0, 255)
    assert distance(ink_of(picture), REFERENCE[stroke]) < 0.1


def test_a_small_drawing_in_a_corner_is_the_large_one_in_the_middle() -> None:
    small = ink_of(paint(draw(TWO, height=80, left=10, top=310), 0, 255))
    large = ink_of(paint(draw(TWO, height=340, left=90, top=30), 0, 255))
    assert distance(small, large) < 0.06
    assert np.abs(small - large).max() < 0.2


@given(stroke=strokes, greys=two_greys, pen=st.floats(0.03, 0.3))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_polarity_and_contrast_do_not_matter(
    stroke: Stroke, greys: tuple[int, int], pen: float
) -> None:
    ink, paper = greys
    coverage = draw(stroke, pen=pen)
    expected = ink_of(paint(coverage, 0, 255))
    assert distance(ink_of(paint(coverage, ink, paper)), expected) < 0.08


@pytest.mark.parametrize("stroke", [ONE, TWO, EIGHT], ids=["one", "two", "eight"])
def test_a_fat_pen_that_covers_most_of_the_picture_is_still_ink(
    stroke: Stroke,
) -> None:
    coverage = draw(stroke, height=230, pen=0.4)
    rows, columns = np.flatnonzero(coverage.any(1)), np.flatnonzero(coverage.any(0))
    cropped = coverage[rows[0] - 14 : rows[-1] + 14, columns[0] - 14 : columns[-1] + 14]
    assert cropped.mean() > 0.5
    black = ink_of(paint(cropped, 0, 255))
    white = ink_of(paint(cropped, 255, 0))
    assert distance(black, white) < 0.02
    assert distance(black, ink_of(paint(coverage, 0, 255))) < 0.05


def test_a_dark_photo_keeps_its_polarity() -> None:
    coverage = draw(TWO)
    assert distance(ink_of(paint(coverage, 20, 90)), REFERENCE[TWO]) < 0.08


@pytest.mark.parametrize("noise", [0, 4, 10])
@pytest.mark.parametrize("stroke", [ONE, TWO, EIGHT], ids=["one", "two", "eight"])
def test_uneven_light_and_noise_do_not_matter(stroke: Stroke, noise: int) -> None:
    down, across = SHADES
    paper = 150 + 45 * across + 25 * down - 20 * across * down
    grain = np.random.default_rng(noise).normal(0, noise, paper.shape) if noise else 0
    photo = (paper * (1 - 0.65 * draw(stroke)) + grain).clip(0, 255).astype(np.uint8)
    assert distance(ink_of(photo), REFERENCE[stroke]) < 0.25


@given(
    level=st.integers(0, 255),
    height=st.integers(1, 90),
    width=st.integers(1, 90),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_uniform_picture_is_blank(level: int, height: int, width: int) -> None:
    assert preprocess(np.full((height, width), level, dtype=np.uint8)) is None


@pytest.mark.parametrize("noise", [1, 3, 6, 12])
def test_noisy_unevenly_lit_bare_paper_is_blank(noise: int) -> None:
    down, across = SHADES
    paper = 150 + 45 * across + 25 * down - 20 * across * across
    grain = np.random.default_rng(noise).normal(0, noise, paper.shape)
    assert preprocess((paper + grain).clip(0, 255).astype(np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2), (5, 700)])
def test_pictures_of_any_shape_are_survived(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    ink = preprocess(picture)
    assert ink is None or (ink.shape == (FIELD, FIELD) and bool(np.isfinite(ink).all()))


def test_specks_do_not_shrink_the_digit() -> None:
    picture = paint(draw(TWO), 0, 255)
    picture[5:7, 390:392] = 0
    assert distance(ink_of(picture), REFERENCE[TWO]) < 0.08


@pytest.mark.parametrize(("height", "width"), [(200, 50), (50, 200), (120, 120)])
def test_a_bar_fills_the_box_and_keeps_its_aspect(height: int, width: int) -> None:
    picture = np.full((400, 400), 255, dtype=np.uint8)
    picture[30 : 30 + height, 150 : 150 + width] = 0
    ink = ink_of(picture)
    scale = BOX / max(height, width)
    assert ink.sum(axis=0).max() == pytest.approx(height * scale, abs=0.2)
    assert ink.sum(axis=1).max() == pytest.approx(width * scale, abs=0.2)


@pytest.mark.parametrize("stroke", [ONE, TWO, EIGHT], ids=["one", "two", "eight"])
def test_the_centre_of_mass_lies_in_the_middle_of_the_field(
    stroke: Stroke,
) -> None:
    ink = REFERENCE[stroke]
    middles = np.arange(FIELD) + 0.5
    assert ink.sum(axis=1) @ middles / ink.sum() == pytest.approx(FIELD / 2, abs=0.05)
    assert ink.sum(axis=0) @ middles / ink.sum() == pytest.approx(FIELD / 2, abs=0.05)


def test_ink_is_between_nothing_and_one() -> None:
    ink = REFERENCE[EIGHT]
    assert ink.shape == (FIELD, FIELD)
    assert ink.dtype == np.float32
    assert (ink.min(), ink.max()) == (0, 1)


def test_scaling_down_averages_areas() -> None:
    """A drawing of 20×20 cells of 10×10 pixels, its mass centred, comes back cell by cell."""
    cells = np.zeros((20, 20))
    cells[[0, 19], :] = cells[:, [0, 19]] = 1  # a frame that fills the box
    cells[5:15, 5:15] = np.tile([[1, 0], [0, 1]], (5, 5))
    fine = np.kron(cells, np.ones((10, 10)))
    fine[50:150, 50:150] *= np.tile([[1, 0], [1, 1]], (50, 50))  # three quarters of each pixel
    picture = (255 * (1 - np.pad(fine, 100))).astype(np.uint8)
    expected = np.pad(fine.reshape(20, 10, 20, 10).mean(axis=(1, 3)), 4)
    assert np.abs(ink_of(picture) - expected).max() < 0.06
