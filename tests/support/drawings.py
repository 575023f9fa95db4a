"""Drawings as strokes of a pen, and the rasterizer that all tests share."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians, sin
from typing import NamedTuple

from PIL import Image, ImageDraw

Point = tuple[float, float]
Stroke = Sequence[Point]
"""Points in a unit square, x to the right and y down."""

SUPERSAMPLING = 4
"""Strokes are drawn this much larger and averaged down, so that they have soft edges."""


class Box(NamedTuple):
    """The unit square's place in an image, in fractions of its width and height."""

    left: float = 0.3
    top: float = 0.2
    width: float = 0.4
    height: float = 0.6


MIDDLE = Box(0.31, 0.2, 0.38, 0.6)
LARGE = Box(0.16, 0.06, 0.68, 0.88)
TOP_LEFT = Box(0.05, 0.05, 0.19, 0.28)
BOTTOM_RIGHT = Box(0.76, 0.67, 0.19, 0.28)


def arc(x: float, y: float, width: float, height: float, start: float, end: float) -> list[Point]:
    """Return part of an ellipse around (x, y) with the given half axes.

    Degrees run clockwise: 0 is right, 90 is below.
    """
    steps = 24
    angles = (radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + width * cos(angle), y + height * sin(angle)) for angle in angles]


DIGITS: dict[int, list[Stroke]] = {
    0: [arc(0.5, 0.5, 0.46, 0.5, -80, -445)],
    1: [[(0.58, 0.0), (0.53, 0.35), (0.48, 0.7), (0.44, 1.0)]],
    2: [[*arc(0.47, 0.27, 0.38, 0.27, -165, 35), (0.5, 0.7), (0.08, 0.98), (0.5, 0.96), (0.95, 1)]],
    3: [[*arc(0.42, 0.25, 0.4, 0.25, -150, 80), *arc(0.42, 0.73, 0.46, 0.27, -85, 150)]],
    4: [
        [(0.35, 0.0), (0.22, 0.3), (0.05, 0.62), (0.5, 0.62), (0.95, 0.58)],
        [(0.68, 0.25), (0.66, 0.6), (0.62, 1.0)],
    ],
    5: [
        [(0.2, 0.02), (0.17, 0.22), (0.14, 0.45), *arc(0.44, 0.69, 0.44, 0.3, -120, 140)],
        [(0.2, 0.02), (0.88, 0.0)],
    ],
    6: [[(0.72, 0.0), (0.42, 0.2), (0.2, 0.48), *arc(0.5, 0.72, 0.38, 0.27, 180, -190)]],
    7: [
        [(0.06, 0.06), (0.45, 0.04), (0.92, 0.02), *arc(1.4, 1, 1.02, 1.11, -118, -180)],
        [(0.3, 0.5), (0.85, 0.47)],
    ],
    8: [
        [
            *arc(0.5, 0.25, 0.33, 0.25, -50, -270),
            *arc(0.5, 0.75, 0.42, 0.25, -90, 270),
            *arc(0.5, 0.25, 0.33, 0.25, 90, -50),
        ]
    ],
    9: [[*arc(0.45, 0.28, 0.37, 0.27, -20, -370), (0.78, 0.5), (0.68, 0.75), (0.55, 1.0)]],
}

NON_DIGITS: dict[str, list[Stroke]] = {
    "A": [[(0.1, 1.0), (0.5, 0.0), (0.9, 1.0)], [(0.3, 0.6), (0.7, 0.6)]],
    "scribble": [[(step % 3 / 2, step / 24 * (0.4 + step % 2)) for step in range(24)]],
    "smile": [
        arc(0.5, 0.5, 0.5, 0.5, 0, 360),
        arc(0.33, 0.35, 0.04, 0.04, 0, 360),
        arc(0.67, 0.35, 0.04, 0.04, 0, 360),
        arc(0.5, 0.55, 0.28, 0.25, 20, 160),
    ],
}


LETTERS_AND_SYMBOLS: dict[str, list[Stroke]] = {
    "E": [[(0.9, 0.0), (0.2, 0.0), (0.2, 1.0), (0.9, 1.0)], [(0.2, 0.5), (0.8, 0.5)]],
    "K": [[(0.2, 0.0), (0.2, 1.0)], [(0.9, 0.0), (0.2, 0.5), (0.9, 1.0)]],
    "M": [[(0.0, 1.0), (0.1, 0.0), (0.5, 0.7), (0.9, 0.0), (1.0, 1.0)]],
    "X": [[(0.1, 0.0), (0.9, 1.0)], [(0.9, 0.0), (0.1, 1.0)]],
    "grid": [
        stroke
        for place in (0.0, 0.33, 0.67, 1.0)
        for stroke in ([(place, 0.0), (place, 1.0)], [(0.0, place), (1.0, place)])
    ],
    "hatching": [[(step / 20, float(step % 2)) for step in range(21)]],
    "plus": [[(0.0, 0.5), (1.0, 0.5)], [(0.5, 0.0), (0.5, 1.0)]],
    "star": [[(0.5, 0.0), (0.8, 1.0), (0.0, 0.38), (1.0, 0.38), (0.2, 1.0), (0.5, 0.0)]],
}
"""More non-digits, for the API alone: a browser would take seconds to draw them."""


def rasterize(
    strokes: Sequence[Stroke],
    size: tuple[int, int] = (280, 280),
    box: Box = Box(),  # noqa: B008  # immutable
    pen: float = 0.07,
) -> Image.Image:
    """Return how much ink strokes leave on each pixel: an L image, 255 is full ink.

    `size` is (width, height) in pixels; `pen` is the stroke width as a fraction of the shorter
    side.
    """
    width, height = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
    thickness = max(1, round(pen * min(width, height)))
    mask = Image.new("L", (width, height), 0)
    canvas = ImageDraw.Draw(mask)
    for stroke in strokes:
        points = [
            (width * (box.left + x * box.width), height * (box.top + y * box.height))
            for x, y in stroke
        ]
        for line in pairwise(points):
            canvas.line(line, fill=255, width=thickness)
        for point in points:
            # Pillow includes both ends of the diameter, so a full radius would make thicker joints.
            canvas.circle(point, (thickness - 1) / 2, fill=255)
    return mask.reduce(SUPERSAMPLING)
