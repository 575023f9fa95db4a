"""Vectors to coverage: projection, anti-aliased strokes and polygons, smooth random fields.

A coverage is the fraction of each pixel that a shape covers, float32 in [0, 1]. Points are (k, 2),
x and y down, in pixels unless a function says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from training.data.rasterize import OVERSAMPLING, Stroke, rotation

Field = NDArray[np.float32]
"""(height, width)."""

Size = tuple[int, int]
"""Width and height, in pixels."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class Patch:
    """The coverage of a shape, as far as its bounding box; it is 0 elsewhere."""

    top: int
    left: int
    coverage: Field

    @property
    def area(self) -> tuple[slice, slice]:
        """The rows and columns of the picture that the patch lies on."""
        height, width = self.coverage.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def spread(self, size: Size) -> Field:
        """Return the coverage of a whole picture of a size."""
        coverage = np.zeros(size[::-1], dtype=np.float32)
        coverage[self.area] = self.coverage
        return coverage


def project(view: NDArray[np.float64], points: Stroke) -> Stroke:
    """Return points (k, 2) under a homography (3, 3)."""
    projected = points @ view[:, :2].T + view[:, 2]
    result: Stroke = projected[:, :2] / projected[:, 2:]
    return result


def scale_at(view: NDArray[np.float64], point: Stroke) -> float:
    """Return by how much a homography enlarges lengths at a point (2,)."""
    origin, right, down = project(view, point + np.array([[0, 0], [1e-3, 0], [0, 1e-3]]))
    area = np.linalg.det(np.stack([right - origin, down - origin])) * 1e6
    return float(np.sqrt(abs(area)))


def homography(source: Stroke, target: Stroke) -> NDArray[np.float64]:
    """Return the homography (3, 3) that maps four points (4, 2) to four others."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    solved = np.linalg.solve(np.array(rows), target.ravel())
    return np.append(solved, 1.0).reshape(3, 3)


def corners(box: Box) -> Stroke:
    """Return the corners (4, 2) of a box, clockwise from the top left."""
    left, top, right, bottom = box
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)


def bounds(strokes: Sequence[Stroke]) -> Box:
    """Return the bounding box of the points of strokes."""
    points = np.concatenate(strokes)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def overlap(first: Box, second: Box, margin: float = 0.0) -> bool:
    """Return whether two boxes overlap, or come closer than a margin."""
    return (
        first[0] < second[2] + margin
        and second[0] < first[2] + margin
        and first[1] < second[3] + margin
        and second[1] < first[3] + margin
    )


def draw_strokes(strokes: Sequence[Stroke], pen: float, size: Size) -> Patch | None:
    """Return the coverage of strokes by a round brush, `pen` pixels wide.

    A brush under a pixel covers that much less of each. Returns None if the picture of the given
    size shows nothing of them.
    """
    left, top, right, bottom = bounds(strokes)
    reach = pen / 2 + 1
    x0, y0 = max(0, int(left - reach)), max(0, int(top - reach))
    x1, y1 = min(size[0], int(right + reach) + 1), min(size[1], int(bottom + reach) + 1)
    if x0 >= x1 or y0 >= y1:
        return None
    image = Image.new("L", ((x1 - x0) * OVERSAMPLING, (y1 - y0) * OVERSAMPLING), 0)
    brush = ImageDraw.Draw(image)
    width = max(1, round(pen * OVERSAMPLING))
    for stroke in strokes:
        path = (stroke - (x0, y0)) * OVERSAMPLING
        brush.line(path.ravel().tolist(), fill=255, width=width)
        if width > 2:
            for x, y in path[rounded(path, width)]:
                brush.ellipse(
                    [x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255
                )
    coverage = np.asarray(image.reduce(OVERSAMPLING), dtype=np.float32) / 255
    thinner = min(1.0, pen * OVERSAMPLING)
    return Patch(y0, x0, coverage * np.float32(thinner)) if coverage.any() else None


def rounded(path: Stroke, width: float) -> NDArray[np.bool_]:
    """Return which points (k,) of a path need a disc: both ends, and where a turn leaves a gap."""
    steps = np.diff(path, axis=0)
    turns = np.diff(np.arctan2(steps[:, 1], steps[:, 0]))
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    bends = np.concatenate([[True], np.abs(turns) * width > 2, [True]])
    return np.asarray(bends[: len(path)])


def fill_polygon(points: Stroke, size: Size) -> Field:
    """Return the coverage of a polygon in a picture of the given size."""
    image = Image.new("L", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING), 0)
    ImageDraw.Draw(image).polygon((points * OVERSAMPLING).ravel().tolist(), fill=255)
    return np.asarray(image.reduce(OVERSAMPLING), dtype=np.float32) / 255


def fill_ellipse(center: Stroke, radii: Stroke, angle: float, size: Size) -> Field:
    """Return the coverage of an ellipse, turned by an angle in radians."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    outline = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radii
    return fill_polygon(outline @ rotation(angle) + center, size)


def smooth_noise(rng: np.random.Generator, size: Size, cells: tuple[int, int]) -> Field:
    """Return a smooth random field with standard deviation about 1.

    It is interpolated between `cells` (columns, rows) of normal noise.
    """
    coarse = rng.normal(size=(cells[1], cells[0])).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))


def blur(field: Field, radius: float) -> Field:
    """Return a field in [0, 1], blurred by a Gaussian of a radius in pixels."""
    image = Image.fromarray((field * 255).astype(np.uint8))
    blurred = image.filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(blurred, dtype=np.float32) / 255


def pixel_grid(size: Size) -> tuple[Field, Field]:
    """Return x (1, width) and y (height, 1) of the centers of a picture's pixels."""
    x = np.arange(size[0], dtype=np.float32)[None] + 0.5
    return x, np.arange(size[1], dtype=np.float32)[:, None] + 0.5
