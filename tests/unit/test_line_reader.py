"""The line reader: a line of ink as the network sees it, and what its steps add up to."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from recognizer.line_reader import (
    BLANK,
    LINE_HEIGHT,
    MARGIN,
    MAX_WIDTH,
    STEP,
    LineReader,
    line_input,
    sequence_probabilities,
    slant_ink,
    spans_of,
)
from recognizer.preprocessing import Ink
from support.drawings import DIGITS, Box, rasterize


def ink_of(number: str, gap: float = 0.1) -> Ink:
    """Return the ink of digits side by side, `gap` of a digit's height apart, 60 pixels high."""
    width = round(60 * len(number) * (0.6 + gap)) + 20
    ink = np.zeros((80, width), dtype=np.float32)
    for place, digit in enumerate(number):
        left = (10 + 60 * place * (0.6 + gap)) / width
        mask = rasterize(DIGITS[int(digit)], (width, 80), Box(left, 0.125, 36 / width, 0.75), 0.05)
        np.maximum(ink, np.asarray(mask, dtype=np.float32) / 255, out=ink)
    return ink


@pytest.fixture(scope="module")
def line_reader() -> LineReader:
    return LineReader()


def test_line_has_the_same_input_at_any_size_and_place() -> None:
    ink = ink_of("42")
    larger = np.pad(np.kron(ink, np.ones((3, 3), dtype=np.float32)), ((5, 40), (90, 7)))
    one, other = line_input(ink), line_input(larger)
    assert one.pixels.shape == other.pixels.shape
    assert np.abs(one.pixels - other.pixels).mean() < 0.01
    assert other.scale == pytest.approx(3 * one.scale, rel=0.01)
    assert other.left - 90 == pytest.approx(3 * one.left, abs=1)


def test_line_input_is_the_ink_between_margins() -> None:
    ink = np.zeros((50, 200), dtype=np.float32)
    ink[10:40, [20, 21, 150, 151]] = 0.5
    line = line_input(ink)
    height, width = line.pixels.shape
    assert (height, width % STEP) == (LINE_HEIGHT, 0)
    assert line.pixels.max() == pytest.approx(1)
    inked = np.flatnonzero(line.pixels.max(axis=0) > 0.2)
    assert inked[0] == pytest.approx(MARGIN, abs=1)
    for pixel, column in ((inked[0], 20), (inked[-1], 151)):
        assert line.left + line.scale * (pixel + 0.5) == pytest.approx(column + 0.5, abs=1)
    assert not line.pixels[:, 20:100].any()


def test_very_long_line_is_squeezed() -> None:
    ink = np.zeros((20, 4_000), dtype=np.float32)
    ink[5:15, 100:3_900] = 1
    assert line_input(ink).pixels.shape == (LINE_HEIGHT, MAX_WIDTH)


@pytest.mark.parametrize(
    ("classes", "spans"),
    [
        ([BLANK], []),
        ([3], [(3, 0, 1)]),
        ([BLANK, 3, 3, BLANK, 3, 4, 4], [(3, 1, 3), (3, 4, 5), (4, 5, 7)]),
    ],
)
def test_digits_are_the_runs_between_blank_steps(
    classes: list[int], spans: list[tuple[int, int, int]]
) -> None:
    assert spans_of(np.array(classes)) == spans


def collapsed(path: tuple[int, ...]) -> list[int]:
    """Return the digits of a path: repeated classes once, then without blanks."""

    def changes() -> Iterator[int]:
        before = None
        for each in path:
            if each != before:
                yield each
            before = each

    return [each for each in changes() if each != BLANK]


def test_probability_of_digits_is_that_of_all_their_paths() -> None:
    numbers: list[list[int]] = [[], [3], [3, 3], [3, 4], [3, 4, 3]]
    rng = np.random.default_rng(1)
    views = [rng.random((steps, 11)).astype(np.float32) for steps in (1, 2, 3, 4)]
    views = [view / view.sum(axis=1, keepdims=True) for view in views]
    found = sequence_probabilities(views, numbers)
    for (row, digits), (column, view) in product(enumerate(numbers), enumerate(views)):
        expected = sum(
            float(np.prod([view[step, each] for step, each in enumerate(path)]))
            for path in product((3, 4, BLANK), repeat=len(view))
            if collapsed(path) == digits
        )
        assert found[row, column] == pytest.approx(expected, rel=1e-5), (digits, len(view))


@pytest.mark.parametrize("number", ["7", "42", "2026", "35"])
def test_number_is_read_with_the_places_of_its_digits(line_reader: LineReader, number: str) -> None:
    readings, probability = line_reader.read(ink_of(number))
    assert "".join(str(reading.digits.argmax()) for reading in readings) == number
    assert 0.5 < probability <= 1 + 1e-6
    for place, reading in enumerate(readings):
        assert reading.digits.sum() == pytest.approx(1)
        assert reading.left < 10 + 60 * 0.7 * place + 18 < reading.right


def test_touching_digits_are_read(line_reader: LineReader) -> None:
    readings, _ = line_reader.read(ink_of("25", gap=-0.06))
    assert [int(reading.digits.argmax()) for reading in readings] == [2, 5]


@pytest.mark.parametrize("slant", [-0.3, 0.3])
def test_slant_moves_rows_and_leaves_the_middle(slant: float) -> None:
    ink = np.zeros((20, 30), dtype=np.float32)
    ink[[0, 10, 19], 15] = 1
    slanted, added = slant_ink(ink, slant)
    assert slanted.shape == (20, 30 + 2 * added)
    middles = [row @ np.arange(len(row)) / row.sum() - added for row in slanted[[0, 10, 19]]]
    assert middles == pytest.approx([15 - 9.5 * slant, 15 + 0.5 * slant, 15 + 9.5 * slant], abs=0.1)


@pytest.mark.parametrize("slant", [-0.35, 0.35])
def test_slanted_digits_that_share_columns_are_read(line_reader: LineReader, slant: float) -> None:
    ink, _ = slant_ink(ink_of("4272", gap=-0.05), slant)
    readings, _ = line_reader.read(ink)
    assert "".join(str(reading.digits.argmax()) for reading in readings) == "4272"


def test_paper_with_a_speck_has_no_digit(line_reader: LineReader) -> None:
    ink = np.zeros((60, 90), dtype=np.float32)
    ink[50:54, 40:44] = 1
    assert line_reader.read(ink)[0] == []
