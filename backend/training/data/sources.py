"""What the network learns from: each source redraws its digits anew on canvases, at random."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from recognizer.classifier import OTHER
from training.data.augmentation import CANVAS, change_pen, enlarge, inks_of, warp
from training.data.datasets import (
    Digits,
    PenDigits,
    load_feedback,
    load_mnist_training,
    load_mnist_validation,
    load_pen_digits_training,
    load_semeion_training,
)
from training.data.doodles import doodle
from training.data.fonts import (
    DIGITS,
    LETTERS,
    SIGNS,
    draw_glyphs,
    training_fonts,
    validation_fonts,
)
from training.data.non_digits import SCRIBBLES, SHAPES, draw_others, side_by_side, texture
from training.data.pen_lifts import lift_pen
from training.data.rasterize import Random, Stroke, fill, smooth, wobble
from training.data.synthetic_digits import draw_variants

PAPER_PEN = (0.01, 0.1)
"""Width of the brush as a share of the paper's side, at least and at most."""

PAPER_SIZE = (0.25, 0.9)
"""Longer side of a drawing, its brush included, as a share of the paper's side."""

CURVED = 0.75
"""Share of paths drawn as curves through their points; the others go straight to the next."""

UNTOUCHED = 0.4
"""Share of scanned digits that stay as their writer wrote them."""

VARIANT_DRAWINGS = 30_000
"""Drawings of the world's variants."""

NARROWEST_SEVEN = 0.55
"""Width of a seven without a bar, as a share of its height; a narrower one could be a bracket."""

HELD_OUT, HELD_OUT_SEED = 2_000, 7
"""Drawings of each source, at least, to choose by."""


class Source(Protocol):
    """Labelled digits that can be redrawn."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,), 0 to 9."""
        ...

    def part(self, chosen: NDArray[np.int64]) -> Self:
        """The chosen digits alone."""
        ...

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        """Canvases (k, 1, CANVAS, CANVAS) of the chosen digits, white on black, in [0, 1]."""
        ...


SourceType = TypeVar("SourceType", bound=Source)


@dataclass(frozen=True)
class Scans:
    """Digits that are there as pictures of 28×28: they are warped, their pen is changed."""

    name: str
    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def part(self, chosen: NDArray[np.int64]) -> Self:
        return replace(self, pictures=self.pictures[chosen], labels=self.labels[chosen])

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        digits = torch.from_numpy(self.pictures[chosen].astype(np.float32) / 255)[:, None]
        canvases = change_pen(warp(digits, generator), generator)
        untouched = torch.rand(len(digits), generator=generator) < UNTOUCHED
        canvases[untouched] = enlarge(digits[untouched])
        return canvases


@dataclass(frozen=True)
class Paths:
    """Digits that are there as strokes: they are wobbled and drawn with any pen."""

    name: str
    strokes: Sequence[list[Stroke]]
    labels: NDArray[np.int64]

    def part(self, chosen: NDArray[np.int64]) -> Self:
        strokes = [self.strokes[number] for number in chosen]
        return replace(self, strokes=strokes, labels=self.labels[chosen])

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        random = random_from(generator)
        return torch.from_numpy(np.stack([self._draw(number, random) for number in chosen]))

    def _draw(self, number: int, random: Random) -> NDArray[np.float32]:
        pen = random.uniform(*PAPER_PEN)
        pen /= random.uniform(*PAPER_SIZE) - pen
        strokes = wobble(self.strokes[number], random)
        if random.random() < CURVED:
            strokes = [smooth(stroke) for stroke in strokes]
        return fill(strokes, pen, CANVAS)[None]


@dataclass(frozen=True)
class Textures:
    """Pictures of nothing, new ones each time."""

    name: str
    labels: NDArray[np.int64]

    def part(self, chosen: NDArray[np.int64]) -> Self:
        return replace(self, labels=self.labels[chosen])

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        random = random_from(generator)
        return torch.from_numpy(np.stack([texture(random, CANVAS)[None] for _ in chosen]))


def random_from(generator: torch.Generator) -> Random:
    """numpy's generator, seeded by torch's."""
    return np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))


@dataclass(frozen=True)
class Validation:
    """Digits held out of a source, as the network reads them: (n, 28, 28) float32, (n,) int64."""

    name: str
    inks: Tensor
    labels: Tensor


def load_sources() -> tuple[list[tuple[int, Source]], list[Validation]]:
    """What to learn from, and how often a round; and what is held out to choose by."""
    mnist, mnist_held_out = load_mnist_training(), load_mnist_validation()
    pen_digits, semeion = load_pen_digits_training(), shaped(load_semeion_training())
    lifted = in_two(Paths("pen digits, lifted", with_lifts(pen_digits), pen_digits.labels))
    pairs = side_by_side(mnist.pictures, 6_000, HELD_OUT_SEED)
    variants, variant_labels = draw_variants(VARIANT_DRAWINGS, HELD_OUT_SEED)
    learned: list[tuple[int, Source]] = [(2, Scans("MNIST redrawn", mnist.pictures, mnist.labels))]
    held_out = [
        as_they_are("MNIST", mnist_held_out),
        redrawn(Scans("MNIST redrawn", mnist_held_out.pictures, mnist_held_out.labels)),
    ]
    split: list[tuple[int, tuple[Source, Source]]] = [
        (3, in_two(Paths("pen digits", as_strokes(pen_digits), pen_digits.labels))),
        (3, lifted),
        (2, (unbarred_sevens(lifted[0]), unbarred_sevens(lifted[1]))),
        (10, in_two(Scans("Semeion", semeion.pictures, semeion.labels), every=5)),
        (1, in_two(Paths("variants", variants, np.array(variant_labels, dtype=np.int64)))),
        (1, in_two(others("shapes", draw_others(SHAPES, 5_000, HELD_OUT_SEED)))),
        (1, in_two(others("doodles", draw_others([doodle], 6_000, HELD_OUT_SEED)))),
        (1, in_two(others("scribbles", draw_others(SCRIBBLES, 3_000, HELD_OUT_SEED)))),
        (1, in_two(Scans("pairs", pairs, other(len(pairs))))),
        (1, in_two(Textures("textures", other(3_000)))),
    ]
    for times, (to_learn, to_hold_out) in split:
        learned.append((times, to_learn))
        held_out.append(redrawn(to_hold_out))
    feedback = load_feedback()
    if len(feedback.labels):
        learned.append((4, Scans("feedback", feedback.pictures, feedback.labels)))
    for times, characters in ((12, DIGITS), (5, LETTERS), (2, SIGNS)):
        learned.append((times, glyphs(training_fonts(), characters)))
        held_out.append(redrawn(glyphs(validation_fonts(), characters)))
    return learned, held_out


def in_two(source: SourceType, every: int = 10) -> tuple[SourceType, SourceType]:
    """A source's digits to learn from, and those held out: one in `every`."""
    numbers = np.arange(len(source.labels))
    return source.part(numbers[numbers % every > 0]), source.part(numbers[::every])


def glyphs(fonts: list[Path], characters: str) -> Scans:
    """Characters of fonts: digits as what they are, anything else as no digit."""
    pictures, positions = draw_glyphs(fonts, characters)
    if characters == DIGITS:
        return Scans("font digits", pictures, positions)
    return Scans("letters" if characters == LETTERS else "signs", pictures, other(len(pictures)))


def others(name: str, drawings: list[list[Stroke]]) -> Paths:
    return Paths(name, drawings, other(len(drawings)))


def other(count: int) -> NDArray[np.int64]:
    return np.full(count, OTHER, dtype=np.int64)


def redrawn(source: Source) -> Validation:
    """A source's digits redrawn, at least HELD_OUT of them, the same in every run."""
    generator = torch.Generator().manual_seed(HELD_OUT_SEED)
    times = -(-HELD_OUT // len(source.labels))
    numbers = np.tile(np.arange(len(source.labels)), times)
    inks = torch.from_numpy(inks_of(source.redraw(numbers, generator)))
    seen = inks.flatten(1).amax(1) > 0
    return Validation(source.name, inks[seen], torch.from_numpy(source.labels[numbers])[seen])


def as_they_are(name: str, digits: Digits) -> Validation:
    """Digits on canvases of their own size, undistorted."""
    canvases = torch.from_numpy(digits.pictures.astype(np.float32) / 255)[:, None]
    return Validation(name, torch.from_numpy(inks_of(canvases)), torch.from_numpy(digits.labels))


def shaped(digits: Digits) -> Digits:
    """Semeion's digits, stretched to 16×16 whatever their shape was, at a digit's usual shape."""
    stretched = torch.from_numpy(digits.pictures.astype(np.float32))[:, None]
    usual = F.interpolate(stretched, size=(20, 15), mode="bilinear", align_corners=False)
    pictures = F.pad(usual, (7, 6, 4, 4))[:, 0].round().to(torch.uint8).numpy()
    return Digits(pictures, digits.labels)


def as_strokes(digits: PenDigits) -> list[list[Stroke]]:
    """Pen digits as one stroke each, y down; where the pen was lifted is not known."""
    return [[path * np.array([1.0, -1.0])] for path in digits.paths]


def with_lifts(digits: PenDigits) -> list[list[Stroke]]:
    """Pen digits in strokes, y down, as far as it can be told where the pen was lifted."""
    labels = digits.labels.tolist()
    return [
        lift_pen(path, digit) for (path,), digit in zip(as_strokes(digits), labels, strict=True)
    ]


def unbarred_sevens(lifted: Paths) -> Paths:
    """The sevens among lifted pen digits without their bar, unless that leaves a narrow bracket.

    Eight in nine of these writers' sevens have one; half the world writes none, and its sevens
    would be read as 1s.
    """
    sevens = lifted.part(np.flatnonzero(lifted.labels == 7))
    wide = [
        [leg] for leg, *_ in sevens.strokes if np.divide(*np.ptp(leg, axis=0)) > NARROWEST_SEVEN
    ]
    return Paths("sevens, unbarred", wide, np.full(len(wide), 7))
