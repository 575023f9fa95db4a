"""Image in color → where the ink of digits is.

The finder is the second, larger network, for images whose ink is not that of a single digit on even
paper.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from recognizer.detection import MIN_MASK, MIN_PIECE, STRIDE, Found, label_components
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

ZOOM_MARGIN, ROW_MARGIN = 0.5, 1.0
"""What is seen around the ink in the closer look, as fractions of the highest ink's height; beside
ink that is wider than high, which may be a row whose first or last digit was not seen."""


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
        then, if their ink is small, closer at where it is.
        """
        scale = scale_of(image.size)
        sight = Sight(self.look(image, scale), image, 0, 0)
        pieces = pieces_of(sight.found)
        larger = min(1.0, SECOND_LOOK * scale)
        if height_of(pieces) < SMALL and larger >= MIN_ZOOM * scale:
            scale = larger
            sight = Sight(self.look(image, scale), image, 0, 0)
            pieces = pieces_of(sight.found)
        closer = closer_look(pieces, image.size, scale)
        if closer is None:
            return sight
        left, top, right, bottom, closer_scale = closer
        part = image.crop((left, top, right, bottom))
        return Sight(self.look(part, closer_scale), part, left, top)

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
    labels = label_components(found.mask >= MIN_MASK)
    sizes = np.bincount(labels.ravel())
    pieces = [labels == number for number in 1 + np.flatnonzero(sizes[1:] >= MIN_PIECE)]
    return [
        (nonzero_slice(piece.any(axis=1)), nonzero_slice(piece.any(axis=0))) for piece in pieces
    ]


def height_of(pieces: Sequence[tuple[slice, slice]]) -> int:
    """Return the height of the highest piece, in pixels; 0 if there are none."""
    return max((rows.stop - rows.start for rows, _ in pieces), default=0)


def closer_look(
    pieces: Sequence[tuple[slice, slice]], size: tuple[int, int], scale: float
) -> tuple[int, int, int, int, float] | None:
    """Return the part of an image around all ink of digits: its edges and a larger scale.

    `pieces` are the rows and columns of that ink, as seen at `scale`, and `size` is the width and
    height of the image. Returns None if there are no pieces, or if a larger scale would not show
    more of them.
    """
    if not pieces:
        return None
    height = height_of(pieces)
    rows, columns = (
        slice(min(span.start for span in spans), max(span.stop for span in spans))
        for spans in zip(*pieces, strict=True)
    )
    is_row = columns.stop - columns.start > rows.stop - rows.start
    above = ZOOM_MARGIN * height
    beside = ROW_MARGIN * height if is_row else above
    (left, right), (top, bottom) = (
        (
            max(0, int((span.start - margin) / scale)),
            min(side, int(np.ceil((span.stop + margin) / scale))),
        )
        for span, margin, side in zip((columns, rows), (beside, above), size, strict=True)
    )
    closer = min(scale_of((right - left, bottom - top)), scale * MAX_HEIGHT / height)
    return (left, top, right, bottom, closer) if closer >= MIN_ZOOM * scale else None
