"""Draws digits from the path of a pen, through a round brush like the page's.

A drawing is a list of strokes, each a (k, 2) array of points with y down, in any unit.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Stroke = NDArray[np.float64]

Random = np.random.Generator

OVERSAMPLING = 3

MARGIN = 0.06
"""Share of the canvas that stays bare at each side, brush included."""


def stroke(*points: tuple[float, float]) -> Stroke:
    """One stroke from its points."""
    return np.array(points, dtype=np.float64)


def fill(strokes: list[Stroke], pen: float, side: int) -> NDArray[np.float32]:
    """Ink (side, side) in [0, 1] of strokes drawn as large as a square canvas allows.

    `pen` is the brush's width as a share of the longer side of the strokes' box.
    """
    extent = side * (1 - 2 * MARGIN) / (1 + pen)
    return draw(strokes, extent, (side / 2, side / 2), pen * extent, (side, side))


def draw(
    strokes: list[Stroke],
    extent: float,
    centre: tuple[float, float],
    pen: float,
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """Ink (height, width) in [0, 1] of strokes on a canvas of `size` (width, height).

    `extent` is what the longer side of their box becomes, `centre` where its middle comes to
    (x, y), `pen` the brush's width: all in pixels.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = extent * OVERSAMPLING / max(float((high - low).max()), 1e-6)
    width = pen * OVERSAMPLING
    image = Image.new("L", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING), 0)
    brush = ImageDraw.Draw(image)
    for stroke in strokes:
        path = (stroke - (low + high) / 2) * scale + np.array(centre) * OVERSAMPLING
        brush.line(path.ravel().tolist(), fill=255, width=max(1, round(width)), joint="curve")
        for x, y in (path[0], path[-1]):
            brush.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)
    return np.asarray(image.reduce(OVERSAMPLING), dtype=np.float32) / 255


def smooth(stroke: Stroke, steps: int = 5) -> Stroke:
    """Points on the Catmull-Rom spline through a stroke's points, `steps` from each to the next."""
    if len(stroke) < 3:
        return stroke
    padded = np.concatenate([2 * stroke[:1] - stroke[1:2], stroke, 2 * stroke[-1:] - stroke[-2:-1]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), stroke[-1:]])


def wobble(strokes: list[Stroke], random: Random, turn: float = 0.3) -> list[Stroke]:
    """The same digit by another hand: turned, slanted, stretched, bent, its points shifted.

    `turn` is the largest angle either way, in radians.
    """
    angle, slant = random.uniform(-turn, turn), random.uniform(-0.25, 0.25)
    stretch = np.exp(random.uniform(-0.2, 0.2))
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = rotation @ np.array([[stretch, 0], [slant, 1 / stretch]])
    extent = np.ptp(np.concatenate(strokes), axis=0).max()
    # Two waves, each about as long as the digit, push its parts aside.
    waves = random.normal(0, np.pi, (2, 2)) / extent
    phases = random.uniform(0, 2 * np.pi, 2)
    push = random.uniform(-0.06, 0.06, (2, 2)) * extent
    shift = random.uniform(0, 0.02) * extent
    return [
        (stroke + np.sin(stroke @ waves + phases) @ push + random.normal(0, shift, stroke.shape))
        @ matrix
        for stroke in strokes
    ]
