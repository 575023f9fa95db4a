"""Non-digits: shapes, scribbles, pairs of digits and textures, varied at random.

Strokes are in a bounding box about 1 unit high, with y pointing down. Letters are in fonts.py.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing import INPUT_SIZE
from training.data.rasterize import Sampler, Stroke, stroke

PAIR_SIZE = 48
"""Side, in pixels, of an image that shows two digits of 28×28 side by side."""


def polygon(rng: np.random.Generator, corners: int) -> Stroke:
    """Return a closed regular polygon in a circle of diameter 1, rotated at random."""
    turn = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, corners + 1)
    return np.stack([np.cos(turn) / 2, np.sin(turn) / 2], axis=1)


def triangle(rng: np.random.Generator) -> list[Stroke]:
    return [polygon(rng, 3)]


def rectangle(rng: np.random.Generator) -> list[Stroke]:
    width = rng.uniform(0.5, 1.8)
    return [stroke((0, 0), (width, 0), (width, 1), (0, 1), (0, 0))]


def diamond(rng: np.random.Generator) -> list[Stroke]:
    width = rng.uniform(0.35, 0.6)
    return [stroke((width, 0), (2 * width, 0.5), (width, 1), (0, 0.5), (width, 0))]


def star(rng: np.random.Generator) -> list[Stroke]:
    turn = rng.uniform(0, 2 * np.pi) + np.arange(6) * 4 * np.pi / 5
    return [np.stack([np.cos(turn), np.sin(turn)], axis=1)]


def cross(rng: np.random.Generator) -> list[Stroke]:
    tilt = rng.uniform(-0.2, 0.2)
    if rng.random() < 0.5:
        return [stroke((0, 0.5 + tilt), (1, 0.5)), stroke((0.5, 0), (0.5 + tilt, 1))]
    return [stroke((0, 0), (1, 1)), stroke((1, 0), (tilt, 1))]


def arrow(rng: np.random.Generator) -> list[Stroke]:
    turn = rng.integers(4) * np.pi / 2
    head = rng.uniform(0.2, 0.4)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shaft = stroke((0, 0), (0, 1))
    return [shaft @ matrix, stroke((-head, head), (0, 0), (head, head)) @ matrix]


def zigzag(rng: np.random.Generator) -> list[Stroke]:
    peaks = int(rng.integers(4, 9))
    across = np.linspace(0, rng.uniform(1, 2), peaks)
    heights = np.where(np.arange(peaks) % 2, 0.0, rng.uniform(0.3, 0.8))
    return [np.stack([across, heights], axis=1)]


def wave(rng: np.random.Generator) -> list[Stroke]:
    across = np.linspace(0, 1, 24)
    height = rng.uniform(0.1, 0.3) * np.sin(across * 2 * np.pi * rng.uniform(1, 3.5))
    return [np.stack([across * rng.uniform(1, 1.6), height], axis=1)]


def spiral(rng: np.random.Generator) -> list[Stroke]:
    turn = np.linspace(0, 2 * np.pi * rng.uniform(2, 4), 40)
    direction = rng.choice([-1, 1])
    return [np.stack([direction * turn * np.cos(turn), turn * np.sin(turn)], axis=1)]


def lines(rng: np.random.Generator) -> list[Stroke]:
    """Return parallel lines, horizontal or vertical, or one horizontal line."""
    count, gap = int(rng.integers(1, 5)), rng.uniform(0.25, 0.5)
    horizontal = [stroke((0, at * gap), (1, at * gap + rng.normal(0, 0.03))) for at in range(count)]
    vertical = count > 1 and rng.random() < 0.5
    return [line[:, ::-1] for line in horizontal] if vertical else horizontal


def face(rng: np.random.Generator) -> list[Stroke]:
    turn = np.linspace(0, 2 * np.pi, 20)
    round_ = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    grin = np.linspace(0.2 * np.pi, 0.8 * np.pi, 6)
    curve = rng.choice([-1, 1]) * np.sin(grin)
    mouth = np.stack([np.cos(grin) / 2, curve / 2 + 0.1], axis=1)
    eye = rng.uniform(0.03, 0.12)
    return [round_, round_ * eye - [0.35, 0.3], round_ * eye - [-0.35, 0.3], mouth]


def grid(rng: np.random.Generator) -> list[Stroke]:
    cells = int(rng.integers(2, 5))
    across = [stroke((0, at), (cells, at)) for at in range(cells + 1)]
    down = [stroke((at, 0), (at, cells)) for at in range(cells + 1)]
    inner = slice(1, -1) if rng.random() < 0.5 else slice(None)
    return across[inner] + down[inner]


def dots(rng: np.random.Generator) -> list[Stroke]:
    """Return one to three filled dots, each like that of a tap."""
    turn = np.linspace(0, 16 * np.pi, 128)
    disc = (turn * [np.cos(turn), np.sin(turn)]).T / turn[-1] / 2
    places = rng.uniform(0, 4, (int(rng.integers(1, 4)), 2))
    return [disc + place for place in places]


def scribble(rng: np.random.Generator) -> list[Stroke]:
    """Return one to three strokes through random points."""
    count = int(rng.integers(1, 4))
    return [rng.uniform(0, 1, (int(rng.integers(12 // count + 3, 22)), 2)) for _ in range(count)]


def hatching(rng: np.random.Generator) -> list[Stroke]:
    """Return a stroke that goes up and down while moving sideways, as in filling an area."""
    turns = int(rng.integers(8, 24))
    across = np.linspace(0, 1, turns)
    heights = np.where(np.arange(turns) % 2, 0.0, 1.0) + rng.normal(0, 0.1, turns)
    slant = rng.uniform(-0.5, 0.5)
    return [np.stack([across + slant * heights, heights], axis=1)]


def heart(rng: np.random.Generator) -> list[Stroke]:
    dip = rng.uniform(0.15, 0.3)
    return [stroke((0.5, dip), (0.75, 0), (1, 0.25), (0.5, 1), (0, 0.25), (0.25, 0), (0.5, dip))]


def house(rng: np.random.Generator) -> list[Stroke]:
    eaves = rng.uniform(0.3, 0.5)
    return [stroke((0, eaves), (0.5, 0), (1, eaves), (1, 1), (0, 1), (0, eaves), (1, eaves))]


def flower(rng: np.random.Generator) -> list[Stroke]:
    turn = np.linspace(0, 2 * np.pi, 60)
    radius = 1 + rng.uniform(0.3, 0.6) * np.cos(turn * int(rng.integers(4, 7)))
    petals = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    return [petals, petals * 0.2]


def tick(rng: np.random.Generator) -> list[Stroke]:
    low = rng.uniform(0.25, 0.4)
    return [stroke((0, 0.6), (low, 1), (1, 0))]


def envelope(rng: np.random.Generator) -> list[Stroke]:
    width = rng.uniform(1.2, 1.8)
    return [
        stroke((0, 0), (width, 0), (width, 1), (0, 1), (0, 0)),
        stroke((0, 0), (width / 2, 0.55), (width, 0)),
    ]


def fish(rng: np.random.Generator) -> list[Stroke]:
    belly = rng.uniform(0.3, 0.5)
    upper = stroke((1.6, -belly), (1.2, 0), (0.6, belly), (0, 0), (0.6, -belly), (1.2, 0))
    return [np.concatenate([upper, stroke((1.6, belly))])]


SHAPES: list[Sampler] = [
    triangle, rectangle, diamond, star, cross, arrow, zigzag, wave, spiral, lines, face, grid, dots,
]  # fmt: skip
UNSEEN_SHAPES: list[Sampler] = [heart, house, flower, tick, envelope, fish]
"""Only for evaluation: a model that knows digits rejects shapes that it was not trained on."""
SCRIBBLES: list[Sampler] = [scribble, scribble, hatching]


def sample_drawings(samplers: Sequence[Sampler], count: int, seed: int) -> list[list[Stroke]]:
    """Return `count` drawings by the samplers in turn; the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    return [samplers[number % len(samplers)](rng) for number in range(count)]


def digit_pairs(digits: NDArray[np.uint8], count: int, seed: int) -> NDArray[np.uint8]:
    """Return images (count, PAIR_SIZE, PAIR_SIZE) of two of the digits (n, 28, 28) each."""
    rng = np.random.default_rng(seed)
    images = np.zeros((count, PAIR_SIZE, PAIR_SIZE), dtype=np.uint8)
    top = (PAIR_SIZE - INPUT_SIZE) // 2
    for image in images:
        left, right = digits[rng.integers(len(digits), size=2)]
        gap = rng.integers(17, 21)
        start = (PAIR_SIZE - INPUT_SIZE - gap) // 2
        for digit, at in ((left, start), (right, start + gap)):
            row = top + rng.integers(-2, 3)
            part = image[row : row + INPUT_SIZE, at : at + INPUT_SIZE]
            np.maximum(part, digit[:, : part.shape[1]], out=part)
    return images


def random_texture(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """Return an image (side, side) in [0, 1] with a photo's statistics but no subject.

    Either noise with a power-law spectrum, or ellipses and rectangles that cover each other ("dead
    leaves": Lee, Mumford, Huang, "Occlusion models for natural images", IJCV 2001).
    """
    y, x = np.mgrid[:side, :side]
    if rng.random() < 0.4:
        frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None])
        frequency[0, 0] = 1
        spectrum = np.fft.fft2(rng.normal(size=(side, side)))
        image = np.fft.ifft2(spectrum / frequency ** rng.uniform(0.5, 2)).real
    else:
        image = np.zeros((side, side))
        for _ in range(int(rng.integers(4, 80))):
            radius = min(rng.pareto(2) + 0.05, 1) * side / 2
            center_x, center_y = rng.uniform(0, side, 2)
            shape = rng.uniform(0.4, 2.5)
            angle = rng.uniform(0, np.pi)
            along = (x - center_x) * np.cos(angle) + (y - center_y) * np.sin(angle)
            across = (y - center_y) * np.cos(angle) - (x - center_x) * np.sin(angle)
            if rng.random() < 0.5:
                covered = along**2 * shape + across**2 / shape < radius**2
            else:
                covered = (abs(along) * shape < radius) & (abs(across) / shape < radius)
            image[covered] = rng.random()
        image += rng.normal(0, rng.uniform(0, 0.08), image.shape)
    low, high = np.percentile(image, (1, 99))
    levels: NDArray[np.float64] = (image - low) / max(high - low, 1e-6)
    return levels.clip(0, 1).astype(np.float32)
