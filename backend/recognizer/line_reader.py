"""Ink of a line → the digits in it, read as a whole.

The line reader is the third network. It needs no digit cut out, so digits may touch, and it knows
each by those beside it (Graves et al., "Connectionist Temporal Classification", 2006).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognizer.confidence import Confidence
from recognizer.model_files import LINE_READER_PATH, open_session
from recognizer.preprocessing import Ink, ink_extent

LINE_HEIGHT, MARGIN, MAX_WIDTH = 32, 2, 640
"""Height of a line's input, the paper around its ink, and its greatest width, in pixels."""

STEP = 4
"""Columns of the input for each of which the network says what is there."""

SLANTS = (-0.3, 0.3)
"""Columns by which each row of a line is shifted against the next one, before it is read again."""

SURE = 0.9
"""Probability of what is read from which a line is not read again."""

LEAST = 1e-4
"""No slant is ever taken to be surer than that some digits are not those of a line."""

BLANK = 10
"""The class, beside the ten digits, of a step that no digit has its place in."""


class Line(NamedTuple):
    """A line as the network sees it."""

    pixels: NDArray[np.float32]
    """(LINE_HEIGHT, width), ink in [0, 1]; the width is a multiple of STEP."""
    left: float
    """Where its pixels begin, in columns of the ink that it was made of."""
    scale: float
    """Width of a pixel, in columns of the ink."""


class Reading(NamedTuple):
    """A digit of a line."""

    digits: NDArray[np.float64]
    """(10,), sums to 1: what it is."""
    left: float
    """Between it and the digit before it, in columns of the ink; the beginning for the first."""
    right: float

    @property
    def digit(self) -> int:
        """The likeliest digit."""
        return int(self.digits.argmax())


class View(NamedTuple):
    """What the network makes of a line at some slant."""

    steps: NDArray[np.float32]
    """(steps, 11): the probabilities of the digits and BLANK."""
    readings: list[Reading]

    @property
    def digits(self) -> tuple[int, ...]:
        """The likeliest digits, from left to right."""
        return tuple(reading.digit for reading in self.readings)


class LineReader:
    """The network, loaded once; any number of threads may call `read`.

    `threads` is the number of threads that share the work of one line. Raises ModelError if the
    file is missing or does not match the SHA-256 in `<file>.sha256` beside it.
    """

    def __init__(self, path: Path = LINE_READER_PATH, threads: int = 1) -> None:
        self.session, _ = open_session(path, threads)
        self.metadata: Mapping[str, str] = self.session.get_modelmeta().custom_metadata_map
        self.confidence = Confidence(*(float(self.metadata[name]) for name in Confidence._fields))

    def read(self, ink: Ink) -> tuple[list[Reading], float]:
        """Return the digits of a line's ink, from left to right, and how likely these are all.

        A line that is hard to read is looked at from other slants too, since slanted digits share
        columns. What is likely from all of them counts.
        """
        straight = self.look(ink, 0)
        probability = float(sequence_probabilities([straight.steps], [straight.digits])[0, 0])
        if probability >= SURE:
            return straight.readings, probability
        views = [straight, *(self.look(ink, slant) for slant in SLANTS)]
        numbers = list(dict.fromkeys(view.digits for view in views))
        by_view = sequence_probabilities([view.steps for view in views], numbers)
        means = np.exp(np.log(by_view.clip(LEAST)).mean(axis=1))
        likeliest = int(means.argmax())
        surest = max(
            (index for index, view in enumerate(views) if view.digits == numbers[likeliest]),
            key=lambda index: by_view[likeliest, index],
        )
        return views[surest].readings, float(means[likeliest])

    def look(self, ink: Ink, slant: float) -> View:
        """Return what the network makes of a line that is slanted first."""
        slanted, added = slant_ink(ink, slant)
        line = line_input(slanted)
        (steps,) = self.session.run(["probabilities"], {"line": line.pixels})
        spans = spans_of(steps.argmax(axis=1))
        ends = [0.0]
        ends += [(stop + start) / 2 for (_, _, stop), (_, start, _) in pairwise(spans)]
        ends.append(len(steps))
        sides = [line.left - added + line.scale * STEP * end for end in ends]
        readings = []
        for (digit, start, stop), (left, right) in zip(spans, pairwise(sides), strict=False):
            surest = start + int(steps[start:stop, digit].argmax())
            digits = steps[surest, :BLANK].astype(np.float64)
            readings.append(Reading(digits / digits.sum(), left, right))
        return View(steps, readings)


def slant_ink(ink: Ink, slant: float) -> tuple[Ink, int]:
    """Return ink whose rows are shifted by `slant` columns each, and the columns added on the left.

    The middle stays where it is; a positive slant moves the top to the left.
    """
    if not slant:
        return ink, 0
    height = len(ink)
    added = ceil(abs(slant) * height / 2)
    padded = Image.fromarray(np.pad(ink, ((0, 0), (added, added))))
    shear = (1, -slant, slant * height / 2, 0, 1, 0)
    slanted = padded.transform(
        padded.size, Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR
    )
    return np.asarray(slanted), added


def line_input(ink: Ink) -> Line:
    """Return ink (height, width), which must not be empty, as the network sees it.

    It is scaled to the height of the input, and a very long line squeezed into its width. What
    little ink lies far out on any side is not in it, as in `size_normalize`.
    """
    left, right = ink_extent(ink.sum(axis=0))
    top, bottom = ink_extent(ink.sum(axis=1))
    down = (bottom - top) / (LINE_HEIGHT - 2 * MARGIN)
    columns = min(max(1.0, (right - left) / down), MAX_WIDTH - 2 * MARGIN)
    across = (right - left) / columns
    width = STEP * ceil((columns + 2 * MARGIN) / STEP)
    left, top = left - MARGIN * across, top - MARGIN * down
    around = ceil(max((MARGIN + STEP) * across, MARGIN * down))
    x, y = left + around, top + around
    box = (x, y, x + width * across, y + LINE_HEIGHT * down)
    padded = Image.fromarray(np.pad(ink, around))
    scaled = padded.resize((width, LINE_HEIGHT), Image.Resampling.BILINEAR, box)
    pixels = np.clip(np.asarray(scaled), 0, None)
    return Line(pixels / max(float(pixels.max()), 1e-6), left, across)


def spans_of(classes: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return the digits of a line of classes (steps,), each with its first step and its end.

    The same digit twice in a row has a blank step between.
    """
    changes = np.flatnonzero(np.diff(classes)) + 1
    starts, stops = [0, *changes.tolist()], [*changes.tolist(), len(classes)]
    return [
        (int(classes[start]), start, stop)
        for start, stop in zip(starts, stops, strict=True)
        if classes[start] != BLANK
    ]


def sequence_probabilities(
    views: Sequence[NDArray[np.float32]], numbers: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """Return how likely each number is by each view of a line (numbers, views).

    A view is the probabilities of its steps (steps, 11); a number's probability is that of all ways
    to place its digits on them.
    """
    # Where a number has no more digits is a class that no step shows; beyond a view is paper.
    nothing = BLANK + 1
    steps = np.zeros((max(map(len, views)), nothing + 1, len(views)))
    steps[:, BLANK] = 1
    for index, view in enumerate(views):
        steps[: len(view), :nothing, index] = view
    places = np.full((len(numbers), 2 * max(map(len, numbers)) + 1), nothing)
    for row, digits in zip(places, numbers, strict=True):
        row[: 2 * len(digits) + 1] = BLANK
        row[1 : 2 * len(digits) : 2] = digits
    skips = np.zeros((*places.shape, 1))  # over the blank between digits that differ
    skips[:, 3::2, 0] = places[:, 3::2] != places[:, 1:-2:2]
    reached = np.zeros((len(numbers), 2 + places.shape[1], len(views)))  # two before the first
    reached[:, 2] = 1
    for step in steps[:, places]:
        ways = reached[:, 2:] + reached[:, 1:-1] + skips * reached[:, :-2]
        reached[:, 2:] = ways * step
    ends = np.array([[2 * len(digits) + 1, 2 * len(digits) + 2] for digits in numbers])
    probabilities: NDArray[np.float64] = np.take_along_axis(reached, ends[..., None], 1).sum(axis=1)
    return probabilities
