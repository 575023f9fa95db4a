"""What people draw, post and scribble that is no digit: shapes, scribbles, pairs, textures.

Strokes are in a box of about height 1, y down, varied at random; see fonts.py for letters.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing import FIELD
from training.data.rasterize import Random, Stroke, stroke

PAIR = 48
"""Pixels a side of a picture that shows two digits of 28×28 side by side."""


def polygon(random: Random, corners: int) -> Stroke:
    """A closed polygon, its corners on a circle of width 1, turned at random."""
    turn = random.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, corners + 1)
    return np.stack([np.cos(turn) / 2, np.sin(turn) / 2], axis=1)


def triangle(random: Random) -> list[Stroke]:
    return [polygon(random, 3)]


def rectangle(random: Random) -> list[Stroke]:
    width = random.uniform(0.5, 1.8)
    return [stroke((0, 0), (width, 0), (width, 1), (0, 1), (0, 0))]


def diamond(random: Random) -> list[Stroke]:
    width = random.uniform(0.35, 0.6)
    return [stroke((width, 0), (2 * width, 0.5), (width, 1), (0, 0.5), (width, 0))]


def star(random: Random) -> list[Stroke]:
    turn = random.uniform(0, 2 * np.pi) + np.arange(6) * 4 * np.pi / 5
    return [np.stack([np.cos(turn), np.sin(turn)], axis=1)]


def cross(random: Random) -> list[Stroke]:
    tilt = random.uniform(-0.2, 0.2)
    if random.random() < 0.5:
        return [stroke((0, 0.5 + tilt), (1, 0.5)), stroke((0.5, 0), (0.5 + tilt, 1))]
    return [stroke((0, 0), (1, 1)), stroke((1, 0), (tilt, 1))]


def arrow(random: Random) -> list[Stroke]:
    turn = random.integers(4) * np.pi / 2
    head = random.uniform(0.2, 0.4)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shaft = stroke((0, 0), (0, 1))
    return [shaft @ matrix, stroke((-head, head), (0, 0), (head, head)) @ matrix]


def zigzag(random: Random) -> list[Stroke]:
    peaks = int(random.integers(4, 9))
    across = np.linspace(0, random.uniform(1, 2), peaks)
    heights = np.where(np.arange(peaks) % 2, 0.0, random.uniform(0.3, 0.8))
    return [np.stack([across, heights], axis=1)]


def wave(random: Random) -> list[Stroke]:
    across = np.linspace(0, 1, 24)
    height = random.uniform(0.1, 0.3) * np.sin(across * 2 * np.pi * random.uniform(1, 3.5))
    return [np.stack([across * random.uniform(1, 1.6), height], axis=1)]


def spiral(random: Random) -> list[Stroke]:
    turn = np.linspace(0, 2 * np.pi * random.uniform(2, 4), 40)
    way = random.choice([-1, 1])
    return [np.stack([way * turn * np.cos(turn), turn * np.sin(turn)], axis=1)]


def lines(random: Random) -> list[Stroke]:
    """Parallel lines, level or upright, or a level one alone."""
    count, gap = int(random.integers(1, 5)), random.uniform(0.25, 0.5)
    level = [stroke((0, at * gap), (1, at * gap + random.normal(0, 0.03))) for at in range(count)]
    return [line[:, ::-1] for line in level] if count > 1 and random.random() < 0.5 else level


def face(random: Random) -> list[Stroke]:
    turn = np.linspace(0, 2 * np.pi, 20)
    round_ = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    grin = np.linspace(0.2 * np.pi, 0.8 * np.pi, 6)
    curve = random.choice([-1, 1]) * np.sin(grin)
    mouth = np.stack([np.cos(grin) / 2, curve / 2 + 0.1], axis=1)
    eye = random.uniform(0.03, 0.12)
    return [round_, round_ * eye - [0.35, 0.3], round_ * eye - [-0.35, 0.3], mouth]


def grid(random: Random) -> list[Stroke]:
    cells = int(random.integers(2, 5))
    across = [stroke((0, at), (cells, at)) for at in range(cells + 1)]
    down = [stroke((at, 0), (at, cells)) for at in range(cells + 1)]
    inner = slice(1, -1) if random.random() < 0.5 else slice(None)
    return across[inner] + down[inner]


def dots(random: Random) -> list[Stroke]:
    """A dot as a tap leaves it, or several."""
    turn = np.linspace(0, 16 * np.pi, 128)
    disc = (turn * [np.cos(turn), np.sin(turn)]).T / turn[-1] / 2
    places = random.uniform(0, 4, (int(random.integers(1, 4)), 2))
    return [disc + place for place in places]


def scribble(random: Random) -> list[Stroke]:
    """A pen let loose: one to three strokes through random points."""
    count = int(random.integers(1, 4))
    return [
        random.uniform(0, 1, (int(random.integers(12 // count + 3, 22)), 2)) for _ in range(count)
    ]


def hatching(random: Random) -> list[Stroke]:
    """A pen that goes up and down while it moves aside, as one blackens an area."""
    turns = int(random.integers(8, 24))
    across = np.linspace(0, 1, turns)
    heights = np.where(np.arange(turns) % 2, 0.0, 1.0) + random.normal(0, 0.1, turns)
    slant = random.uniform(-0.5, 0.5)
    return [np.stack([across + slant * heights, heights], axis=1)]


def heart(random: Random) -> list[Stroke]:
    dip = random.uniform(0.15, 0.3)
    return [stroke((0.5, dip), (0.75, 0), (1, 0.25), (0.5, 1), (0, 0.25), (0.25, 0), (0.5, dip))]


def house(random: Random) -> list[Stroke]:
    eaves = random.uniform(0.3, 0.5)
    return [stroke((0, eaves), (0.5, 0), (1, eaves), (1, 1), (0, 1), (0, eaves), (1, eaves))]


def flower(random: Random) -> list[Stroke]:
    turn = np.linspace(0, 2 * np.pi, 60)
    radius = 1 + random.uniform(0.3, 0.6) * np.cos(turn * int(random.integers(4, 7)))
    petals = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    return [petals, petals * 0.2]


def tick(random: Random) -> list[Stroke]:
    low = random.uniform(0.25, 0.4)
    return [stroke((0, 0.6), (low, 1), (1, 0))]


def envelope(random: Random) -> list[Stroke]:
    width = random.uniform(1.2, 1.8)
    return [
        stroke((0, 0), (width, 0), (width, 1), (0, 1), (0, 0)),
        stroke((0, 0), (width / 2, 0.55), (width, 0)),
    ]


def fish(random: Random) -> list[Stroke]:
    belly = random.uniform(0.3, 0.5)
    upper = stroke((1.6, -belly), (1.2, 0), (0.6, belly), (0, 0), (0.6, -belly), (1.2, 0))
    return [np.concatenate([upper, stroke((1.6, belly))])]


SHAPES: list[Callable[[Random], list[Stroke]]] = [
    triangle, rectangle, diamond, star, cross, arrow, zigzag, wave, spiral, lines, face, grid, dots,
]  # fmt: skip
UNSEEN_SHAPES: list[Callable[[Random], list[Stroke]]] = [heart, house, flower, tick, envelope, fish]
"""Kept for evaluation: a model that knows what a digit is refuses them without having met them."""
SCRIBBLES: list[Callable[[Random], list[Stroke]]] = [scribble, scribble, hatching]


def draw_others(
    kinds: Sequence[Callable[[Random], list[Stroke]]], count: int, seed: int
) -> list[list[Stroke]]:
    """Strokes of `count` drawings, the kinds in turn; the same for the same seed."""
    random = np.random.default_rng(seed)
    return [kinds[number % len(kinds)](random) for number in range(count)]


def side_by_side(digits: NDArray[np.uint8], count: int, seed: int) -> NDArray[np.uint8]:
    """Pictures (count, PAIR, PAIR) of two of the digits (n, 28, 28) beside each other."""
    random = np.random.default_rng(seed)
    pictures = np.zeros((count, PAIR, PAIR), dtype=np.uint8)
    top = (PAIR - FIELD) // 2
    for picture in pictures:
        left, right = digits[random.integers(len(digits), size=2)]
        gap = random.integers(17, 21)
        start = (PAIR - FIELD - gap) // 2
        for digit, at in ((left, start), (right, start + gap)):
            row = top + random.integers(-2, 3)
            part = picture[row : row + FIELD, at : at + FIELD]
            np.maximum(part, digit[:, : part.shape[1]], out=part)
    return pictures


def texture(random: Random, side: int) -> NDArray[np.float32]:
    """A picture (side, side) in [0, 1] with the statistics of a photograph, but of nothing.

    Either noise with a power-law spectrum, or discs that cover each other ("dead leaves": Lee,
    Mumford, Huang, "Occlusion models for natural images", IJCV 2001).
    """
    y, x = np.mgrid[:side, :side]
    if random.random() < 0.4:
        frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None])
        frequency[0, 0] = 1
        spectrum = np.fft.fft2(random.normal(size=(side, side)))
        picture = np.fft.ifft2(spectrum / frequency ** random.uniform(0.5, 2)).real
    else:
        picture = np.zeros((side, side))
        for _ in range(int(random.integers(4, 80))):
            radius = min(random.pareto(2) + 0.05, 1) * side / 2
            centre_x, centre_y = random.uniform(0, side, 2)
            shape = random.uniform(0.4, 2.5)
            turn = random.uniform(0, np.pi)
            along = (x - centre_x) * np.cos(turn) + (y - centre_y) * np.sin(turn)
            aside = (y - centre_y) * np.cos(turn) - (x - centre_x) * np.sin(turn)
            if random.random() < 0.5:
                covered = along**2 * shape + aside**2 / shape < radius**2
            else:
                covered = (abs(along) * shape < radius) & (abs(aside) / shape < radius)
            picture[covered] = random.random()
        picture += random.normal(0, random.uniform(0, 0.08), picture.shape)
    low, high = np.percentile(picture, (1, 99))
    levels: NDArray[np.float64] = (picture - low) / max(high - low, 1e-6)
    return levels.clip(0, 1).astype(np.float32)
