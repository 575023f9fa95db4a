"""Pens and pen strokes: who wrote what, and what it was written with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from training.data.pen_paths import (
    Part,
    PenPaths,
    load_unipen_digits,
    load_unipen_numbers,
    load_unipen_others,
    simplify,
)
from training.data.rasterize import Stroke
from training.data.synthetic_digits import VARIANTS

VARIANT_HANDS = 24
"""How many hands, beside UNIPEN's writers, write digits as people do somewhere in the world."""

OF_EACH_VARIANT = 4
"""How often such a hand has written each digit."""


class Hand:
    """The characters of one writer."""

    def __init__(self, paths: PenPaths) -> None:
        self.paths = paths
        self.simplified: dict[int, list[Stroke]] = {}

    def choose(self, rng: np.random.Generator, count: int) -> list[tuple[str, list[Stroke]]]:
        """Return `count` characters at random: each its name and strokes of few points."""
        chosen = rng.integers(len(self.paths.labels), size=count).tolist()
        return [(str(self.paths.labels[index]), self.strokes(index)) for index in chosen]

    def strokes(self, index: int) -> list[Stroke]:
        """Return a character with few points, which takes long to find the first time."""
        if index not in self.simplified:
            self.simplified[index] = simplify(self.paths.drawings[index])
        return self.simplified[index]


@dataclass(frozen=True)
class Hands:
    """The handwriting that scenes are made of, by its writers."""

    digits: Sequence[Hand]
    letters: Sequence[Hand]
    """Letters and signs, without those that look like digits."""
    numbers: Sequence[Hand]
    """Numbers as they were written: the digits of each, in their places."""

    @cached_property
    def signs(self) -> dict[str, Hand]:
        """The signs among the letters, by their names; each as all writers wrote it."""
        paths = [hand.paths for hand in self.letters]
        labels = np.concatenate([each.labels for each in paths])
        pooled = PenPaths(
            [drawing for each in paths for drawing in each.drawings],
            labels,
            np.concatenate([each.writers for each in paths]),
        )
        return {
            str(name): Hand(pooled.subset(np.flatnonzero(labels == name)))
            for name in np.unique(labels)
            if not str(name).isalnum()
        }

    @property
    def all(self) -> tuple[Hand, ...]:
        """All of them, in a fixed order."""
        return (*self.digits, *self.letters, *self.numbers)


def load_hands(part: Part) -> Hands:
    """Return the handwriting of a part of UNIPEN's writers; raise DatasetError if it is missing.

    To learn from, there are digits of made-up hands beside theirs.
    """
    digits = hands_of(load_unipen_digits(part))
    if part == "training":
        digits += [variant_hand(np.random.default_rng(seed)) for seed in range(VARIANT_HANDS)]
    return Hands(
        digits,
        hands_of(load_unipen_others(part)),
        [Hand(number) for number in load_unipen_numbers(part)],
    )


def variant_hand(rng: np.random.Generator) -> Hand:
    """Return a hand that writes each digit in one way of VARIANTS, all equally likely."""
    drawings, labels = [], []
    for digit in range(10):
        ways = [way for label, _, way in VARIANTS if label == digit]
        way = ways[rng.integers(len(ways))]
        drawings += [way(rng) for _ in range(OF_EACH_VARIANT)]
        labels += [str(digit)] * OF_EACH_VARIANT
    return Hand(PenPaths(drawings, np.array(labels), np.full(len(labels), "variants")))


def hands_of(paths: PenPaths) -> list[Hand]:
    """Return the characters by their writers."""
    writers = np.unique(paths.writers)
    return [Hand(paths.subset(np.flatnonzero(paths.writers == writer))) for writer in writers]


@dataclass(frozen=True)
class Pen:
    """What a scene is written with."""

    width: float
    """Of the brush, as a fraction of the height of the writing."""
    opacity: float = 1.0
    grain: float = 0.0
    """Fraction of the ink that the paper's grain takes away: pencil, chalk, crayon."""
    hollow: bool = False
    """Only the outline of each stroke is drawn."""
    dash: float = 0.0
    """Length of dashes, as a fraction of the height, if the strokes are dashed."""


MakePen = Callable[[np.random.Generator], Pen]


def fine_pen(rng: np.random.Generator) -> Pen:
    return Pen(rng.uniform(0.03, 0.1), rng.uniform(0.8, 1))


def marker(rng: np.random.Generator) -> Pen:
    return Pen(rng.uniform(0.1, 0.2))


def pencil(rng: np.random.Generator) -> Pen:
    return Pen(rng.uniform(0.035, 0.08), rng.uniform(0.5, 0.9), grain=rng.uniform(0.1, 0.4))


def crayon(rng: np.random.Generator) -> Pen:
    return Pen(rng.uniform(0.07, 0.16), grain=rng.uniform(0.3, 0.65))


def hollow_pen(rng: np.random.Generator) -> Pen:
    return Pen(rng.uniform(0.14, 0.2), hollow=True)


def dashed_pen(rng: np.random.Generator) -> Pen:
    return Pen(rng.uniform(0.05, 0.1), dash=rng.uniform(0.06, 0.12))


def dashes(strokes: list[Stroke], length: float, width: float) -> list[Stroke]:
    """Return strokes as dashes of a length, with gaps as long between their round ends."""
    parts: list[Stroke] = []
    for stroke in strokes:
        steps = np.hypot(*np.diff(stroke, axis=0).T)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        starts = np.arange(0, max(float(along[-1]), length), 2 * length + width)
        parts += [cut(stroke, along, start, start + length) for start in starts]
    return parts


def cut(stroke: Stroke, along: NDArray[np.float64], start: float, end: float) -> Stroke:
    """Return a stroke from one distance along it to another."""
    inner = along[(along > start) & (along < end)]
    at = np.concatenate([[start], inner, [end]])
    return np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], axis=1)
