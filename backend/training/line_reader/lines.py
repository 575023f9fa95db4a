"""Synthetic lines of ink: digits in a row, as they are after they were lifted from an image.

Lengths are fractions of a digit's height unless they are said to be in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recognizer.line_reader import line_input
from training.data.datasets import (
    Digits,
    load_mnist_training,
    load_mnist_validation,
    load_pen_digits_training,
)
from training.data.numbers import load_whole_numbers
from training.data.pen_lifts import split_strokes
from training.data.pen_paths import LearnedPart, PenPaths
from training.data.rasterize import Stroke, rotation, smooth
from training.finder import pens
from training.finder.canvas import Field, Size, bounds, draw_strokes, smooth_noise
from training.finder.pens import Hand, Hands, Pen, load_hands
from training.finder.signs import among_signs
from training.finder.stage import Glyph
from training.finder.writing import (
    dash,
    digits_of_one_writer,
    letters_of_one_writer,
    rewritten_digits,
    shape,
    stop,
)
from training.line_reader import scans
from training.line_reader.flaws import lifted

MAX_DIGITS = 16
"""Digits of a line, at most: a credit card has as many."""

SHARE_BY_COUNT = (0, 12, 24, 16, 16, 10, 8, 7, 7, *[2] * 8)
"""How often a line has no digit, one, two, and so on up to MAX_DIGITS, before letters come in."""

SCANNED_PROB = 0.25
"""Probability of a line of scanned digits; the others are pen paths."""

REAL_PROB, REORDERED_PROB = 0.13, 0.2
"""Probability of a number as somebody wrote it, and of one whose digits changed places.

UNIPEN's writers wrote the same few numbers, which should be read rather than known by heart. The
other lines of pen paths are composed of digits.
"""

LETTERS_PROB, MAX_LETTERS = 0.22, 3
"""Probability that a line has letters or signs, and how many at most."""

PEN_DIGITS_PROB = 0.2
"""Probability that composed digits are pen digits, whose writers are not told apart."""

PEN_DIGITS_VALIDATION = 1_000
"""How many of the pen digits to train with, the last ones, are kept for validation."""

REPEATS_PROB, REPEATED_PROB = 0.15, 0.5
"""Probability of a line with repeated digits, and of each in it that it is the one before again."""

SIGNS_PROB = 0.15
"""Probability that there are signs around, before, between or after composed digits."""

MARKS_PROB, STOP_PROB, MAX_MARKS = 0.2, 0.6, 3
"""Probability of stops and dashes between digits; that one of them is a stop; at most so many."""

CLOSE_PROB, CLOSE_GAPS, WIDE_GAPS = 0.45, (-0.2, 0.12), (0.02, 0.9)
"""Probability that digits touch or nearly do, and the gaps of these lines and of the others."""

EVEN_PROB, EVEN_SPREAD, UNEVEN_SPREAD = 0.7, 0.03, 0.1
"""Probability that gaps are about equal, and their deviation in these lines and in the others."""

JOINS_PROB, JOINED_PROB, MAX_JOIN, JOIN_SAG = 0.15, 0.6, 0.8, 0.06
"""Probability of a line whose characters are joined, as in quick writing; of each in it that it is
joined to the next; the longest joint, and how much its middle sags."""

MIN_ADVANCE = 0.12
"""From where a character begins to where the next one does, at least: their order stays clear."""

BASELINE_SPREAD, TILT_SPREAD = 0.04, 0.05
"""Deviation of a character's place above the line, and of the angle of a line in radians."""

SLANT_PROB, SLANT_SPREAD = 0.4, 0.3
"""Probability of a hand that leans more than most, and the deviation of its slant; see `shape`."""

WAVE_PROB, WAVE_SPREAD, WAVE_NUMBERS = 0.3, 0.04, (0.5, 2.5)
"""Probability of a wavy line, deviation of its amplitude, and radians per height."""

MAKE_PEN = (
    *[pens.fine_pen] * 4, *[pens.marker] * 3, *[pens.pencil] * 2,
    pens.crayon, pens.hollow_pen,
)  # fmt: skip
"""What a line is written with, each as often as it is listed; no pen of a kind that is held out."""

HEIGHTS = (9.0, 56.0)
"""Least and greatest height of a digit, in pixels."""

MIN_PEN, MIN_OUTLINE, MIN_HOLLOW = 1.0, 2.0, 0.6
"""Width of the thinnest stroke, of a hollow one's outlines together, and between these; pixels."""

OUTLINE = 0.05
"""Width of the outlines of a hollow stroke, together."""

PAPER_AROUND = 0.1
"""Around the writing; what is left of a rule or of a smear may lie there."""

MIN_INK = 0.05
"""The darkest pixel of a line has more ink than that."""


class LabeledLine(NamedTuple):
    """A line and what it says."""

    pixels: NDArray[np.uint8]
    """(LINE_HEIGHT, width): the input of the line reader, 255 being ink."""
    digits: tuple[int, ...]
    """From left to right; MAX_DIGITS at most."""


class Written(NamedTuple):
    """Strokes in a row, about 1 high, and the digits among them from left to right."""

    strokes: list[Stroke]
    digits: tuple[int, ...]


@dataclass(frozen=True)
class Handwriting:
    """What lines are made of."""

    hands: Hands
    whole_numbers: Hand
    """Each number as a whole; see `load_whole_numbers`."""
    pen_digits: Hand
    """The pen digits of several writers, split at their pen lifts."""
    scans: Digits
    """MNIST's digits, of a part of its training images."""
    part: LearnedPart

    @cached_property
    def short_numbers(self) -> NDArray[np.int64]:
        """The indices of the whole numbers that have MAX_DIGITS at most."""
        return np.flatnonzero(np.char.str_len(self.whole_numbers.paths.labels) <= MAX_DIGITS)


def load_handwriting(part: LearnedPart) -> Handwriting:
    """Return the handwriting of a part of UNIPEN's writers, of pen digits and of MNIST's scans.

    Raises DatasetError if one of them is missing.
    """
    return Handwriting(
        load_hands(part),
        Hand(load_whole_numbers(part)),
        load_pen_digits(part),
        load_mnist_training() if part == "training" else load_mnist_validation(),
        part,
    )


def load_pen_digits(part: LearnedPart) -> Hand:
    """Return a part of the pen digits to train with, as if one hand had written them all."""
    digits = load_pen_digits_training()
    labels = digits.labels.astype(np.str_)
    paths = PenPaths(split_strokes(digits), labels, np.full(len(labels), "several"))
    trained, validated = np.split(np.arange(len(labels)), [-PEN_DIGITS_VALIDATION])
    return Hand(paths.subset(trained if part == "training" else validated))


def synthetic_lines(handwriting: Handwriting, count: int, seed: Sequence[int]) -> list[LabeledLine]:
    """Return so many lines; each seed gives others."""
    rng = np.random.default_rng(seed)
    return [draw_line(handwriting, rng) for _ in range(count)]


def draw_line(handwriting: Handwriting, rng: np.random.Generator) -> LabeledLine:
    """Return a random line that shows some ink."""
    while True:
        height = float(np.exp(rng.uniform(*np.log(HEIGHTS))))
        if rng.random() < SCANNED_PROB:
            ink, digits = scanned_number(handwriting.scans, height, rng)
        else:
            strokes, digits = written_number(handwriting, rng)
            pen = MAKE_PEN[rng.integers(len(MAKE_PEN))](rng)
            ink = inked(bent(strokes, rng), pen, height, rng)
        ink = lifted(ink, height, rng)
        if ink.max() > MIN_INK:
            return LabeledLine(as_bytes(line_input(ink).pixels), digits)


def as_bytes(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return pixels in [0, 1] as the integers up to 255."""
    levels: NDArray[np.uint8] = np.rint(pixels * 255).astype(np.uint8)
    return levels


# What is written.


def written_number(handwriting: Handwriting, rng: np.random.Generator) -> Written:
    """Return digits of pen paths in a row."""
    chance = rng.random()
    if chance < REAL_PROB:
        return real_number(handwriting, rng)
    if chance < REAL_PROB + REORDERED_PROB:
        return reordered_number(handwriting.hands, rng)
    return composed_number(handwriting, rng)


def real_number(handwriting: Handwriting, rng: np.random.Generator) -> Written:
    """Return a number as somebody wrote it, with its own gaps, sizes and baseline."""
    numbers = handwriting.whole_numbers
    index = int(rng.choice(handwriting.short_numbers))
    digits = tuple(int(digit) for digit in str(numbers.paths.labels[index]))
    return Written(scaled(numbers.strokes(index), rng), digits)


def reordered_number(hands: Hands, rng: np.random.Generator) -> Written:
    """Return a number as somebody might have written it: other digits have the same gaps."""
    numbers = [each for each in hands.numbers if len(each.paths.labels) <= MAX_DIGITS]
    number = numbers[rng.integers(len(numbers))]
    order = rng.permutation(len(number.paths.labels)).tolist()
    digits = tuple(int(number.paths.labels[index]) for index in order)
    return Written(scaled(in_order(number, order), rng), digits)


def in_order(number: Hand, order: Sequence[int]) -> list[Stroke]:
    """Return the strokes of a number's digits in another order, with the gaps of the old one."""
    boxes = [bounds(number.strokes(index)) for index in range(len(order))]
    gaps = [after[0] - before[2] for before, after in pairwise(boxes)]
    strokes, x = [], 0.0
    for index, gap in zip(order, [*gaps, 0.0], strict=True):
        left, _, right, _ = boxes[index]
        shift = np.array([x - left, 0])
        strokes += [stroke + shift for stroke in number.strokes(index)]
        x += right - left + gap
    return strokes


def scaled(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Return a number 1 high, slanted and stretched at random."""
    shared = shape(rng)
    smoothed = [smooth(stroke @ shared, 3) for stroke in strokes]
    _, top, _, bottom = bounds(smoothed)
    return [stroke / max(bottom - top, 1e-6) for stroke in smoothed]


def composed_number(handwriting: Handwriting, rng: np.random.Generator) -> Written:
    """Return digits of one writer in a row, in a few lines with something else among them."""
    glyphs = composed_digits(handwriting, rng)
    if rng.random() < REPEATS_PROB:
        glyphs = repeated(glyphs, rng)
    if rng.random() < LETTERS_PROB:
        glyphs = with_letters(glyphs, handwriting.hands, rng)
    if rng.random() < SIGNS_PROB:
        glyphs = among_signs(glyphs, handwriting.hands, rng)
    if rng.random() < MARKS_PROB:
        glyphs = with_marks(glyphs, rng)
    digits = tuple(glyph.label for glyph in glyphs if glyph.label is not None)
    return Written(in_a_row(glyphs, rng), digits)


def composed_digits(handwriting: Handwriting, rng: np.random.Generator) -> list[Glyph]:
    """Return random digits, of one writer unless they are pen digits."""
    count = random_count(rng)
    if rng.random() < PEN_DIGITS_PROB:
        return rewritten_digits(handwriting.pen_digits.choose(rng, count), rng)
    return digits_of_one_writer(handwriting.hands, rng, count)


def scanned_number(
    digits: Digits, height: float, rng: np.random.Generator
) -> tuple[Field, tuple[int, ...]]:
    """Return the ink of scanned digits in a row, `height` pixels high, and what they are."""
    count = random_count(rng)
    chosen = rng.integers(len(digits.labels), size=count)
    fields = scans.rewritten(digits.images[chosen], height, rng)
    advances = [
        max(MIN_ADVANCE * height, field.shape[1] + gap * height)
        for field, gap in zip(fields, random_gaps(count, rng), strict=True)
    ]
    return scans.side_by_side(fields, advances, rng), tuple(digits.labels[chosen].tolist())


def random_count(rng: np.random.Generator) -> int:
    """Return how many digits a line has."""
    shares = np.array(SHARE_BY_COUNT) / sum(SHARE_BY_COUNT)
    return int(rng.choice(len(shares), p=shares))


def repeated(glyphs: list[Glyph], rng: np.random.Generator) -> list[Glyph]:
    """Return digits, some of which are the one before again."""
    row = glyphs[:1]
    for glyph in glyphs[1:]:
        row.append(row[-1] if rng.random() < REPEATED_PROB else glyph)
    return row


def with_letters(glyphs: list[Glyph], hands: Hands, rng: np.random.Generator) -> list[Glyph]:
    """Return digits with letters after, before or between them, or only the letters."""
    letters = letters_of_one_writer(hands, rng, int(rng.integers(1, MAX_LETTERS + 1)))
    place = rng.choice(["after", "before", "between", "alone"], p=[0.4, 0.35, 0.15, 0.1])
    if place == "after":
        return glyphs + letters
    if place == "before":
        return letters + glyphs
    return inserted(glyphs, letters, 0, rng) if place == "between" else letters


def with_marks(glyphs: list[Glyph], rng: np.random.Generator) -> list[Glyph]:
    """Return characters with stops and dashes after some of them."""
    count = int(rng.integers(1, MAX_MARKS + 1))
    marks = [stop(rng) if rng.random() < STOP_PROB else dash(rng) for _ in range(count)]
    return inserted(glyphs, marks, 1, rng)


def inserted(
    glyphs: list[Glyph], others: list[Glyph], first: int, rng: np.random.Generator
) -> list[Glyph]:
    """Return a row with others at random places in it, from place `first` on."""
    row = list(glyphs)
    for other in others:
        row.insert(int(rng.integers(first, len(row) + 1)), other)
    return row


def in_a_row(glyphs: list[Glyph], rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of characters from left to right: apart, overlapping or joined."""
    are_joined = rng.random() < JOINS_PROB
    strokes: list[Stroke] = []
    x = 0.0
    for glyph, gap in zip(glyphs, random_gaps(len(glyphs), rng), strict=True):
        corner = np.array([x, rng.normal(0, BASELINE_SPREAD)])
        placed = [stroke + corner for stroke in glyph.strokes]
        if are_joined and strokes and rng.random() < JOINED_PROB:
            strokes += joint(strokes[-1][-1], placed[0][0], rng)
        strokes += placed
        x += max(MIN_ADVANCE, glyph.box[2] + gap)
    return strokes


def random_gaps(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the gap after each character of a line (count,); it is negative if two overlap."""
    gap = rng.uniform(*(CLOSE_GAPS if rng.random() < CLOSE_PROB else WIDE_GAPS))
    spread = EVEN_SPREAD if rng.random() < EVEN_PROB else UNEVEN_SPREAD
    return rng.normal(gap, spread, count)


def joint(start: Stroke, end: Stroke, rng: np.random.Generator) -> list[Stroke]:
    """Return the stroke that joins two points (2,), unless it would be too long."""
    if np.hypot(*(end - start)) > MAX_JOIN:
        return []
    middle = (start + end) / 2 + (0, rng.normal(0, JOIN_SAG))
    return [smooth(np.stack([start, middle, end]), 3)]


def bent(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Return a line that rises or falls a little, and sometimes leans or waves."""
    turn = rotation(rng.normal(0, TILT_SPREAD))
    slant = rng.normal(0, SLANT_SPREAD) if rng.random() < SLANT_PROB else 0.0
    strokes = [stroke @ [[1, 0], [slant, 1]] @ turn for stroke in strokes]
    if rng.random() >= WAVE_PROB:
        return strokes
    amplitude, number = rng.normal(0, WAVE_SPREAD), rng.uniform(*WAVE_NUMBERS)
    phase = rng.uniform(0, 2 * np.pi)
    return [
        stroke + np.stack([0 * stroke[:, 0], amplitude * np.sin(number * stroke[:, 0] + phase)], 1)
        for stroke in strokes
    ]


# Its ink.


def inked(strokes: list[Stroke], pen: Pen, height: float, rng: np.random.Generator) -> Field:
    """Return the ink of strokes by a pen, `height` pixels being a digit's height."""
    width = max(pen.width * height, MIN_PEN)
    around = width / 2 + PAPER_AROUND * height + 2
    left, top, right, bottom = bounds(strokes)
    size = (
        int((right - left) * height + 2 * around) + 1,
        int((bottom - top) * height + 2 * around) + 1,
    )
    placed = [(stroke - (left, top)) * height + around for stroke in strokes]
    ink = coverage(placed, width, size)
    if pen.hollow:
        inner = max(MIN_HOLLOW, width - max(MIN_OUTLINE, OUTLINE * height))
        ink = np.clip(ink - coverage(placed, inner, size), 0, 1)
    if pen.grain:
        noise = smooth_noise(rng, size, (size[0] // 2, size[1] // 2))
        ink = np.where(noise < np.quantile(noise, pen.grain), ink * rng.uniform(0.1, 0.7), ink)
    return ink.astype(np.float32)


def coverage(strokes: list[Stroke], width: float, size: Size) -> Field:
    """Return the coverage of a whole picture by strokes `width` pixels wide."""
    patch = draw_strokes(strokes, width, size)
    return np.zeros(size[::-1], dtype=np.float32) if patch is None else patch.spread(size)
