"""Rows of scanned digits: MNIST's, which more people wrote than drew all pen paths.

Ink is in [0, 1], lengths in pixels.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognizer.preprocessing import nonzero_slice
from training.finder.canvas import Field

SCAN_HEIGHT = 20
"""Height of the digits in the scans."""

SLANT_SPREAD, STRETCH_SPREAD, SIZE_SPREAD = 0.15, 0.12, 0.07
"""Deviation of the slant that a line's digits share, of the logarithm of the factor by which they
are widened, and of that by which each is larger than the others."""

EDGES, SOFTNESS = (90, 170), 60
"""Levels, in [0, 255], one of which is half ink: the higher, the thinner a stroke; and over how
many levels paper becomes ink."""

BASELINE_SPREAD, SLOPE_SPREAD = 0.05, 0.05
"""Deviation of a digit's place above the line, as a fraction of its height, and of the line's
slope."""


def rewritten(scans: NDArray[np.uint8], height: float, rng: np.random.Generator) -> list[Field]:
    """Return scans (n, 28, 28) as one pen might have written them, about `height` pixels high.

    Each is cropped to its ink.
    """
    slant = rng.normal(0, SLANT_SPREAD)
    stretch = np.exp(rng.normal(0, STRETCH_SPREAD))
    edge = rng.uniform(*EDGES)
    sizes = height / SCAN_HEIGHT * np.exp(rng.normal(0, SIZE_SPREAD, len(scans)))
    return [
        redrawn(scan, slant, (stretch * size, size), edge)
        for scan, size in zip(scans, sizes, strict=True)
    ]


def redrawn(
    scan: NDArray[np.uint8], slant: float, scale: tuple[float, float], edge: float
) -> Field:
    """Return a scan slanted, enlarged across and down, and with its ink ending at a level."""
    # At twice its size, so that edges stay smooth; the middle row stays where it is.
    shear = (0.5, -slant / 2, slant * len(scan) / 2, 0, 0.5, 0)
    doubled = (2 * scan.shape[1], 2 * scan.shape[0])
    slanted = Image.fromarray(scan).transform(
        doubled, Image.Transform.AFFINE, shear, Image.Resampling.BICUBIC
    )
    levels = (np.asarray(slanted, dtype=np.float32) - edge) / SOFTNESS + 0.5
    ink = np.clip(levels, 0, 1)
    ink = ink[nonzero_slice(ink.any(axis=1)), nonzero_slice(ink.any(axis=0))]
    width, height = (
        max(1, round(factor * side / 2)) for factor, side in zip(scale, ink.T.shape, strict=True)
    )
    return np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR))


def side_by_side(
    fields: Sequence[Field], advances: Sequence[float], rng: np.random.Generator
) -> Field:
    """Return the ink of digits in a row, which begin so far from each other."""
    slope = rng.normal(0, SLOPE_SPREAD)
    corners, x = [], 0.0
    for field, advance in zip(fields, advances, strict=True):
        bottom = slope * x + len(field) * rng.normal(0, BASELINE_SPREAD)
        corners.append((round(x), round(bottom) - len(field)))
        x += advance
    first_row = min(top for _, top in corners)
    last_row = max(top + len(field) for (_, top), field in zip(corners, fields, strict=True))
    width = max(left + field.shape[1] for (left, _), field in zip(corners, fields, strict=True))
    ink = np.zeros((last_row - first_row, width), dtype=np.float32)
    for (left, top), field in zip(corners, fields, strict=True):
        rows = slice(top - first_row, top - first_row + len(field))
        area = ink[rows, left : left + field.shape[1]]
        np.maximum(area, field, out=area)
    return ink
