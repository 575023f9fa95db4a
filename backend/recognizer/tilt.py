"""A row of digits that rises or falls → how steeply, and the image turned so that it is level.

An image may also be turned by a quarter. Whether it is, or shows a column, only reading both tells.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognizer.decoding import DecodedImage, WholeImage, to_grayscale
from recognizer.detection import MIN_MASK, connected_ink
from recognizer.layout import Number, PlacedDigit
from recognizer.preprocessing import Box, Ink, edge_pixels, ink_extent, median, to_sent_pixels

TILTS = np.arange(-90, 90, 3)
"""Degrees by which a row may fall to the right; it rises if they are below 0."""

MIN_TILT, STEEP = 9, 60
"""Degrees from which a row is turned, since the networks know rows that slope less; and from which
it may be a column, or a row that is turned by more than a quarter."""

MIN_GAIN, MIN_STEEP_GAIN = 1.1, 1.5
"""How many times as high as level ink must be as it is: in any row, and in a steep one, of three
digits at least."""

MAX_SAMPLES = 4_000
"""Pixels of ink that are looked at, at most."""


class LeveledImage(NamedTuple):
    """An image that was turned so that a row is level."""

    image: DecodedImage
    """Its whole has scale 1: places in it are not yet those in the image as it was sent."""
    original: DecodedImage
    """The image that was turned, in detail."""
    tilt: int
    """Degrees by which the row fell to the right, in -180 to 180."""

    def as_sent(self, numbers: Sequence[Number]) -> tuple[Number, ...]:
        """Return numbers of the turned image where they are in the image as it was sent."""
        return tuple(
            Number(tuple(each._replace(box=self.box_as_sent(each)) for each in number.digits))
            for number in numbers
        )

    def box_as_sent(self, digit: PlacedDigit) -> Box:
        """Return the box around a turned digit's ink, in pixels of the image as it was sent."""
        y, x = np.nonzero(digit.model_input >= MIN_MASK)
        corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
        points = (np.stack([x, y], axis=1)[:, None] + corners).reshape(-1, 2)
        within = (points - points.min(axis=0)) / np.ptp(points, axis=0)
        places = within * (digit.box.width, digit.box.height) + (digit.box.left, digit.box.top)
        angle = np.deg2rad(self.tilt)
        cos, sin = np.cos(angle), np.sin(angle)
        middle, turned_middle = (
            np.array(each.size) / 2 for each in (self.original.colors, self.image.whole.colors)
        )
        places = (places - turned_middle) @ np.array([(cos, sin), (-sin, cos)]) + middle
        places = places.clip((0, 0), self.original.colors.size)
        (left, top), (right, bottom) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
        return to_sent_pixels(Box(left, top, right - left, bottom - top), self.original.scale)


def tilts_of(ink: Ink) -> tuple[int, ...]:
    """Return by how many degrees the row that ink forms may fall to the right; below 0 if it rises.

    There are two if it is steep, and none if it is about level, if the ink is hardly flatter when
    it is turned, or if all of it is connected: a shape, rather than a row.
    """
    y, x = np.nonzero(ink >= MIN_MASK)
    if not len(y):
        return ()
    every = slice(None, None, -(-len(y) // MAX_SAMPLES))
    heights = [height_of(x[every], y[every], tilt) for tilt in TILTS.tolist()]
    flattest = int(np.argmin(heights))
    tilt, gain = int(TILTS[flattest]), height_of(x[every], y[every], 0) / heights[flattest]
    is_steep = abs(tilt) >= STEEP
    if abs(tilt) < MIN_TILT or gain < (MIN_STEEP_GAIN if is_steep else MIN_GAIN):
        return ()
    if len(connected_ink(ink)) < 2:
        return ()
    return (tilt, tilt - 180 if tilt > 0 else tilt + 180) if is_steep else (tilt,)


def height_of(x: NDArray[np.intp], y: NDArray[np.intp], tilt: int) -> float:
    """Return how high pixels (n,) are, but for specks, once a tilt in degrees is turned back."""
    angle = np.deg2rad(tilt)
    down = np.cos(angle) * y - np.sin(angle) * x
    mass = np.bincount((down - down.min()).astype(int)).astype(np.float32)
    top, bottom = ink_extent(mass)
    return bottom - top


def level(image: DecodedImage, tilt: int) -> LeveledImage:
    """Turn an image back by a tilt in degrees; what is added in the corners is like its edges."""
    original = image.in_detail()
    paper = tuple(int(median(edge_pixels(np.asarray(band)))) for band in original.colors.split())
    whole = original.colors.rotate(
        tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=paper if len(paper) > 1 else paper[0]
    )
    # As coarse as the image.
    size = tuple(
        round(side * fine / coarse)
        for side, fine, coarse in zip(whole.size, original.scale, image.scale, strict=True)
    )
    colors = whole.resize((size[0], size[1]), Image.Resampling.BOX)
    gray = np.asarray(to_grayscale(colors))
    scale = whole.width / colors.width, whole.height / colors.height
    return LeveledImage(
        DecodedImage(gray, colors, scale, WholeImage(whole, (1.0, 1.0))), original, tilt
    )
