"""Makes the pictures that tests send: digits as a hand might write them, in any size and format."""

from collections.abc import Sequence
from io import BytesIO
from math import cos, radians, sin
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

Point = tuple[float, float]
Stroke = list[Point]
Colour = int | tuple[int, ...]

SUPERSAMPLING = 4
"""Digits are drawn this much larger and averaged down, so that strokes have soft edges."""


class Place(NamedTuple):
    """Where in a picture a digit stands, in shares of the picture's width and height."""

    left: float = 0.3
    top: float = 0.2
    width: float = 0.4
    height: float = 0.6


def arc(x: float, y: float, across: float, down: float, start: float, end: float) -> Stroke:
    """Part of an ellipse around (x, y): degrees run clockwise, 0 is right, 90 is below."""
    steps = 24
    angles = (radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + across * cos(angle), y + down * sin(angle)) for angle in angles]


STROKES: dict[int, list[Stroke]] = {
    0: [arc(0.5, 0.5, 0.42, 0.5, -80, 285)],
    1: [[(0.56, 0.0), (0.52, 0.5), (0.46, 1.0)]],
    2: [[*arc(0.48, 0.28, 0.38, 0.28, -170, 40), (0.08, 0.97), (0.5, 0.95), (0.95, 0.97)]],
    3: [[*arc(0.42, 0.25, 0.4, 0.25, -150, 85), *arc(0.4, 0.74, 0.48, 0.26, -85, 150)]],
    4: [[(0.22, 0.02), (0.1, 0.58), (0.9, 0.54)], [(0.74, 0.0), (0.66, 1.0)]],
    5: [
        [(0.2, 0.02), (0.16, 0.45), *arc(0.42, 0.68, 0.44, 0.3, -115, 145)],
        [(0.2, 0.02), (0.88, 0.0)],
    ],
    6: [[(0.7, 0.0), (0.35, 0.28), (0.14, 0.62), *arc(0.5, 0.72, 0.37, 0.27, 180, -175)]],
    7: [[(0.05, 0.06), (0.5, 0.04), (0.92, 0.03), (0.62, 0.45), (0.38, 1.0)]],
    8: [arc(0.5, 0.25, 0.33, 0.25, 90, 450), arc(0.5, 0.75, 0.4, 0.25, -90, 270)],
    9: [[*arc(0.48, 0.29, 0.36, 0.28, -10, -350), (0.82, 0.5), (0.72, 1.0)]],
}
"""The strokes of each digit in a unit square, x to the right and y down."""


def drawn_mask(
    digit: int,
    size: tuple[int, int] = (280, 280),
    place: Place = Place(),  # noqa: B008  # immutable
    pen: float = 0.07,
) -> Image.Image:
    """How much ink a digit leaves on each pixel: an L picture, 255 is all ink."""
    return mask_of(STROKES[digit], size, place, pen)


def mask_of(
    strokes: Sequence[Stroke],
    size: tuple[int, int] = (280, 280),
    place: Place = Place(),  # noqa: B008  # immutable
    pen: float = 0.07,
) -> Image.Image:
    """How much ink strokes in a unit square leave on each pixel: an L picture, 255 is all ink.

    `pen` is the stroke's width as a share of the picture's shorter side.
    """
    width, height = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
    thickness = max(1, round(pen * min(width, height)))
    mask = Image.new("L", (width, height), 0)
    brush = ImageDraw.Draw(mask)
    for stroke in strokes:
        points = [
            (width * (place.left + x * place.width), height * (place.top + y * place.height))
            for x, y in stroke
        ]
        brush.line(points, fill=255, width=thickness, joint="curve")
        for x, y in (points[0], points[-1]):
            brush.circle((x, y), thickness / 2, fill=255)
    return mask.reduce(SUPERSAMPLING)


def painted(mask: Image.Image, mode: str, ink: Colour, paper: Colour) -> Image.Image:
    """A picture in the given mode with ink where the mask is white."""
    return Image.composite(Image.new(mode, mask.size, ink), Image.new(mode, mask.size, paper), mask)


def drawn(digit: int, ink: int = 0, paper: int = 255, **how: Any) -> Image.Image:
    """A digit in greyscale; `how` goes to `drawn_mask`."""
    return painted(drawn_mask(digit, **how), "L", ink, paper)


def fence() -> Image.Image:
    """A picture of nothing that is a digit."""
    picture = Image.new("L", (200, 200), 255)
    brush = ImageDraw.Draw(picture)
    for place in range(0, 200, 8):
        brush.line([(place, 0), (place, 199)], fill=0)
        brush.line([(0, place), (199, place)], fill=0)
    return picture


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """A picture as a file; `options` go to Pillow."""
    buffer = BytesIO()
    image.save(buffer, format=file_format, **options)
    return buffer.getvalue()


def animated(frames: Sequence[Image.Image], file_format: str) -> bytes:
    """Frames that follow each other, for ever, as a file."""
    first, *others = frames
    return encoded(first, file_format, save_all=True, append_images=others, duration=100, loop=0)
