"""Conditions: renders strokes as image files, on any paper and in any light.

Each function in CONDITIONS renders one digit under one difficulty.
"""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from training.data.rasterize import Stroke, rasterize, rotation

PAPER = 400
"""Side of the image, in pixels."""

SIZE_RANGE, PEN_RANGE = (0.25, 0.9), (0.01, 0.1)
"""Longer side of the drawing, brush included, and brush width: fractions of the paper's side."""

MEDIUM_SIZE_RANGE, MEDIUM_PEN_RANGE = (0.4, 0.8), (0.02, 0.06)
"""The same where a condition is about something else."""

GrayLevels = NDArray[np.float32]
"""Gray levels (height, width) in [0, 255]."""

Renderer = Callable[[list[Stroke], np.random.Generator], bytes]
"""Returns an image file of a drawing."""


def rasterize_at_random(
    strokes: list[Stroke],
    rng: np.random.Generator,
    sizes: tuple[float, float] = MEDIUM_SIZE_RANGE,
    pens: tuple[float, float] = MEDIUM_PEN_RANGE,
    paper: tuple[int, int] = (PAPER, PAPER),
) -> NDArray[np.float32]:
    """Return the ink (height, width) in [0, 1] of strokes at a random place.

    `sizes` and `pens` are the ranges of the drawing's longer side and the brush width, as fractions
    of the shorter side of `paper`, (width, height) in pixels.
    """
    side = min(paper)
    pen = rng.uniform(*pens) * side
    extent = rng.uniform(*sizes) * side - pen
    reach = (extent + pen) / 2
    x, y = (float(rng.uniform(reach, length - reach)) for length in paper)
    return rasterize(strokes, extent, (x, y), pen, paper)


def encode(levels: NDArray[np.float32], file_format: str = "PNG", **options: int) -> bytes:
    """Return gray or color levels in [0, 255] as an image file; `options` go to Pillow."""
    buffer = BytesIO()
    image = Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def black_on_white(ink: NDArray[np.float32]) -> GrayLevels:
    """Return ink in [0, 1] as gray levels: black on white."""
    return 255 * (1 - ink)


def any_size(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render black on white, at any size and place, with any pen."""
    return encode(black_on_white(rasterize_at_random(strokes, rng, SIZE_RANGE, PEN_RANGE)))


def white_on_black(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    return encode(255 * rasterize_at_random(strokes, rng))


def color_on_color(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render in two random colors, at least half of a channel's range apart."""
    ink = rasterize_at_random(strokes, rng)[..., None]
    while True:
        paper, pen = rng.uniform(0, 255, (2, 3)).astype(np.float32)
        if np.linalg.norm(paper - pen) >= 128:
            return encode(paper * (1 - ink) + pen * ink)


def low_contrast(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    return encode(200 - 50 * rasterize_at_random(strokes, rng))


def on_transparency(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    ink = 255 * rasterize_at_random(strokes, rng)
    return encode(np.stack([np.zeros_like(ink)] * 3 + [ink], axis=-1))


def photo(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render pen on paper lit by a lamp from one side, with a phone's noise and JPEG."""
    return photographed(rasterize_at_random(strokes, rng), rng)


def photographed(ink: NDArray[np.float32], rng: np.random.Generator) -> bytes:
    """Return a photo of ink (height, width) on paper that is lit by a lamp from one side."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : ink.shape[0] * 1j, -1 : 1 : ink.shape[1] * 1j]
    light = 1 + rng.uniform(0.1, 0.35) * (x * np.cos(angle) + y * np.sin(angle))
    levels = 170 * light * (1 - rng.uniform(0.5, 0.8) * ink)
    noise = rng.normal(0, rng.uniform(2, 8), levels.shape)
    return encode((levels + noise).astype(np.float32), "JPEG", quality=80)


def coarse_jpeg(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    return encode(black_on_white(rasterize_at_random(strokes, rng)), "JPEG", quality=25)


def rotated(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render rotated by 15° to the left or to the right."""
    turn = rotation(np.deg2rad(rng.choice([-15, 15])))
    ink = rasterize_at_random([stroke @ turn for stroke in strokes], rng)
    return encode(black_on_white(ink))


def blurred(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render with a Gaussian blur whose standard deviation is 3 pixels."""
    levels = black_on_white(rasterize_at_random(strokes, rng)).round().astype(np.uint8)
    soft = Image.fromarray(levels).filter(ImageFilter.GaussianBlur(3))
    return encode(np.asarray(soft, dtype=np.float32))


def small(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    return encode(black_on_white(rasterize_at_random(strokes, rng, paper=(48, 48))))


def wide(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    return encode(black_on_white(rasterize_at_random(strokes, rng, paper=(1600, 600))))


def hair_thin(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render with a pen of one pixel."""
    ink = rasterize_at_random(strokes, rng, pens=(1 / PAPER, 1 / PAPER))
    return encode(black_on_white(ink))


def thick(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Render with a pen of a tenth of the paper's side."""
    return encode(black_on_white(rasterize_at_random(strokes, rng, pens=(0.1, 0.1))))


CONDITIONS: dict[str, Renderer] = {
    "white on black": white_on_black,
    "color on color": color_on_color,
    "low contrast, 150 on 200": low_contrast,
    "ink on transparency": on_transparency,
    "shaded, noisy photo": photo,
    "JPEG at quality 25": coarse_jpeg,
    "rotated by 15°": rotated,
    "blurred by 3 px": blurred,
    "48×48 px": small,
    "1600×600 px": wide,
    "hair-thin pen, 1 px": hair_thin,
    "thick pen, 40 px": thick,
}
