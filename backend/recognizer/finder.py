"""Image in color → where the ink of digits is.

The finder is the second, larger network, for images whose ink is not that of a single digit on even
paper.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from recognizer.detection import MIN_PIECE, STRIDE, Found
from recognizer.model_files import FINDER_PATH, open_session
from recognizer.preprocessing import nonzero_slice

LEARNED_SIDE, LEARNED_PIXELS = 192, 192 * 144
"""Longer side and area of the images that the finder has learned from: the scale of others."""

MAX_SIDE = 384
"""Longer side of the finder's input, in pixels: a number may be long and flat."""

MULTIPLE = 32
"""The sides of the finder's input are multiples of it."""

MAX_HEIGHT = 80
"""Height, in pixels of the finder's input, up to which the highest ink is enlarged."""

SECOND_LOOK, SMALL = 2, 8
"""Factor by which an image is enlarged that shows no ink of digits at first, or only ink lower than
so many pixels of the finder's input: there may be more."""

MIN_ZOOM = 1.25
"""Another look enlarges at least by this factor."""

ABOVE, BESIDE, FAR_BESIDE = 0.5, 1.0, 1.5
"""What is seen around the ink in the closer look, as fractions of the highest ink's height: above
and below; on both sides, where there may be digits that were not seen; and there if ink of more of
them was found near the edge."""

NEAR_EDGE = 0.3
"""How near the left or right edge of what is seen, as such a fraction, ink may go on beyond it."""

WIDER_LOOKS = 2
"""How often what is seen is widened for such ink, at most."""


class View(NamedTuple):
    """A part of an image, in its pixels, and the scale at which it is looked at."""

    left: int
    top: int
    right: int
    bottom: int
    scale: float


class Sight(NamedTuple):
    """What the finder saw of a part of an image."""

    found: Found
    part: Image.Image
    left: int
    top: int


class Finder:
    """The network, loaded once; any number of threads may call `find`.

    `threads` is the number of threads that share the work of one image. Raises ModelError if the
    file is missing or does not match the SHA-256 in `<file>.sha256` beside it.
    """

    def __init__(self, path: Path = FINDER_PATH, threads: int = 1) -> None:
        self.session, _ = open_session(path, threads)
        self.metadata: Mapping[str, str] = self.session.get_modelmeta().custom_metadata_map

    def find(self, image: Image.Image) -> Sight:
        """Return where digits are in an image (L or RGB).

        Looks at all of it, again at twice the scale if there seem to be none or tiny ones, and
        then, if their ink is small, closer at where it is; there wider, if ink may go on.
        """
        scale = scale_of(image.size)
        sight = Sight(self.look(image, scale), image, 0, 0)
        pieces = pieces_of(sight.found)
        larger = min(1.0, SECOND_LOOK * scale)
        if height_of(pieces) < SMALL and larger >= MIN_ZOOM * scale:
            scale = larger
            sight = Sight(self.look(image, scale), image, 0, 0)
            pieces = pieces_of(sight.found)
        view = closer_look(pieces, image.size, scale)
        if view is None:
            return sight
        sight = self.look_closer(image, view)
        for _ in range(WIDER_LOOKS):
            view = wider_look(pieces_of(sight.found), image.size, view)
            if view is None:
                break
            sight = self.look_closer(image, view)
        return sight

    def look_closer(self, image: Image.Image, view: View) -> Sight:
        """Return what is seen in a part of an image."""
        part = image.crop(view[:4])
        return Sight(self.look(part, view.scale), part, view.left, view.top)

    def look(self, image: Image.Image, scale: float) -> Found:
        """Return what the network makes of a scaled image."""
        width, height = (max(1, round(scale * side)) for side in image.size)
        colors = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR))
        missing = -height % MULTIPLE, -width % MULTIPLE
        padded = np.pad(colors, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
        mask, heat, offsets, classes = self.session.run(None, {"picture": padded})
        rows, columns = -(-height // STRIDE), -(-width // STRIDE)
        return Found(
            mask[:height, :width],
            heat[:rows, :columns],
            offsets[:, :rows, :columns],
            classes[:, :rows, :columns],
        )


def scale_of(size: tuple[int, int]) -> float:
    """Return the factor that brings an image of a size (width, height) to the finder's."""
    longer = max(size)
    by_area = float(np.sqrt(LEARNED_PIXELS / (size[0] * size[1])))
    return min(max(by_area, LEARNED_SIDE / longer), MAX_SIDE / longer)


def pieces_of(found: Found) -> list[tuple[slice, slice]]:
    """Return the rows and columns of each piece of connected ink, without specks."""
    sizes = np.bincount(found.components.ravel())
    pieces = [found.components == number for number in 1 + np.flatnonzero(sizes[1:] >= MIN_PIECE)]
    return [
        (nonzero_slice(piece.any(axis=1)), nonzero_slice(piece.any(axis=0))) for piece in pieces
    ]


def height_of(pieces: Sequence[tuple[slice, slice]]) -> int:
    """Return the height of the highest piece, in pixels; 0 if there are none."""
    return max((rows.stop - rows.start for rows, _ in pieces), default=0)


def closer_look(
    pieces: Sequence[tuple[slice, slice]], size: tuple[int, int], scale: float
) -> View | None:
    """Return a closer look at the part of an image around all ink of digits.

    `pieces` are the rows and columns of that ink, as seen at `scale`, and `size` is the width and
    height of the image. Returns None if there are no pieces, or if a larger scale would not show
    more of them.
    """
    if not pieces:
        return None
    view = view_around(pieces, View(0, 0, *size, scale), size, BESIDE)
    return view if view.scale >= MIN_ZOOM * scale else None


def wider_look(
    pieces: Sequence[tuple[slice, slice]], size: tuple[int, int], view: View
) -> View | None:
    """Return a wider look than a view if ink comes so near one of its sides that it may go on.

    `pieces` are the rows and columns of ink in that view. Returns None if none does, or only where
    the image ends.
    """
    near = NEAR_EDGE * height_of(pieces)
    width = view.scale * (view.right - view.left)
    may_go_on = any(
        (columns.start < near and view.left > 0)
        or (columns.stop > width - near and view.right < size[0])
        for _, columns in pieces
    )
    return view_around(pieces, view, size, FAR_BESIDE) if may_go_on else None


def view_around(
    pieces: Sequence[tuple[slice, slice]], seen: View, size: tuple[int, int], beside: float
) -> View:
    """Return a view around ink that is seen in another, with a margin of `beside` on its sides.

    The scale makes that view, or its ink, as large as those that the finder has learned from.
    """
    height = height_of(pieces)
    rows, columns = (
        slice(min(span.start for span in spans), max(span.stop for span in spans))
        for spans in zip(*pieces, strict=True)
    )
    (left, right), (top, bottom) = (
        (
            max(0, int(start + (span.start - margin * height) / seen.scale)),
            min(side, int(np.ceil(start + (span.stop + margin * height) / seen.scale))),
        )
        for start, span, margin, side in zip(
            (seen.left, seen.top), (columns, rows), (beside, ABOVE), size, strict=True
        )
    )
    scale = min(scale_of((right - left, bottom - top)), seen.scale * MAX_HEIGHT / height)
    return View(left, top, right, bottom, scale)
