"""Test sets, as image files, that nothing is trained on or tuned to.

Each is read once at each release of models or of the library's way to search, by `make evaluate`.
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
    GLYPH_SIZE,
    LETTERS,
    LOOKALIKES,
    SIGNS,
    cropped_glyph,
    has_glyph,
    test_fonts,
)
from training.data.non_digits import (
    SCRIBBLES,
    SHAPES,
    UNSEEN_SHAPES,
    sample_drawings,
)
from training.data.pen_lifts import joined_strokes, split_strokes
from training.data.pen_paths import (
    PenPaths,
    load_uji,
    load_unipen_digits,
    load_unipen_others,
    sample_by_writer,
)
from training.data.rasterize import Stroke, perturb, smooth
from training.data.sources import restore_aspect_ratio
from training.data.synthetic_digits import one_with_upstroke, seven
from training.evaluation.conditions import (
    CONDITIONS,
    PAPER,
    SIZE_RANGE,
    Renderer,
    any_size,
    black_on_white,
    encode,
)
from training.evaluation.scene_sets import (
    GROUNDS,
    SCENES_OF_GROUND,
    WITHOUT_DIGITS,
    scenes_without_digits,
    unseen_hands,
)

SEED = 44

SAMPLES = 1_000
"""Number of images in each generated test set, or of each digit in it."""

RENDERINGS = 5
"""How often each whole pen path is drawn, at another size and place and with another pen."""

MAX_PER_WRITER = 100
"""Most characters of one UNIPEN writer, lest one hand decide the result."""

MAX_ROTATION = 0.2
"""Radians by which the 1s and 7s are rotated, either way; independent of training."""

LOOK_LIKE_DIGITS = "look like digits"
"""Part of the names of the test sets that are reported apart."""

PHOTOS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png",
    "coffee.png", "coins.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png",
    "moon.png", "motorcycle_left.png", "retina.jpg", "rocket.jpg",
)  # fmt: skip
"""Photos that scikit-image contains and whose origins it documents: cats, coffee, coins, …"""


@dataclass(frozen=True)
class DigitTestSet:
    """Image files with the digits that they show."""

    name: str
    labels: NDArray[np.int64]
    """(n,), 0 to 9."""
    files: Callable[[], Iterator[bytes]]
    """Iterates over the files, the same ones in each call."""


@dataclass(frozen=True)
class NonDigitTestSet:
    """Image files that show no digit."""

    name: str
    count: int
    files: Callable[[], Iterator[bytes]]
    """Iterates over the files, the same ones in each call."""


def digit_sets() -> list[DigitTestSet]:
    """Return the test sets of handwritten digits, then two of synthetic ones."""
    mnist, pen_digits, semeion = load_mnist_test(), load_pen_digits_test(), load_semeion_test()
    unipen = sample_by_writer(load_unipen_digits("test"), MAX_PER_WRITER, 1, SEED)
    paths = smooth_all(joined_strokes(pen_digits))
    rng = np.random.default_rng(SEED)
    ones_and_sevens = sample_drawings([one_with_upstroke, seven], 2 * SAMPLES, SEED)
    perturbed = smooth_all([perturb(strokes, rng, MAX_ROTATION) for strokes in ones_and_sevens])
    font_digits = [(font, digit) for font in test_fonts() for digit in DIGITS] * 10
    return [
        DigitTestSet("MNIST test set", mnist.labels, partial(raster_images, mnist.images)),
        pen_paths_set("UJI, 60 other writers", load_uji()),
        pen_paths_set("UNIPEN, 22 other writers", unipen),
        DigitTestSet("pen digits, 14 other writers", pen_digits.labels, rendered(paths)),
        DigitTestSet(
            "Semeion, other half",
            semeion.labels,
            partial(raster_images, restore_aspect_ratio(semeion).images),
        ),
        DigitTestSet("1 with upstroke vs. 7", np.tile([1, 7], SAMPLES), rendered(perturbed)),
        DigitTestSet(
            "digits in unseen fonts",
            np.array([int(digit) for _, digit in font_digits]),
            partial(glyph_images, font_digits),
        ),
    ]


def pen_paths_set(name: str, digits: PenPaths) -> DigitTestSet:
    """Return a test set in which each digit is drawn RENDERINGS times."""
    labels = np.tile(digits.labels.astype(np.int64), RENDERINGS)
    return DigitTestSet(name, labels, rendered(smooth_all(digits.drawings) * RENDERINGS))


def pen_lifts_set() -> DigitTestSet:
    """Return the 14 other writers' pen digits, split at reconstructed pen lifts."""
    pen_digits = load_pen_digits_test()
    paths = smooth_all(split_strokes(pen_digits))
    return DigitTestSet("these pen digits, split at pen lifts", pen_digits.labels, rendered(paths))


def condition_sets() -> list[DigitTestSet]:
    """Return UJI's digits under each condition."""
    digits = load_uji()
    drawings, labels = smooth_all(digits.drawings), digits.labels.astype(np.int64)
    return [
        DigitTestSet(name, labels, rendered(drawings, renderer))
        for name, renderer in CONDITIONS.items()
    ]


def non_digit_sets() -> list[NonDigitTestSet]:
    """Return the test sets of non-digits.

    Those that look like digits (LOOK_LIKE_DIGITS) come last, because they are reported apart.
    """
    hands = unseen_hands()
    kinds = {
        "shapes seen in training": SHAPES,
        "unseen shapes": UNSEEN_SHAPES,
        "scribbles": SCRIBBLES,
    }
    drawings = [
        NonDigitTestSet(name, SAMPLES, rendered(sample_drawings(samplers, SAMPLES, SEED)))
        for name, samplers in kinds.items()
    ]
    return [
        unipen_set("UNIPEN letters and signs, 22 other writers", lookalikes=False),
        glyph_set("letters", LETTERS),
        glyph_set("signs", SIGNS),
        *drawings,
        NonDigitTestSet("photos", SAMPLES, photo_crops),
        *(
            NonDigitTestSet(
                name,
                len(GROUNDS) * SCENES_OF_GROUND,
                partial(scenes_without_digits, hands, write),
            )
            for name, write in WITHOUT_DIGITS.items()
        ),
        unipen_set(f"UNIPEN letters and signs that {LOOK_LIKE_DIGITS}", lookalikes=True),
        glyph_set(f"letters that {LOOK_LIKE_DIGITS}", LOOKALIKES),
    ]


def unipen_set(name: str, *, lookalikes: bool) -> NonDigitTestSet:
    """Return a test set of UNIPEN's letters and signs by writers that are not learned from."""
    others = load_unipen_others("test", lookalikes=lookalikes)
    drawings = smooth_all(sample_by_writer(others, MAX_PER_WRITER, 1, SEED).drawings)
    return NonDigitTestSet(name, len(drawings), rendered(drawings))


def glyph_set(name: str, characters: str) -> NonDigitTestSet:
    """Return a test set of the given characters in unseen fonts, at any size and place."""
    glyphs = [
        (path, character)
        for path in test_fonts()
        for character in characters
        if has_glyph(ImageFont.truetype(path, GLYPH_SIZE), character)
    ]
    return NonDigitTestSet(name, len(glyphs), partial(glyph_images, glyphs))


def raster_images(images: NDArray[np.uint8]) -> Iterator[bytes]:
    """Yield images (n, height, width) as files, unchanged: white on black."""
    return (encode(image.astype(np.float32)) for image in images)


def smooth_all(drawings: Sequence[list[Stroke]]) -> list[list[Stroke]]:
    """Return drawings as a pen draws them between the few points that were recorded."""
    return [[smooth(stroke) for stroke in strokes] for strokes in drawings]


def rendered(
    drawings: Sequence[list[Stroke]], renderer: Renderer = any_size
) -> Callable[[], Iterator[bytes]]:
    """Return a function that renders the drawings as files, the same ones in each call."""

    def files() -> Iterator[bytes]:
        rng = np.random.default_rng(SEED)
        return (renderer(strokes, rng) for strokes in drawings)

    return files


def glyph_images(glyphs: Sequence[tuple[Path, str]]) -> Iterator[bytes]:
    """Yield characters of fonts as files: black on white, at any size and place."""
    rng = np.random.default_rng(SEED)
    for path, character in glyphs:
        font = ImageFont.truetype(path, GLYPH_SIZE)
        glyph = cropped_glyph(font, character, round(rng.uniform(*SIZE_RANGE) * PAPER))
        top, left = (int(rng.integers(PAPER - side + 1)) for side in glyph.shape)
        ink = np.zeros((PAPER, PAPER), dtype=np.float32)
        ink[top : top + glyph.shape[0], left : left + glyph.shape[1]] = glyph / 255
        yield encode(black_on_white(ink))


def photo_crops() -> Iterator[bytes]:
    """Yield random square crops of photos as JPEG files.

    The side is at least an eighth of the photo's shorter side.
    """
    rng = np.random.default_rng(SEED)
    folder = Path(skimage.__file__).parent / "data"
    photos = [Image.open(folder / name).convert("RGB") for name in PHOTOS]
    for number in range(SAMPLES):
        photo = photos[number % len(photos)]
        side = int(rng.uniform(1 / 8, 1) * min(photo.size))
        left, top = (int(rng.integers(length - side + 1)) for length in photo.size)
        crop = photo.crop((left, top, left + side, top + side)).resize((PAPER, PAPER))
        yield encode(np.asarray(crop, dtype=np.float32), "JPEG", quality=85)
