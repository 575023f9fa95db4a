"""Grayscale image → 28×28 model input, white on black, made as MNIST was made.

MNIST's recipe (LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/): fit the digit into a
20×20 box, keeping its aspect ratio, with anti-aliasing, then put its center of mass at the center
of a 28×28 field. Before that, ink (foreground) is separated from paper (background): ink may be
darker or lighter than its paper, at any contrast and in uneven light.

Training calls this module too, so the model learns from exactly what it is later served.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GrayImage = NDArray[np.uint8]
"""Grayscale image: (height, width) uint8, both sides at least 1."""

Levels = NDArray[np.uint8] | NDArray[np.float32]
"""Gray levels (height, width) in 0 to 255: whole numbers or averages."""

Counts = NDArray[np.int64] | NDArray[np.float32]
"""Number of pixels that have each of some gray levels."""

Ink = NDArray[np.float32]
"""Amount of ink on each pixel: 2-D float32 in [0, 1], where 0 is bare paper."""

ModelInput = NDArray[np.float32]
"""Ink of one digit, size-normalized and centered: (28, 28) float32 in [0, 1]."""

Scale = tuple[float, float]
"""Width and height of a decoded image's pixel in pixels of the file, turned upright."""

INPUT_SIZE = 28
"""Side of the model input, in pixels."""

DIGIT_SIZE = 20
"""Side of the box that the digit is fitted into, in pixels of the model input."""

EDGE_FRACTION = 0.03
"""Part of the image's shorter side, along each edge, that is taken to show paper."""

MIN_CONTRAST = 12.0
"""Gray levels: anything fainter on the paper is texture, not ink."""

MIN_INK = 0.15
"""Fraction of the full contrast below which a pixel is paper: JPEG ringing reaches 0.1."""

MAX_NOISE = 3.0
"""Gray levels (standard deviation): noisier images are smoothed first."""

MAX_EDGE_LINES = 3
"""Lines of pixels along each edge that are sampled, at most."""

MAX_UNEVEN_EDGES, MIN_UNEVENNESS = 0.25, 4.0
"""Fraction of the edges that may differ from even paper by more than so many times what noise does:
less may be ink, more is a shadow or a bar."""

BACKGROUND_SAMPLES = 48
"""Points along each axis at which an unevenly lit image is sampled."""

MIN_INK_FRACTION = 0.0002
"""Fraction of the pixels that must have ink: less is noise. A small, hair-thin 1 has 0.002."""

STRAY_INK_FRACTION = 0.002
"""Fraction of all ink that may lie beyond each side of the digit's box, so that specks do not
stretch it."""


class Box(NamedTuple):
    """A rectangle in an image, in pixels from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


class InkPatch(NamedTuple):
    """The ink of an image, cropped to its bounding box."""

    ink: Ink
    left: int
    top: int
    on_even_paper: bool
    """Whether nearly all of the image's edges show one level of paper."""


class Preprocessed(NamedTuple):
    """All ink of an image, taken for one digit."""

    model_input: ModelInput
    box: Box
    """Around the ink, but for specks."""
    patch: InkPatch
    """The ink itself."""


def preprocess(image: GrayImage) -> Preprocessed | None:
    """Return the ink of an image as the model input of one digit, or None if it is blank."""
    patch = separate_ink(image)
    if patch is None:
        return None
    model_input, box = size_normalize(patch.ink)
    box = box._replace(left=patch.left + box.left, top=patch.top + box.top)
    return Preprocessed(model_input, box, patch)


def separate_ink(image: GrayImage) -> InkPatch | None:
    """Return the ink of an image, or None if blank.

    Paper is what lies along the image's edges; ink is what differs from it, in the direction
    (darker or lighter) in which more differs. No absolute brightness is assumed anywhere, so a
    dark photo, a thick pen or a blackboard cannot flip the polarity.
    """
    levels, noise = denoise(image)
    paper, is_even = estimate_background(levels, noise)
    if levels.dtype == np.float32 or paper.size > 1:
        ink = ink_from_levels(
            levels.astype(np.float32), np.ones(levels.shape, dtype=np.float32), paper, noise
        )
        if ink is None:
            return None
        rows, columns = nonzero_slice(ink.any(axis=1)), nonzero_slice(ink.any(axis=0))
        return InkPatch(ink[rows, columns], columns.start, rows.start, is_even)
    return separate_ink_by_level(image, paper, noise, is_even)


def separate_ink_by_level(
    image: GrayImage, paper: NDArray[np.float32], noise: float, is_even: bool
) -> InkPatch | None:
    """Return the ink of an image whose paper (1, 1) has one gray level, or None if blank.

    All pixels of a level have the same ink, so it is computed once per level. The more a level
    differs from the paper's, the more ink it is, so the extreme pixels of a row or column decide
    whether it has any.
    """
    level, threshold = int(paper.item()), ink_threshold(noise)
    extremes = [(image.min(axis=axis), image.max(axis=axis)) for axis in (1, 0)]
    visible = [
        (darkest <= level - threshold) | (lightest >= level + threshold)
        for darkest, lightest in extremes
    ]
    if not visible[0].any():
        return None
    rows, columns = map(nonzero_slice, visible)
    part = np.ascontiguousarray(image[rows, columns])  # Pillow copies others ten times as slowly
    counts = np.array(Image.fromarray(part).histogram())[None]
    counts[0, level] += image.size - part.size  # all around it counts as paper
    levels = np.arange(256, dtype=np.float32)[None]
    ink = ink_from_levels(levels, counts, paper, noise)
    if ink is None:
        return None
    has_ink = ink[0] > 0
    rows, columns = (
        nonzero_slice(has_ink[darkest if has_ink[0] else lightest])
        for darkest, lightest in extremes
    )
    cropped: Ink = ink[0].take(image[rows, columns], mode="clip")  # twice as fast as indexing
    return InkPatch(cropped, columns.start, rows.start, is_even)


def ink_from_levels(
    levels: NDArray[np.float32],
    counts: Counts,
    paper: NDArray[np.float32],
    noise: float,
) -> Ink | None:
    """Return the ink of gray levels, or None if the image is blank.

    `counts` is the number of pixels that have each level. All arrays are 2-D; `paper` is broadcast
    over the levels.
    """
    # Dark ink absorbs a fraction of the light; light ink adds to the paper's brightness. Scaled to
    # the darkest paper: in brighter light noise can only look smaller.
    darker = (1 - levels / paper) * paper.min()
    lighter = levels - paper
    threshold = ink_threshold(noise)
    contrast = max(
        darker,
        lighter,
        key=lambda difference: (np.maximum(difference - threshold, 0) * counts).sum(),
    )
    has_ink = contrast > threshold
    pixels = counts[has_ink]
    if pixels.sum() <= MIN_INK_FRACTION * counts.sum():
        return None
    full = weighted_quantile(contrast[has_ink], pixels, 0.9)
    faintest = max(MIN_INK, 3 * noise / full)
    ink: Ink = np.clip((contrast / full - faintest) / (1 - faintest), 0, 1).astype(np.float32)
    return ink


def ink_threshold(noise: float) -> float:
    """Return by how many gray levels ink differs from paper at least."""
    return max(MIN_CONTRAST, 5 * noise)


def weighted_quantile(values: NDArray[np.float32], counts: Counts, q: float) -> float:
    """Return the `q` quantile, in [0, 1], of values that occur `counts` times each."""
    order = values.argsort()
    cumulative = np.cumsum(counts[order])
    return float(values[order[np.searchsorted(cumulative, q * cumulative[-1])]])


def denoise(image: GrayImage) -> tuple[Levels, float]:
    """Average a noisy image over 3×3 or 5×5 pixels; return it and the noise left.

    Noise is a standard deviation in gray levels. An image that is not noisy, or too small to lose
    detail, is returned unchanged.
    """
    noise = estimate_noise(image)
    if noise <= MAX_NOISE or min(image.shape) < 3 * INPUT_SIZE:
        return image, noise
    width = 3 if noise <= 3 * MAX_NOISE else 5
    smooth = image.astype(np.float32)
    for axis in (0, 1):
        padded = np.moveaxis(smooth, axis, 0)
        side = len(padded)
        padded = np.pad(padded, ((width // 2, width // 2), (0, 0)), mode="edge")
        total = np.sum([padded[shift : shift + side] for shift in range(width)], axis=0)
        smooth = np.moveaxis(total / np.float32(width), 0, axis)
    return smooth, noise / width


def estimate_noise(image: GrayImage) -> float:
    """Return the standard deviation of the noise along the edges, in gray levels.

    Uses the median difference of neighbors, so strokes that touch the edge do not count.
    """
    edges = edge_pixels(image)
    differences = np.abs(edges[1:] - edges[:-1])
    # A difference has the noise of two pixels (√2); 1.4826 turns a median into a deviation.
    return float(median(differences) * 1.4826 / np.sqrt(2))


def median(values: NDArray[np.int16]) -> float:
    """Return the median of values (n,); numpy's takes three times as long for so few."""
    lower, upper = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, (lower, upper))
    return (float(ordered[lower]) + float(ordered[upper])) / 2


def edge_pixels(levels: Levels) -> NDArray[np.int16]:
    """Return the gray levels along the edges, line after line: (n,), n at least 4."""
    width = edge_width(levels.shape)
    step = -(-width // MAX_EDGE_LINES)
    first, last = slice(None, width, step), slice(-width, None, step)
    lines = (levels[first], levels[last], levels[:, first].T, levels[:, last].T)
    edges: NDArray[np.int16] = np.concatenate([line.ravel() for line in lines]).astype(np.int16)
    return edges


def edge_width(shape: tuple[int, ...]) -> int:
    """Return how many pixels from each edge are taken to show paper, at least 1."""
    return max(1, round(EDGE_FRACTION * min(shape)))


def estimate_background(levels: Levels, noise: float) -> tuple[NDArray[np.float32], bool]:
    """Return the brightness of bare paper, to broadcast over the image, and whether it is even.

    At least 1 gray level. Shaped (1, 1) if the edges agree on one level, (height, width) in uneven
    light. Paper is even if nearly all of the edges agree.
    """
    edges = edge_pixels(levels)
    level = int(median(edges))
    differences = np.abs(edges - level)
    tolerance = max(MAX_NOISE, 1.5 * noise)
    if median(differences) > tolerance:
        return fit_background(levels), False
    uneven = np.count_nonzero(differences > MIN_UNEVENNESS * tolerance)
    is_even = uneven <= MAX_UNEVEN_EDGES * len(edges)
    return np.full((1, 1), max(level, 1), dtype=np.float32), is_even


def fit_background(levels: Levels) -> NDArray[np.float32]:
    """Return the brightness (height, width) of unevenly lit paper.

    At least 1 gray level. Fits a quadratic surface by iteratively reweighted least squares: first
    to the edges, then to every sample close to the surface.
    """
    height, width = levels.shape
    rows, columns = (
        np.unique(np.linspace(0, side - 1, BACKGROUND_SAMPLES).round().astype(int))
        for side in levels.shape
    )
    sample = levels[np.ix_(rows, columns)].astype(np.float32)
    depth = edge_width(levels.shape)
    inner_rows, inner_columns = (
        (at >= depth) & (at < side - depth)
        for at, side in zip((rows, columns), levels.shape, strict=True)
    )
    on_edge = ~np.outer(inner_rows, inner_columns)
    weight = on_edge.astype(np.float32)
    terms = quadratic_terms(rows / height, columns / width)
    flat_terms = terms.reshape(-1, terms.shape[-1])
    for _ in range(8):
        weighted = flat_terms * weight.reshape(-1, 1)
        coefficients, *_ = np.linalg.lstsq(
            weighted.T @ flat_terms, weighted.T @ sample.ravel(), rcond=None
        )
        deviation = np.abs(sample - terms @ coefficients)
        scale = max(MAX_NOISE, float(np.median(deviation[on_edge])))
        weight = 1 / (1 + (deviation / scale) ** 4)
    full_terms = quadratic_terms(np.arange(height) / height, np.arange(width) / width)
    surface: NDArray[np.float32] = np.maximum(full_terms @ coefficients, 1).astype(np.float32)
    return surface


def quadratic_terms(rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the terms (rows, columns, 6) of a quadratic surface on a grid."""
    y, x = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def size_normalize(ink: Ink) -> tuple[ModelInput, Box]:
    """Size-normalize ink as MNIST did; return it with the box around it, without specks.

    Scales the box to 20×20, centers the mass in 28×28 and scales the maximum to 1. Scaling
    and centering are one resampling step, exact to fractions of a pixel, so a digit drawn at two
    sizes and places gives the same model input.
    """
    column_mass, row_mass = ink.sum(axis=0), ink.sum(axis=1)
    left, right = ink_extent(column_mass)
    top, bottom = ink_extent(row_mass)
    step = max(right - left, bottom - top) / DIGIT_SIZE
    half = step * INPUT_SIZE / 2
    rows = resampling_weights(center_of_mass(row_mass) - half, step, len(row_mass))
    columns = resampling_weights(center_of_mass(column_mass) - half, step, len(column_mass))
    field: ModelInput = rows @ ink @ columns.T
    box = Box(left, top, right - left, bottom - top)
    return field / max(float(field.max()), 1e-6), box


def to_sent_pixels(box: Box, scale: Scale) -> Box:
    """Return a box of a decoded image in pixels of the file."""
    x, y = scale
    return Box(x * box.left, y * box.top, x * box.width, y * box.height)


def nonzero_slice(has_ink: NDArray[np.bool_]) -> slice:
    """Return the part of an axis from the first True to the last; there must be one."""
    places = np.flatnonzero(has_ink)
    return slice(int(places[0]), int(places[-1]) + 1)


def ink_extent(mass: NDArray[np.float32]) -> tuple[float, float]:
    """Return where along an axis the ink starts and ends, in fractional pixels."""
    cumulative = np.concatenate([[0.0], np.cumsum(mass, dtype=np.float64)])
    stray = STRAY_INK_FRACTION * cumulative[-1]
    start, end = np.interp([stray, cumulative[-1] - stray], cumulative, np.arange(len(cumulative)))
    return float(start), float(end)


def center_of_mass(mass: NDArray[np.float32]) -> float:
    """Return where along an axis the center of mass lies, in fractional pixels."""
    return float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum())


def resampling_weights(start: float, step: float, length: int) -> NDArray[np.float32]:
    """Return weights (28, length) that average pixels over 28 spans of `step`.

    The first span begins at `start`. If the spans are finer than the pixels, this is linear
    interpolation. Spans beyond the image have no weight.
    """
    middle = start + (np.arange(INPUT_SIZE, dtype=np.float32)[:, None] + np.float32(0.5)) * step
    reach = max(step, 1.0) / 2
    # How much of each span lies before each pixel edge; differences give the overlaps.
    edges = np.arange(length + 1, dtype=np.float32)
    before = np.minimum(np.maximum(edges, middle - reach), middle + reach)
    weights: NDArray[np.float32] = (before[:, 1:] - before[:, :-1]) / (2 * reach)
    return weights
