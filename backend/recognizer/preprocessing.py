"""Greyscale picture → 28×28 ink, white on black, made as MNIST was made.

MNIST's recipe (LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist/): fit the digit into a
20×20 box keeping its aspect ratio, with anti-aliasing, then put its centre of mass at the centre
of a 28×28 field. Before that a stranger's picture needs its ink separated from its paper:
whichever of the two is darker, however the light falls, and at any contrast.

Training calls this module too, so that the model learns from just what it is later served.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
"""Greyscale picture: (height, width) uint8, both sides at least 1."""

Levels = NDArray[np.uint8] | NDArray[np.float32]
"""Grey levels (height, width) in 0 to 255, whole or averaged."""

Counts = NDArray[np.int64] | NDArray[np.float32]
"""How many pixels have each of some grey levels."""

Ink = NDArray[np.float32]
"""How much ink lies on each pixel: 2-D float32 in [0, 1], 0 is bare paper."""

FIELD = 28
"""Side of the square that the classifier reads, in pixels."""

BOX = 20
"""Side of the box inside the field that the digit is fitted into, in pixels."""

EDGE = 0.03
"""Share of a picture's shorter side, along each of its edges, that is taken to show paper."""

MINIMUM_CONTRAST = 12.0
"""Grey levels: anything fainter on the paper is texture, not ink."""

FAINTEST_INK = 0.15
"""Share of the full contrast below which a pixel is paper: JPEG's rings at strokes reach 0.1."""

TOLERATED_NOISE = 3.0
"""Grey levels (standard deviation): noisier pictures are smoothed first."""

EDGE_LINES = 3
"""Lines of pixels along each edge that are looked at, at most."""

SAMPLES = 48
"""Points along each axis at which a picture is sampled to judge uneven paper."""

LEAST_INK = 0.0002
"""Share of the picture that must be inked: less is noise. A 1 drawn small, hair-thin, has 0.002."""

STRAY_INK = 0.002
"""Share of all ink that may lie beyond each side of the digit's box: specks do not stretch it."""


def preprocess(picture: Picture) -> Ink | None:
    """Return the (28, 28) ink of the digit in a greyscale picture, or None if it is blank."""
    ink = separate_ink(picture)
    return None if ink is None else fit_into_field(ink)


def separate_ink(picture: Picture) -> Ink | None:
    """Tell ink from paper: the ink of each pixel in the part that has any, or None if blank.

    Paper is what lies along the picture's edges; ink is what differs from it, in the direction
    (darker or lighter) in which more differs. No absolute brightness is assumed anywhere, so that
    a dark photo, a fat pen or a blackboard cannot flip the polarity.
    """
    levels, noise = smooth_noise(picture)
    paper = paper_brightness(levels, noise)
    if levels.dtype == np.float32 or paper.size > 1:
        ink = ink_of_levels(
            levels.astype(np.float32), np.ones(levels.shape, dtype=np.float32), paper, noise
        )
        return None if ink is None else ink[bounds(ink.any(axis=1)), bounds(ink.any(axis=0))]
    # On even paper all pixels of a grey level have the same ink: it is found once for each level.
    counts = np.array(Image.fromarray(picture).histogram())[None]
    ink = ink_of_levels(np.arange(256, dtype=np.float32)[None], counts, paper, noise)
    if ink is None:
        return None
    # The farther from paper the more ink: a row has some where its darkest (or lightest) pixel has.
    inked = ink[0] > 0
    extreme = picture.min if inked[0] else picture.max
    part = picture[bounds(inked[extreme(axis=1)]), bounds(inked[extreme(axis=0)])]
    found: Ink = ink[0].take(part, mode="clip")  # twice as fast as ink[0][part]
    return found


def ink_of_levels(
    levels: NDArray[np.float32],
    counts: Counts,
    paper: NDArray[np.float32],
    noise: float,
) -> Ink | None:
    """The ink of grey levels, each of which `counts` pixels have, or None if these are blank.

    All arrays are 2-D; `paper` is broadcast over the levels.
    """
    # Dark ink takes a share of the light that falls on it; light ink adds to what it lies on.
    # As on the darkest paper: in brighter light noise can only look smaller.
    darker = (1 - levels / paper) * paper.min()
    lighter = levels - paper
    threshold = max(MINIMUM_CONTRAST, 5 * noise)
    contrast = max(
        darker,
        lighter,
        key=lambda difference: (np.maximum(difference - threshold, 0) * counts).sum(),
    )
    inked = contrast > threshold
    pixels = counts[inked]
    if pixels.sum() <= LEAST_INK * counts.sum():
        return None
    full = percentile(contrast[inked], pixels, 0.9)
    faintest = max(FAINTEST_INK, 3 * noise / full)
    ink: Ink = np.clip((contrast / full - faintest) / (1 - faintest), 0, 1).astype(np.float32)
    return ink


def percentile(values: NDArray[np.float32], counts: Counts, share: float) -> float:
    """What a share of the values lies below, where each of them comes `counts` times."""
    order = values.argsort()
    below = np.cumsum(counts[order])
    return float(values[order[np.searchsorted(below, share * below[-1])]])


def smooth_noise(picture: Picture) -> tuple[Levels, float]:
    """Average a noisy picture over 3×3 or 5×5 pixels; return it and the noise left in it.

    Noise is a standard deviation in grey levels. A picture that is not noisy, or too small to lose
    detail, stays as it is.
    """
    noise = edge_noise(picture)
    if noise <= TOLERATED_NOISE or min(picture.shape) < 3 * FIELD:
        return picture, noise
    width = 3 if noise <= 3 * TOLERATED_NOISE else 5
    smooth = picture.astype(np.float32)
    for axis in (0, 1):
        padded = np.moveaxis(smooth, axis, 0)
        side = len(padded)
        padded = np.pad(padded, ((width // 2, width // 2), (0, 0)), mode="edge")
        total = np.sum([padded[shift : shift + side] for shift in range(width)], axis=0)
        smooth = np.moveaxis(total / np.float32(width), 0, axis)
    return smooth, noise / width


def edge_noise(picture: Picture) -> float:
    """Standard deviation, in grey levels, of the noise along the picture's edges.

    Judged by the median step between neighbours: strokes that touch the edge do not count.
    """
    edges = along_edges(picture)
    steps = np.abs(edges[1:] - edges[:-1])
    # A step is the difference of two noisy pixels (√2); 1.4826 turns a median into a deviation.
    return float(median(steps) * 1.4826 / np.sqrt(2))


def median(values: NDArray[np.int16]) -> float:
    """Of some (n,) values; numpy's own takes three times as long for as few as an edge has."""
    lower, upper = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, (lower, upper))
    return (float(ordered[lower]) + float(ordered[upper])) / 2


def along_edges(levels: Levels) -> NDArray[np.int16]:
    """Grey levels along the edges of a picture, line after line: (n,), n at least 4."""
    width = edge_width(levels.shape)
    apart = -(-width // EDGE_LINES)
    first, last = slice(None, width, apart), slice(-width, None, apart)
    lines = (levels[first], levels[last], levels[:, first].T, levels[:, last].T)
    edges: NDArray[np.int16] = np.concatenate([line.ravel() for line in lines]).astype(np.int16)
    return edges


def edge_width(shape: tuple[int, ...]) -> int:
    """Pixels from its edges in which a picture of this shape is taken to show paper, at least 1."""
    return max(1, round(EDGE * min(shape)))


def paper_brightness(levels: Levels, noise: float) -> NDArray[np.float32]:
    """Brightness of the bare paper, at least 1 grey level, to be broadcast over the picture.

    One level, shaped (1, 1), where the edges agree on one; otherwise light falls unevenly.
    """
    edges = along_edges(levels)
    level = int(median(edges))
    if median(np.abs(edges - level)) <= max(TOLERATED_NOISE, 1.5 * noise):
        return np.full((1, 1), max(level, 1), dtype=np.float32)
    return paper_surface(levels)


def paper_surface(levels: Levels) -> NDArray[np.float32]:
    """Brightness, at least 1 grey level, of paper that light falls on unevenly: (height, width).

    A smooth surface: through the edges first, then through all that is close to it.
    """
    height, width = levels.shape
    rows, columns = (
        np.unique(np.linspace(0, side - 1, SAMPLES).round().astype(int)) for side in levels.shape
    )
    sample = levels[np.ix_(rows, columns)].astype(np.float32)
    depth = edge_width(levels.shape)
    inner_rows, inner_columns = (
        (at >= depth) & (at < side - depth)
        for at, side in zip((rows, columns), levels.shape, strict=True)
    )
    on_edge = ~np.outer(inner_rows, inner_columns)
    weight = on_edge.astype(np.float32)
    terms = surface_terms(rows / height, columns / width)
    flat_terms = terms.reshape(-1, terms.shape[-1])
    for _ in range(8):
        weighted = flat_terms * weight.reshape(-1, 1)
        coefficients, *_ = np.linalg.lstsq(
            weighted.T @ flat_terms, weighted.T @ sample.ravel(), rcond=None
        )
        deviation = np.abs(sample - terms @ coefficients)
        scale = max(TOLERATED_NOISE, float(np.median(deviation[on_edge])))
        weight = 1 / (1 + (deviation / scale) ** 4)
    every = surface_terms(np.arange(height) / height, np.arange(width) / width)
    surface: NDArray[np.float32] = np.maximum(every @ coefficients, 1).astype(np.float32)
    return surface


def surface_terms(rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Terms (rows, columns, 6) of a quadratic surface over the grid of the given coordinates."""
    y, x = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def fit_into_field(ink: Ink) -> Ink:
    """Scale ink so that its box fits 20×20, and centre its mass in 28×28; the darkest becomes 1.

    Scaling and centring are one resampling step, exact to fractions of a pixel, so that one digit
    drawn at two sizes and places gives the same field.
    """
    across, down = ink.sum(axis=0), ink.sum(axis=1)
    left, right = inked_span(across)
    top, bottom = inked_span(down)
    step = max(right - left, bottom - top) / BOX
    rows = area_weights(centre_of_mass(down) - step * FIELD / 2, step, len(down))
    columns = area_weights(centre_of_mass(across) - step * FIELD / 2, step, len(across))
    field: Ink = rows @ ink @ columns.T
    return field / max(float(field.max()), 1e-6)


def bounds(inked: NDArray[np.bool_]) -> slice:
    """The part of an axis from the first place that is inked to the last."""
    places = np.flatnonzero(inked)
    return slice(int(places[0]), int(places[-1]) + 1)


def inked_span(mass: NDArray[np.float32]) -> tuple[float, float]:
    """Where along an axis the ink begins and ends, in (fractional) pixels."""
    cumulated = np.concatenate([[0.0], np.cumsum(mass, dtype=np.float64)])
    stray = STRAY_INK * cumulated[-1]
    start, end = np.interp([stray, cumulated[-1] - stray], cumulated, np.arange(len(cumulated)))
    return float(start), float(end)


def centre_of_mass(mass: NDArray[np.float32]) -> float:
    """Where along an axis the centre of mass lies, in (fractional) pixels."""
    return float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum())


def area_weights(start: float, step: float, length: int) -> NDArray[np.float32]:
    """Weights (28, length) that average a row of pixels over 28 spans of `step` from `start` on.

    Where the spans are finer than the pixels this is linear interpolation. Beyond the picture
    there is nothing to average: a span that lies there weighs nothing.
    """
    middle = start + (np.arange(FIELD, dtype=np.float32)[:, None] + np.float32(0.5)) * step
    reach = max(step, 1.0) / 2
    # How much of each span lies before each pixel's edge: the overlap is what an edge adds.
    edges = np.arange(length + 1, dtype=np.float32)
    before = np.minimum(np.maximum(edges, middle - reach), middle + reach)
    weights: NDArray[np.float32] = (before[:, 1:] - before[:, :-1]) / (2 * reach)
    return weights
