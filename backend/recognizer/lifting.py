"""A digit that was found → its ink, lifted from the image at the image's own resolution.

The finder's mask says where the ink is, on a coarse grid. How much ink a pixel has is told by its
color, which lies between the colors of the paper around it and of the ink under the mask.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognizer.detection import Patch
from recognizer.preprocessing import Box, Ink

MARGIN = 3
"""Pixels of the finder around a digit whose colors show the paper."""

CORE = 0.8
"""Mask, as a fraction of its maximum, from which a pixel has the ink's full color."""

BARE = 0.1
"""Mask up to which a pixel is paper."""

MIN_BARE = 0.05
"""Fraction of the pixels that must be paper; a digit with less around it keeps the mask as ink."""

MIN_DISTANCE = 5.5
"""Least distance between two colors, of ink and paper, in levels of three bands: less is noise."""

FAINTEST, FULL = 0.15, 0.9
"""Fractions of the distance from paper to ink that count as no ink, and as nothing but ink."""

NEAR = 0.24
"""Mask from which a pixel may be full of ink."""

PAPER_REACH = 0.25
"""Half the side of the window whose paper is averaged, as a fraction of the height."""

REACH_CELLS = 6
"""The same in cells, at least, where pixels are added up to cells first: paper changes slowly."""


def lift_ink(image: Image.Image, mask: NDArray[np.float32], digit: Patch) -> tuple[Ink, Box]:
    """Return the ink (height, width) of a digit, or of several, and its box in the image.

    `mask` is the finder's, of the whole image; `digit` lies in it.
    """
    rows = slice(max(0, digit.top - MARGIN), digit.bottom + MARGIN)
    columns = slice(max(0, digit.left - MARGIN), digit.right + MARGIN)
    own = np.zeros_like(mask)
    own[digit.top : digit.bottom, digit.left : digit.right] = digit.ink
    around = mask[rows, columns]
    scale_x, scale_y = image.width / mask.shape[1], image.height / mask.shape[0]
    left, top = columns.start * scale_x, rows.start * scale_y
    right, bottom = left + around.shape[1] * scale_x, top + around.shape[0] * scale_y
    x, y = min(round(left), image.width - 1), min(round(top), image.height - 1)
    size = max(round(right) - x, 1), max(round(bottom) - y, 1)
    box = Box(x, y, *size)
    cropped = np.asarray(image.crop((x, y, x + size[0], y + size[1])), dtype=np.float32)
    colors = cropped.reshape(*cropped.shape[:2], -1)
    return ink_of(colors, enlarge(own[rows, columns], size), enlarge(around, size)), box


def enlarge(mask: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return a mask at another size (width, height)."""
    return np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.BILINEAR))


def ink_of(
    colors: NDArray[np.float32], mask: NDArray[np.float32], masks: NDArray[np.float32]
) -> Ink:
    """Return the ink (height, width) of a digit in colors (height, width, bands) in [0, 255].

    `mask` is the digit's own, `masks` that of all digits.
    """
    bare = (masks < BARE).astype(np.float32)
    if bare.mean() < MIN_BARE:
        return mask
    ink = colors[mask >= CORE * mask.max()].mean(axis=0)
    paper = local_mean(colors, bare, max(3, round(PAPER_REACH * len(mask))))
    direction = ink - paper
    bands = colors.shape[2]
    squared = np.maximum(dot(direction, direction), MIN_DISTANCE**2 * bands / 3)
    fraction = dot(colors - paper, direction) / squared
    amount = np.clip((fraction - FAINTEST) / (FULL - FAINTEST), 0, 1)
    lifted: Ink = amount * np.clip(mask / NEAR, 0, 1)
    return lifted


def dot(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inner product (height, width) of each two colors (height, width, bands)."""
    product: NDArray[np.float32] = np.einsum("yxc,yxc->yx", one, other)
    return product


def local_mean(
    colors: NDArray[np.float32], weights: NDArray[np.float32], reach: int
) -> NDArray[np.float32]:
    """Return the weighted mean (height, width, bands) of the colors up to `reach` pixels away.

    Where nothing there has weight, it is that of all colors.
    """
    cell = max(1, reach // REACH_CELLS)
    weighted = np.dstack([colors * weights[..., None], weights])
    sums = window_sum(cell_sum(weighted, cell), reach // cell)
    total = sums[..., -1]
    mean: NDArray[np.float32] = sums[..., :-1] / np.maximum(total, 0.5)[..., None]
    mean[total <= 0.5] = weights.ravel() @ colors.reshape(-1, colors.shape[2]) / weights.sum()
    if cell == 1:
        return mean
    height, width = weights.shape
    size = cell * mean.shape[1], cell * mean.shape[0]
    bands = [enlarge(band, size)[:height, :width] for band in np.moveaxis(mean, 2, 0)]
    return np.stack(bands, axis=2)


def cell_sum(values: NDArray[np.float32], cell: int) -> NDArray[np.float32]:
    """Return the sums of values (height, width, bands) over cells of so many pixels a side.

    The last ones may be of fewer.
    """
    for axis in (0, 1):
        values = np.add.reduceat(values, np.arange(0, values.shape[axis], cell), axis)
    return values


def window_sum(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the sums of values (height, width, …) over windows of 2 · reach + 1 pixels a side."""
    for axis in (0, 1):
        length = values.shape[axis]
        places = np.arange(length)
        before = np.pad(
            np.cumsum(values, axis), [(int(side == axis), 0) for side in range(values.ndim)]
        )
        ends, starts = np.minimum(places + reach + 1, length), np.maximum(places - reach, 0)
        values = before.take(ends, axis) - before.take(starts, axis)
    return values
