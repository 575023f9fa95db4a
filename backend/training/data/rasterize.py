"""Strokes of a pen: smoothing, random perturbation and rasterization with a round brush.

A drawing is a list of strokes in any unit.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Stroke = NDArray[np.float64]
"""Points (k, 2) of one stroke, in the order in which the pen passes them: x, and y down."""

Sampler = Callable[[np.random.Generator], list[Stroke]]
"""Returns a random drawing of one kind."""

OVERSAMPLING = 3
"""Strokes are drawn this many times larger and averaged down, which gives them soft edges."""

MARGIN = 0.06
"""Fraction of the canvas that stays blank on each side of a drawing, brush included."""


def stroke(*points: tuple[float, float]) -> Stroke:
    """Return the stroke through the given points (x, y)."""
    return np.array(points, dtype=np.float64)


def rotation(angle: float) -> NDArray[np.float64]:
    """Return the matrix (2, 2) that turns row vectors by an angle in radians."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def stroke_bytes(strokes: Sequence[Stroke]) -> bytes:
    """Return a drawing's points, after the numbers of its strokes and of the points of each."""
    counts = [len(strokes), *(len(each) for each in strokes)]
    return b"".join(part.tobytes() for part in (np.array(counts), *strokes))


def rasterize_to_fit(strokes: list[Stroke], pen: float, side: int) -> NDArray[np.float32]:
    """Return the ink of strokes drawn as large as a square canvas allows.

    `pen` is the brush width as a fraction of the longer side of the strokes' bounding box, `side`
    the canvas side in pixels. The ink is (side, side) in [0, 1].
    """
    extent = side * (1 - 2 * MARGIN) / (1 + pen)
    return rasterize(strokes, extent, (side / 2, side / 2), pen * extent, (side, side))


def rasterize(
    strokes: list[Stroke],
    extent: float,
    center: tuple[float, float],
    pen: float,
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """Return the ink (height, width) in [0, 1] of strokes on a canvas.

    The canvas has the given `size` (width, height). The longer side of the strokes' bounding box
    becomes `extent` and its center lies at `center` (x, y); the brush is `pen` wide. All lengths
    are in pixels.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = extent * OVERSAMPLING / max(float((high - low).max()), 1e-6)
    width = pen * OVERSAMPLING
    image = Image.new("L", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING), 0)
    brush = ImageDraw.Draw(image)
    for stroke in strokes:
        path = (stroke - (low + high) / 2) * scale + np.array(center) * OVERSAMPLING
        brush.line(path.ravel().tolist(), fill=255, width=max(1, round(width)), joint="curve")
        for x, y in (path[0], path[-1]):
            brush.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)
    return np.asarray(image.reduce(OVERSAMPLING), dtype=np.float32) / 255


def smooth(stroke: Stroke, steps: int = 5) -> Stroke:
    """Return points on the Catmull-Rom spline through a stroke, `steps` per segment.

    A stroke of fewer than three points is returned unchanged.
    """
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


def perturb(
    strokes: list[Stroke], rng: np.random.Generator, max_rotation: float = 0.3
) -> list[Stroke]:
    """Return a drawing as another hand might draw it.

    Strokes are rotated by up to `max_rotation` radians either way, slanted, stretched and bent;
    each point is shifted a little.
    """
    angle, slant = rng.uniform(-max_rotation, max_rotation), rng.uniform(-0.25, 0.25)
    stretch = np.exp(rng.uniform(-0.2, 0.2))
    matrix = rotation(angle) @ np.array([[stretch, 0], [slant, 1 / stretch]])
    extent = np.ptp(np.concatenate(strokes), axis=0).max()
    # Bend with two sine waves whose wavelengths are about the size of the drawing.
    waves = rng.normal(0, np.pi, (2, 2)) / extent
    phases = rng.uniform(0, 2 * np.pi, 2)
    push = rng.uniform(-0.06, 0.06, (2, 2)) * extent
    shift = rng.uniform(0, 0.02) * extent
    return [
        (stroke + np.sin(stroke @ waves + phases) @ push + rng.normal(0, shift, stroke.shape))
        @ matrix
        for stroke in strokes
    ]
