"""A scene in the making: its surface, what is written on it, and what covers it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from training.data.rasterize import Stroke
from training.finder.canvas import (
    Box,
    Field,
    Patch,
    Size,
    bounds,
    corners,
    draw_strokes,
    project,
    scale_at,
)
from training.finder.pens import Hands, Pen

Color = NDArray[np.float32]
"""Red, green and blue (3,) in [0, 1]."""

Picture = NDArray[np.float32]
"""(height, width, 3) in [0, 1]."""


@dataclass(frozen=True)
class Glyph:
    """A digit, or another written character, on the sheet."""

    strokes: list[Stroke]
    """In the sheet's coordinates."""
    label: int | None
    """The digit; None for anything else."""

    @cached_property
    def box(self) -> Box:
        """The bounding box of its strokes, without the pen's width."""
        return bounds(self.strokes)


@dataclass
class Stage:
    """A scene in the making.

    The sheet has coordinates of its own, which `view` maps to the picture's pixels; without a
    perspective the two are the same.
    """

    rng: np.random.Generator
    hands: Hands
    size: Size
    picture: Picture
    view: NDArray[np.float64]
    paper: Color
    ink: Color
    pen: Pen
    region: Box
    """Where there may be writing, in the sheet's coordinates."""
    sheet: Box
    """How far the sheet reaches: beyond the picture unless its edges are visible."""
    glyphs: list[Glyph] = field(default_factory=list)
    hidden: Field = field(init=False)
    """How much of each pixel is covered by objects that lie on the sheet."""

    def __post_init__(self) -> None:
        self.hidden = np.zeros(self.size[::-1], dtype=np.float32)

    @property
    def digits(self) -> list[Glyph]:
        return [glyph for glyph in self.glyphs if glyph.label is not None]

    @property
    def height(self) -> float:
        """The median height of the written glyphs, or that of a line of writing if none is."""
        heights = [glyph.box[3] - glyph.box[1] for glyph in self.digits or self.glyphs]
        return float(np.median(heights)) if heights else (self.region[3] - self.region[1]) / 5

    def project(self, points: Stroke) -> Stroke:
        """Return points of the sheet as pixels."""
        return project(self.view, points)

    def coverage(self, strokes: Sequence[Stroke], width: float) -> Patch | None:
        """Return the coverage of strokes on the sheet; `width` is in its units, as they are.

        Returns None if the picture shows nothing of them.
        """
        if not strokes:
            return None
        middle = np.concatenate(strokes).mean(axis=0)
        projected = [self.project(stroke) for stroke in strokes]
        return draw_strokes(projected, width * scale_at(self.view, middle), self.size)

    def draw(
        self, strokes: Sequence[Stroke], width: float, color: Color, opacity: float = 1.0
    ) -> None:
        """Draw strokes on the sheet."""
        patch = self.coverage(strokes, width)
        if patch is not None:
            self.blend(patch, color, opacity)

    def blend(self, patch: Patch, color: Color, opacity: float = 1.0) -> None:
        """Blend a color into the picture."""
        part = self.picture[patch.area]
        part += (color - part) * (patch.coverage * np.float32(opacity))[..., None]

    def cover(self, coverage: Field, color: Color | Picture) -> None:
        """Lay something opaque over the picture: it also hides ink."""
        self.picture += (color - self.picture) * coverage[..., None]
        self.hidden = np.maximum(self.hidden, coverage)

    def is_free(self, coverage: Field) -> bool:
        """Return whether a coverage stays off the boxes of all digits."""
        for glyph in self.digits:
            left, top, right, bottom = bounds([self.project(corners(glyph.box))])
            margin = 2 + self.pen.width * self.height
            rows = slice(max(0, int(top - margin)), max(0, int(bottom + margin) + 1))
            columns = slice(max(0, int(left - margin)), max(0, int(right + margin) + 1))
            if coverage[rows, columns].any():
                return False
        return True


def gray(level: float) -> Color:
    """Return a gray of a level in [0, 1]."""
    return np.full(3, level, dtype=np.float32)


def tinted(rng: np.random.Generator, level: float, strength: float) -> Color:
    """Return a color about as light as a level, of any hue."""
    hue: Color = rng.normal(0, strength, 3).astype(np.float32)
    color: Color = np.clip(np.float32(level) + hue - hue.mean(), 0, 1)
    return color


def luminance(color: Color) -> float:
    """Return how light a color is, in [0, 1] (ITU-R BT.601, as Pillow has it)."""
    return float(color @ np.array([0.299, 0.587, 0.114], dtype=np.float32))
