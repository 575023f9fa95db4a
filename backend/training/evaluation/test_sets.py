"""What a released model is judged on, as picture files; nothing here is learned from or tuned to.

Every set is read once for each released model, by evaluate.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import skimage
from numpy.typing import NDArray
from PIL import Image, ImageFont

from training.data.datasets import (
    load_mnist_test,
    load_pen_digits_test,
    load_semeion_test,
)
from training.data.fonts import (
    DIGITS,
    GLYPH,
    LETTERS,
    LOOKALIKES,
    SIGNS,
    glyph_of_size,
    has,
    test_fonts,
)
from training.data.non_digits import SCRIBBLES, SHAPES, UNSEEN_SHAPES, draw_others, side_by_side
from training.data.rasterize import Random, Stroke, smooth, wobble
from training.data.sources import as_strokes, shaped, with_lifts
from training.data.synthetic_digits import one_with_upstroke, seven
from training.evaluation.conditions import (
    ANY_SIZE,
    CONDITIONS,
    PAPER,
    any_size,
    black_on_white,
    encoded,
)

SEED = 44

OTHERS = 1_000
"""Pictures of each kind that is no digit, where they are made."""

TURN = 0.2
"""Radians: how far the 1s and 7s are turned either way, whatever training does with others."""

PHOTOGRAPHS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png",
    "coffee.png", "coins.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png",
    "moon.png", "motorcycle_left.png", "retina.jpg", "rocket.jpg",
)  # fmt: skip
"""Of scikit-image, which says where each comes from: cats, coffee, coins, the moon."""


@dataclass(frozen=True)
class TestSet:
    """Pictures with the digits that they show."""

    __test__ = False  # nor is it a test of pytest's

    name: str
    labels: NDArray[np.int64]
    """(n,), 0 to 9."""
    pictures: Callable[[], Iterator[bytes]]
    """The files, each time the same."""


@dataclass(frozen=True)
class Others:
    """Pictures that show no digit."""

    name: str
    count: int
    pictures: Callable[[], Iterator[bytes]]


def digit_sets() -> list[TestSet]:
    """Digits of people, and two sets of drawn ones."""
    mnist, pen_digits, semeion = load_mnist_test(), load_pen_digits_test(), load_semeion_test()
    paths = smooth_strokes(as_strokes(pen_digits))
    random = np.random.default_rng(SEED)
    ones = draw_others([one_with_upstroke, seven], 2 * OTHERS, SEED)
    wobbly = smooth_strokes([wobble(strokes, random, TURN) for strokes in ones])
    hands = [(font, digit) for font in test_fonts() for digit in DIGITS] * 10
    return [
        TestSet("MNIST test set", mnist.labels, partial(scans, mnist.pictures)),
        TestSet("pen digits, 14 other writers", pen_digits.labels, drawing(paths)),
        TestSet("Semeion, other half", semeion.labels, partial(scans, shaped(semeion).pictures)),
        TestSet("1 with upstroke against 7", np.tile([1, 7], OTHERS), drawing(wobbly)),
        TestSet(
            "digits of unseen fonts",
            np.array([int(digit) for _, digit in hands]),
            partial(typed, hands),
        ),
    ]


def lifted_set() -> TestSet:
    """The pen digits of the 14 other writers, as far as can be told in the strokes they drew."""
    pen_digits = load_pen_digits_test()
    paths = smooth_strokes(with_lifts(pen_digits))
    return TestSet("these pen digits, lifts put back", pen_digits.labels, drawing(paths))


def condition_sets() -> list[TestSet]:
    """Every third pen digit of the 14 other writers, under each condition."""
    pen_digits = load_pen_digits_test()
    paths = smooth_strokes(as_strokes(pen_digits))[::3]
    labels = pen_digits.labels[::3]
    return [TestSet(name, labels, drawing(paths, draw)) for name, draw in CONDITIONS.items()]


def other_sets() -> list[Others]:
    """What is no digit; letters that look like one come last and are judged apart."""
    mnist = load_mnist_test()
    pairs = side_by_side(mnist.pictures, OTHERS, SEED)
    kinds = {
        "shapes met in training": SHAPES,
        "shapes never met": UNSEEN_SHAPES,
        "scribbles": SCRIBBLES,
    }
    drawn = [
        Others(name, OTHERS, drawing(draw_others(kind, OTHERS, SEED)))
        for name, kind in kinds.items()
    ]
    return [
        *(
            writing(name, characters)
            for name, characters in (("letters", LETTERS), ("signs", SIGNS))
        ),
        *drawn,
        Others("two digits side by side", OTHERS, partial(scans, pairs)),
        Others("photographs", OTHERS, photographs),
        writing("letters that look like digits", LOOKALIKES),
    ]


def writing(name: str, characters: str) -> Others:
    """Characters in unseen fonts, each at any size and place."""
    hands = [
        (path, character)
        for path in test_fonts()
        for character in characters
        if has(ImageFont.truetype(path, GLYPH), character)
    ]
    return Others(name, len(hands), partial(typed, hands))


def scans(pictures: NDArray[np.uint8]) -> Iterator[bytes]:
    """Scanned digits (n, height, width) as they are, white on black."""
    return (encoded(picture.astype(np.float32)) for picture in pictures)


def smooth_strokes(drawings: list[list[Stroke]]) -> list[list[Stroke]]:
    """As a pen draws between the few points that were kept."""
    return [[smooth(stroke) for stroke in strokes] for strokes in drawings]


def drawing(
    drawings: Sequence[list[Stroke]], draw: Callable[[list[Stroke], Random], bytes] = any_size
) -> Callable[[], Iterator[bytes]]:
    """Draws them all, at sizes, places and with pens that are the same each time."""

    def pictures() -> Iterator[bytes]:
        random = np.random.default_rng(SEED)
        return (draw(strokes, random) for strokes in drawings)

    return pictures


def typed(hands: Sequence[tuple[Path, str]]) -> Iterator[bytes]:
    """Characters of fonts, black on white, at any size and place."""
    random = np.random.default_rng(SEED)
    for path, character in hands:
        font = ImageFont.truetype(path, GLYPH)
        glyph = glyph_of_size(font, character, round(random.uniform(*ANY_SIZE) * PAPER))
        top, left = (int(random.integers(PAPER - side + 1)) for side in glyph.shape)
        ink = np.zeros((PAPER, PAPER), dtype=np.float32)
        ink[top : top + glyph.shape[0], left : left + glyph.shape[1]] = glyph / 255
        yield encoded(black_on_white(ink))


def photographs() -> Iterator[bytes]:
    """Random cuttings of photographs, at least an eighth of their shorter side."""
    random = np.random.default_rng(SEED)
    folder = Path(skimage.__file__).parent / "data"
    whole = [Image.open(folder / name).convert("RGB") for name in PHOTOGRAPHS]
    for number in range(OTHERS):
        picture = whole[number % len(whole)]
        side = int(random.uniform(1 / 8, 1) * min(picture.size))
        left, top = (int(random.integers(length - side + 1)) for length in picture.size)
        cutting = picture.crop((left, top, left + side, top + side)).resize((PAPER, PAPER))
        yield encoded(np.asarray(cutting, dtype=np.float32), "JPEG", quality=85)
