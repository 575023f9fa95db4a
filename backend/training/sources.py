"""What the network learns from: each source redraws its digits anew on canvases, at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.augmentation import CANVAS, change_pen, inks_of, warp
from training.datasets import (
    Digits,
    PenDigits,
    load_mnist_training,
    load_mnist_validation,
    load_pen_digits_training,
    load_semeion,
)
from training.strokes import Stroke, fill, smooth, wobble
from training.variants import draw_variants

THINNEST_PEN, FATTEST_PEN = 0.02, 0.3
"""Widths of the brush as shares of a digit's longer side."""

VARIANT_DRAWINGS = 4_000
"""Drawings of the world's variants."""

HELD_OUT_SEED = 7


class Source(Protocol):
    """Labelled digits that can be redrawn."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,), 0 to 9."""
        ...

    def part(self, chosen: NDArray[np.int64]) -> "Source":
        """The chosen digits alone."""
        ...

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        """Canvases (k, 1, CANVAS, CANVAS) of the chosen digits, white on black, in [0, 1]."""
        ...


@dataclass(frozen=True)
class Scans:
    """Digits that are there as pictures of 28×28: they are warped, their pen is changed."""

    name: str
    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def part(self, chosen: NDArray[np.int64]) -> "Scans":
        return Scans(self.name, self.pictures[chosen], self.labels[chosen])

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        digits = torch.from_numpy(self.pictures[chosen].astype(np.float32) / 255)[:, None]
        return change_pen(warp(digits, generator), generator)


@dataclass(frozen=True)
class Paths:
    """Digits that are there as strokes: they are wobbled and drawn with any pen."""

    name: str
    strokes: Sequence[list[Stroke]]
    labels: NDArray[np.int64]

    def part(self, chosen: NDArray[np.int64]) -> "Paths":
        return Paths(self.name, [self.strokes[number] for number in chosen], self.labels[chosen])

    def redraw(self, chosen: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        seed = int(torch.randint(2**62, (1,), generator=generator))
        random = np.random.default_rng(seed)
        canvases = [
            fill(
                [smooth(stroke) for stroke in wobble(self.strokes[number], random)],
                pen=float(np.exp(random.uniform(np.log(THINNEST_PEN), np.log(FATTEST_PEN)))),
                side=CANVAS,
            )
            for number in chosen
        ]
        return torch.from_numpy(np.stack(canvases))[:, None]


@dataclass(frozen=True)
class Validation:
    """Digits held out of a source, as the network reads them: (n, 28, 28) float32, (n,) int64."""

    name: str
    inks: Tensor
    labels: Tensor


def load_sources() -> tuple[list[Source], list[Validation]]:
    """What to learn from, once for each time an epoch, and what is held out to choose by."""
    mnist, mnist_held_out = load_mnist_training(), load_mnist_validation()
    sources: list[Source] = [Scans("MNIST redrawn", mnist.pictures, mnist.labels)]
    held_out = [
        as_they_are("MNIST", mnist_held_out),
        redrawn(Scans("MNIST redrawn", mnist_held_out.pictures, mnist_held_out.labels)),
    ]
    pen_digits, semeion = load_pen_digits_training(), shaped(load_semeion())
    drawings, labels = draw_variants(VARIANT_DRAWINGS, HELD_OUT_SEED)
    more: list[tuple[int, int, Source]] = [
        (2, 10, Paths("pen digits", as_strokes(pen_digits), pen_digits.labels)),
        (3, 5, Scans("Semeion", semeion.pictures, semeion.labels)),
        (1, 10, Paths("variants", drawings, np.array(labels, dtype=np.int64))),
    ]
    for times, every, source in more:
        numbers = np.arange(len(source.labels))
        sources += times * [source.part(numbers[numbers % every != 0])]
        held_out.append(redrawn(source.part(numbers[numbers % every == 0])))
    return sources, held_out


def redrawn(source: Source) -> Validation:
    """A source's digits redrawn once, the same in every run."""
    generator = torch.Generator().manual_seed(HELD_OUT_SEED)
    canvases = source.redraw(np.arange(len(source.labels)), generator)
    return Validation(
        source.name, torch.from_numpy(inks_of(canvases)), torch.from_numpy(source.labels)
    )


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
