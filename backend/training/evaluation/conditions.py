"""Strokes as people send them: drawn on any paper, seen in any light, as the bytes of a file.

Each condition in CONDITIONS draws one digit and spoils it in one way.
"""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from training.data.rasterize import Random, Stroke, draw

PAPER = 400
"""Pixels a side."""

ANY_SIZE, ANY_PEN = (0.25, 0.9), (0.01, 0.1)
"""Longer side of the drawing, brush included, and width of the brush: shares of the paper."""

USUAL_SIZE, USUAL_PEN = (0.4, 0.8), (0.02, 0.06)
"""Where a condition is about something else."""

Grey = NDArray[np.float32]
"""Grey levels (height, width) in [0, 255]."""


def drawn(
    strokes: list[Stroke],
    random: Random,
    sizes: tuple[float, float] = USUAL_SIZE,
    pens: tuple[float, float] = USUAL_PEN,
    paper: tuple[int, int] = (PAPER, PAPER),
) -> NDArray[np.float32]:
    """Ink in [0, 1], shaped like the paper (width, height), of strokes at a random place."""
    side = min(paper)
    pen = random.uniform(*pens) * side
    extent = random.uniform(*sizes) * side - pen
    reach = (extent + pen) / 2
    x, y = (float(random.uniform(reach, length - reach)) for length in paper)
    return draw(strokes, extent, (x, y), pen, paper)


def encoded(levels: NDArray[np.float32], file_format: str = "PNG", **options: int) -> bytes:
    """Grey or colour levels in [0, 255] as the bytes of a picture file."""
    buffer = BytesIO()
    picture = Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def black_on_white(ink: NDArray[np.float32]) -> Grey:
    return 255 * (1 - ink)


def any_size(strokes: list[Stroke], random: Random) -> bytes:
    """Black on white, at any size and place, with any pen."""
    return encoded(black_on_white(drawn(strokes, random, ANY_SIZE, ANY_PEN)))


def white_on_black(strokes: list[Stroke], random: Random) -> bytes:
    return encoded(255 * drawn(strokes, random))


def colour_on_colour(strokes: list[Stroke], random: Random) -> bytes:
    """Two random colours, at least half a channel's range apart."""
    ink = drawn(strokes, random)[..., None]
    while True:
        paper, pen = random.uniform(0, 255, (2, 3)).astype(np.float32)
        if np.linalg.norm(paper - pen) >= 128:
            return encoded(paper * (1 - ink) + pen * ink)


def low_contrast(strokes: list[Stroke], random: Random) -> bytes:
    return encoded(200 - 50 * drawn(strokes, random))


def on_transparency(strokes: list[Stroke], random: Random) -> bytes:
    ink = 255 * drawn(strokes, random)
    return encoded(np.stack([np.zeros_like(ink)] * 3 + [ink], axis=-1))


def photo(strokes: list[Stroke], random: Random) -> bytes:
    """Pen on paper by the light of a lamp at one side, with the grain and JPEG of a phone."""
    ink = drawn(strokes, random)
    turn = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : PAPER * 1j, -1 : 1 : PAPER * 1j]
    light = 1 + random.uniform(0.1, 0.35) * (x * np.cos(turn) + y * np.sin(turn))
    levels = 170 * light * (1 - random.uniform(0.5, 0.8) * ink)
    grain = random.normal(0, random.uniform(2, 8), levels.shape)
    return encoded((levels + grain).astype(np.float32), "JPEG", quality=80)


def coarse_jpeg(strokes: list[Stroke], random: Random) -> bytes:
    return encoded(black_on_white(drawn(strokes, random)), "JPEG", quality=25)


def rotated(strokes: list[Stroke], random: Random) -> bytes:
    """Turned by 15° to the left or to the right."""
    turn = np.deg2rad(random.choice([-15, 15]))
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return encoded(black_on_white(drawn([stroke @ matrix for stroke in strokes], random)))


def blurred(strokes: list[Stroke], random: Random) -> bytes:
    """By a bell of 3 pixels' deviation."""
    levels = black_on_white(drawn(strokes, random)).round().astype(np.uint8)
    soft = Image.fromarray(levels).filter(ImageFilter.GaussianBlur(3))
    return encoded(np.asarray(soft, dtype=np.float32))


def small(strokes: list[Stroke], random: Random) -> bytes:
    return encoded(black_on_white(drawn(strokes, random, paper=(48, 48))))


def wide(strokes: list[Stroke], random: Random) -> bytes:
    return encoded(black_on_white(drawn(strokes, random, paper=(1600, 600))))


def hair_thin(strokes: list[Stroke], random: Random) -> bytes:
    """A pen of one pixel."""
    return encoded(black_on_white(drawn(strokes, random, pens=(1 / PAPER, 1 / PAPER))))


def fat(strokes: list[Stroke], random: Random) -> bytes:
    """A pen of a tenth of the paper."""
    return encoded(black_on_white(drawn(strokes, random, pens=(0.1, 0.1))))


CONDITIONS: dict[str, Callable[[list[Stroke], Random], bytes]] = {
    "white on black": white_on_black,
    "colour on colour": colour_on_colour,
    "low contrast, 150 on 200": low_contrast,
    "ink on transparency": on_transparency,
    "shaded, noisy photo": photo,
    "JPEG of quality 25": coarse_jpeg,
    "turned by 15°": rotated,
    "blurred by 3 px": blurred,
    "48×48 px": small,
    "1600×600 px": wide,
    "hair-thin pen, 1 px": hair_thin,
    "fat pen, 40 px": fat,
}
