"""Image → where the ink of digits is.

The finder is the second, larger network, for images whose ink is not that of a single digit on even
paper.
"""

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from recognizer.decoding import DecodedImage
from recognizer.detection import STRIDE, Found
from recognizer.layout import enclosing_box
from recognizer.model_files import FINDER_PATH, open_session
from recognizer.preprocessing import Box, to_sent_pixels

LEARNED_SIDE, LEARNED_PIXELS = 192, 192 * 144
"""Longer side and area of the images that the finder has learned from: the scale of others."""

MAX_SIDE = 384
"""Longer side of the finder's input, in pixels: a number may be long and flat."""

MULTIPLE = 32
"""The sides of the finder's input are multiples of it."""

MIN_HEIGHT, MAX_HEIGHT = 24, 80
"""Height, in pixels of the finder's input, to which the highest ink is enlarged where there is too
much of it for a closer look as large as those learned from; and up to which it is at all."""

MAX_PIXELS = 200_000
"""Area of the finder's input up to which ink is enlarged to MIN_HEIGHT."""

SECOND_LOOK, THIRD_LOOK, SMALL = 2, 4, 16
"""Factors by which an image is enlarged while it shows no ink of digits, or only ink lower than so
many pixels of the finder's input: there may be more. The third look is at large images only."""

DETAILED_BELOW = 24
"""An image is looked at in detail if it shows no ink of digits, or ink lower than so many pixels of
the finder's input: the working size shows too little of it."""

FINENESS = 2
"""How much finer than the finder's input the ink of digits is looked at, at least."""

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
    """That part, averaged down to about FINENESS pixels for one of the finder's."""
    factor: int
    """Pixels of the image for one of the part."""
    view: View
    image: DecodedImage
    """Of the working size or in detail."""

    def as_sent(self, box: Box) -> Box:
        """Return a box of the part in pixels of the image as it was sent, upright."""
        left, top = (
            start + self.factor * place for start, place in zip(self.view[:2], box[:2], strict=True)
        )
        in_image = Box(left, top, self.factor * box.width, self.factor * box.height)
        return to_sent_pixels(in_image, self.image.scale)


class Finder:
    """The network, loaded once; any number of threads may call `find`.

    `threads` is the number of threads that share the work of one image. Raises ModelError if the
    file is missing or does not match the SHA-256 in `<file>.sha256` beside it.
    """

    def __init__(self, path: Path = FINDER_PATH, threads: int = 1) -> None:
        self.session, _ = open_session(path, threads)
        self.metadata: Mapping[str, str] = self.session.get_modelmeta().custom_metadata_map

    def find(self, image: DecodedImage, ink_height: float = 0.0) -> Sight:
        """Return where digits are in an image.

        Looks at all of it and then, if their ink is small, closer at where it is; there wider, if
        ink may go on. `ink_height` is how high connected ink of the image usually is, in its
        pixels, if that is known: high ink is of no tiny digits.
        """
        sight = self.look_at_all(image, ink_height)
        image, size = sight.image, sight.image.colors.size
        view = closer_look(boxes_of(sight), size, sight.view.scale)
        if view is None:
            return sight
        sight = self.look(image, view)
        for _ in range(WIDER_LOOKS):
            view = wider_look(boxes_of(sight), size, view)
            if view is None:
                break
            sight = self.look(image, view)
        return sight

    def look_at_all(self, image: DecodedImage, ink_height: float) -> Sight:
        """Return what there is to see in all of an image.

        Looks at it in detail if there seem to be no digits or low ones, and again at larger scales
        while there seem to be none or tiny ones.
        """
        sight = self.look(image, view_of_all(image))
        if lowest_of(boxes_of(sight)) < DETAILED_BELOW:
            detailed = image.in_detail()
            if detailed is not image:
                ink_height *= image.scale[1] / detailed.scale[1]
                image, sight = detailed, self.look(detailed, view_of_all(detailed))
        whole = sight.view
        for scale in larger_scales(whole.scale):
            height = max(height_of(boxes_of(sight)), sight.view.scale * ink_height)
            if height >= SMALL or scale < MIN_ZOOM * sight.view.scale:
                break
            sight = self.look(image, whole._replace(scale=scale))
        return sight

    def look(self, image: DecodedImage, view: View) -> Sight:
        """Return what the network makes of a view."""
        part = image.colors
        if view[:4] != (0, 0, *part.size):
            part = part.crop(view[:4])
        width, height = (max(1, round(view.scale * side)) for side in part.size)
        factor = max(1, int(1 / (FINENESS * view.scale)))
        part = part.reduce(factor) if factor > 1 else part
        colors = np.asarray(part.convert("RGB").resize((width, height), Image.Resampling.BILINEAR))
        missing = -height % MULTIPLE, -width % MULTIPLE
        padded = np.pad(colors, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
        mask, heat, offsets, classes = self.session.run(None, {"picture": padded})
        rows, columns = -(-height // STRIDE), -(-width // STRIDE)
        found = Found(
            mask[:height, :width],
            heat[:rows, :columns],
            offsets[:, :rows, :columns],
            classes[:, :rows, :columns],
        )
        return Sight(found, part, factor, view, image)


def view_of_all(image: DecodedImage) -> View:
    """Return the view of a whole image, as large as the images that the finder has learned from."""
    size = image.colors.size
    return View(0, 0, *size, scale_of(size))


def scale_of(size: tuple[int, int]) -> float:
    """Return the factor that brings an image of a size (width, height) to the finder's."""
    longer = max(size)
    by_area = float(np.sqrt(LEARNED_PIXELS / (size[0] * size[1])))
    return min(max(by_area, LEARNED_SIDE / longer), MAX_SIDE / longer)


def larger_scales(scale: float) -> list[float]:
    """Return the scales at which all of an image may be looked at again: 1 enlarges nothing."""
    second, third = SECOND_LOOK * scale, THIRD_LOOK * scale
    return [second, third] if third <= 1 else [min(second, 1.0)]


def boxes_of(sight: Sight) -> list[Box]:
    """Return where connected ink is, in pixels of what the finder saw."""
    return [piece.box for piece in sight.found.pieces]


def height_of(pieces: Sequence[Box]) -> float:
    """Return the height of the highest piece, in pixels; 0 if there are none."""
    return max((piece.height for piece in pieces), default=0)


def lowest_of(pieces: Sequence[Box]) -> float:
    """Return the height of the lowest piece, in pixels; 0 if there are none."""
    return min((piece.height for piece in pieces), default=0)


def closer_look(pieces: Sequence[Box], size: tuple[int, int], scale: float) -> View | None:
    """Return a closer look at the part of an image around all ink of digits.

    `pieces` is where that ink is, as seen at `scale`, and `size` is the width and height of the
    image. Returns None if there are no pieces, or if a larger scale would not show more of them.
    """
    if not pieces:
        return None
    view = view_around(pieces, View(0, 0, *size, scale), size, BESIDE)
    return view if view.scale >= MIN_ZOOM * scale else None


def wider_look(pieces: Sequence[Box], size: tuple[int, int], view: View) -> View | None:
    """Return a wider look than a view if ink comes so near one of its sides that it may go on.

    `pieces` is where ink is in that view. Returns None if none does, or only where the image ends.
    """
    near = NEAR_EDGE * height_of(pieces)
    width = view.scale * (view.right - view.left)
    may_go_on = any(
        (piece.left < near and view.left > 0)
        or (piece.right > width - near and view.right < size[0])
        for piece in pieces
    )
    return view_around(pieces, view, size, FAR_BESIDE) if may_go_on else None


def view_around(pieces: Sequence[Box], seen: View, size: tuple[int, int], beside: float) -> View:
    """Return a view around ink that is seen in another, with a margin of `beside` on its sides.

    The scale makes that view, or its ink, as large as those that the finder has learned from, or
    larger if the ink would be lower than MIN_HEIGHT.
    """
    ink, height = enclosing_box(pieces), height_of(pieces)
    margin_x, margin_y = beside * height, ABOVE * height
    left = max(0, int(seen.left + (ink.left - margin_x) / seen.scale))
    top = max(0, int(seen.top + (ink.top - margin_y) / seen.scale))
    right = min(size[0], ceil(seen.left + (ink.right + margin_x) / seen.scale))
    bottom = min(size[1], ceil(seen.top + (ink.bottom + margin_y) / seen.scale))
    to_least, to_most = (seen.scale * limit / height for limit in (MIN_HEIGHT, MAX_HEIGHT))
    affordable = sqrt(MAX_PIXELS / ((right - left) * (bottom - top)))
    scale = max(scale_of((right - left, bottom - top)), min(to_least, affordable))
    return View(left, top, right, bottom, min(scale, to_most))
