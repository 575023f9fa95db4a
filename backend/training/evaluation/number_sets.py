"""Test sets of numbers, as image files, that nothing is trained on or tuned to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from training.data.datasets import Digits, load_mnist_test
from training.data.numbers import load_whole_numbers
from training.data.pen_paths import PenPaths, load_uji, load_unipen_others
from training.data.rasterize import Stroke, rasterize, rotation, smooth
from training.evaluation.conditions import encode, photographed
from training.finder.canvas import bounds
from training.finder.pens import Hands, hands_of
from training.finder.signs import random_sign
from training.finder.writing import stop

SEED = 45

RENDERINGS = 5
"""How often each of UNIPEN's numbers is drawn, at another size and with another pen."""

PER_WRITER = 10
"""Numbers, and touching pairs, composed of each writer's digits."""

SCAN_PAIRS = 500
"""Images of two of MNIST's digits."""

PAGES, PAGE_SIZE = 200, (2_400, 1_800)
"""Photos of a page with one number, and their width and height in pixels."""

LINE_HEIGHTS = (0.02, 0.04)
"""Of a number's ink on a page, as a fraction of the page's."""

LENGTHS = (2, 8)
"""Digits of a composed number, from and to."""

GAPS, GAP_SPREAD = (-0.1, 0.9), 0.04
"""Between neighbors: the range of their mean over a number, and their deviation from it.

Fractions of a digit's height, as is the next.
"""

SIGNED_GAPS = (0.05, 0.5)
"""Range of the mean gap in a number with signs."""

PATTERNS = (
    "0/0", "0/00/00", "00/00/0000", "00-00-0000", "00.00.0000", "00:00", "$0.00", "$00.00",
    "0,000", "(000)000-0000", "0+0=0", "00+00=00", "00-0=00", "00%", "-00",
)  # fmt: skip
"""Fractions, dates, times, amounts, telephone numbers and sums; each 0 stands for any digit."""

SLASH_HEIGHT, SLASH_WIDTH, SLASH_SPREAD = (1.15, 1.9), (0.3, 0.8), 0.06
"""Height of a slash and, as a fraction of it, its width; how much those in one number differ."""

SLASH_MIDDLE, SLASH_SAG = (0.5, 0.1), 0.03
"""How high the middle of a slash is, with its deviation, and how much the line bends there."""

WOBBLE = 0.04
"""Deviation of a digit from the line that the number stands on."""

MEETING_ROWS = 12
"""Parts of a digit's height, in one of which a touching pair meets."""

HEIGHT_RANGE, MAX_WIDTH = (24.0, 120.0), 1_500.0
"""Of a number's ink before it is tilted, in pixels."""

PEN_RANGE, MARGIN_RANGE = (0.06, 0.15), (0.3, 2.0)
"""Brush width, and paper on each side: fractions of the number's height."""

MAX_TILT = 0.07
"""Radians by which a number is tilted, either way."""

WHITE_ON_BLACK_PROB = 0.3


@dataclass(frozen=True)
class NumberTestSet:
    """Image files with the digits that they show."""

    name: str
    count: int
    samples: Callable[[], Iterator[tuple[bytes, str]]]
    """Iterates over the files and their labels, the same ones in each call."""
    compared: Callable[[str], str] = str
    """Returns of a text, numbers apart by spaces, what has to equal that of the label."""


Drawings = Callable[[np.random.Generator], Iterator[tuple[list[Stroke], str]]]
"""Yields the strokes of numbers with their labels."""


def number_sets() -> list[NumberTestSet]:
    """Return the test sets of numbers; the first two are shown in the README."""
    unipen, uji = load_whole_numbers("test"), load_uji()
    of_each = len(np.unique(uji.writers)) * PER_WRITER
    signs = Hands((), hands_of(load_unipen_others("test")), ())
    mnist = load_mnist_test()
    return [
        drawn_set(
            "numbers of 9 other UNIPEN writers",
            RENDERINGS * len(unipen.labels),
            lambda _: written(unipen),
        ),
        drawn_set("numbers composed of UJI's digits", of_each, lambda rng: composed(uji, rng)),
        drawn_set(
            "dates, sums and the like of UJI's digits",
            of_each,
            lambda rng: with_signs(uji, signs, rng),
            compared=without_spaces,
        ),
        drawn_set("touching pairs of UJI's digits", of_each, lambda rng: touching(uji, rng)),
        NumberTestSet("two of MNIST's digits", SCAN_PAIRS, lambda: scan_pairs(mnist)),
        NumberTestSet("a line of UJI's digits on a page", PAGES, lambda: pages(uji)),
    ]


def drawn_set(
    name: str, count: int, drawings: Drawings, compared: Callable[[str], str] = str
) -> NumberTestSet:
    """Return a test set of drawn numbers, each on paper of its own."""

    def samples() -> Iterator[tuple[bytes, str]]:
        rng = np.random.default_rng(SEED)
        return ((on_paper(strokes, rng), label) for strokes, label in drawings(rng))

    return NumberTestSet(name, count, samples, compared)


def without_spaces(text: str) -> str:
    """Return the digits of a text."""
    return text.replace(" ", "")


def written(numbers: PenPaths) -> Iterator[tuple[list[Stroke], str]]:
    """Yield whole numbers RENDERINGS times, as their writers wrote them."""
    for _ in range(RENDERINGS):
        for strokes, label in zip(numbers.drawings, numbers.labels, strict=True):
            yield [smooth(stroke) for stroke in strokes], str(label)


def composed(digits: PenPaths, rng: np.random.Generator) -> Iterator[tuple[list[Stroke], str]]:
    """Yield PER_WRITER numbers of each writer's digits, with gaps from overlapping to wide."""
    for own in by_writer(digits):
        for _ in range(PER_WRITER):
            chosen = rng.integers(len(own.labels), size=rng.integers(LENGTHS[0], LENGTHS[1] + 1))
            mean_gap = rng.uniform(*GAPS)
            strokes = in_a_row([own.drawings[index] for index in chosen], mean_gap, rng)
            yield strokes, "".join(own.labels[chosen])


def with_signs(
    digits: PenPaths, signs: Hands, rng: np.random.Generator
) -> Iterator[tuple[list[Stroke], str]]:
    """Yield PER_WRITER numbers of each writer's digits with the signs of a pattern."""
    for own in by_writer(digits):
        for _ in range(PER_WRITER):
            pattern = PATTERNS[rng.integers(len(PATTERNS))]
            chosen = rng.integers(len(own.labels), size=pattern.count("0"))
            slash_size, unused = random_slash_size(rng), iter(chosen)
            drawings = []
            for name in pattern:
                if name == "0":
                    drawings.append(own.drawings[next(unused)])
                elif name == "/":
                    drawings.append(slash(slash_size, rng))
                elif name in ".,":
                    drawings.append(stop(rng).strokes)
                else:
                    drawings.append(random_sign(name, signs, rng).strokes)
            strokes = in_a_row(drawings, rng.uniform(*SIGNED_GAPS), rng)
            yield strokes, "".join(own.labels[chosen])


def random_slash_size(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the width and height of a slash."""
    height = rng.uniform(*SLASH_HEIGHT)
    return np.array([rng.uniform(*SLASH_WIDTH) * height, height])


def slash(size: NDArray[np.float64], rng: np.random.Generator) -> list[Stroke]:
    """Return a rising line from x = 0 on, about of a size (width, height)."""
    width, height = size * np.exp(rng.normal(0, SLASH_SPREAD, 2))
    middle = np.array([width / 2, -rng.normal(*SLASH_MIDDLE)])
    half = np.array([width, -height]) / 2
    bend = middle + rng.normal(0, SLASH_SAG, 2)
    return [smooth(np.stack([middle + half, bend, middle - half]))]


def in_a_row(
    drawings: Sequence[list[Stroke]], mean_gap: float, rng: np.random.Generator
) -> list[Stroke]:
    """Return the strokes of characters, each from x = 0 on, beside one another."""
    strokes: list[Stroke] = []
    x = 0.0
    for drawing in drawings:
        placed = moved(drawing, (x, rng.normal(0, WOBBLE)))
        strokes += placed
        x = bounds(placed)[2] + rng.normal(mean_gap, GAP_SPREAD)
    return strokes


def touching(digits: PenPaths, rng: np.random.Generator) -> Iterator[tuple[list[Stroke], str]]:
    """Yield PER_WRITER pairs of each writer's digits, so close that their ink meets."""
    for own in by_writer(digits):
        for _ in range(PER_WRITER):
            chosen = rng.integers(len(own.labels), size=2)
            left, right = (own.drawings[index] for index in chosen)
            # The lines are up to a thin brush apart: its ink meets, whatever its width.
            shift = -clearance(left, right) + rng.uniform(0, PEN_RANGE[0])
            yield left + moved(right, (shift, 0)), "".join(own.labels[chosen])


def by_writer(digits: PenPaths) -> Iterator[PenPaths]:
    """Yield each writer's digits, smooth, standing on y = 0 from x = 0 on, the median 1 high."""
    for writer in np.unique(digits.writers):
        own = digits.subset(np.flatnonzero(digits.writers == writer))
        boxes = [bounds(strokes) for strokes in own.drawings]
        height = np.median([bottom - top for _, top, _, bottom in boxes])
        drawings = [
            [smooth((stroke - (left, bottom)) / height) for stroke in strokes]
            for strokes, (left, _, _, bottom) in zip(own.drawings, boxes, strict=True)
        ]
        yield PenPaths(drawings, own.labels, own.writers)


def moved(strokes: Sequence[Stroke], by: tuple[float, float]) -> list[Stroke]:
    """Return strokes shifted by (x, y)."""
    return [stroke + by for stroke in strokes]


def clearance(left: list[Stroke], right: list[Stroke]) -> float:
    """Return by how much `right` has to move to the left until both meet at some height.

    Both stand on y = 0. Negative if they overlap.
    """
    left_x, left_row = points_by_row(left)
    right_x, right_row = points_by_row(right)
    gaps = [
        right_x[right_row == row].min() - left_x[left_row == row].max()
        for row in np.intersect1d(left_row, right_row)
    ]
    return float(min(gaps))


def points_by_row(strokes: list[Stroke]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return x (n,) of points close to one another on strokes, and which row each is in."""
    along = np.linspace(0, 1, 2 * MEETING_ROWS)[:, None, None]
    points = np.concatenate(
        [(stroke[:-1] + along * np.diff(stroke, axis=0)).reshape(-1, 2) for stroke in strokes]
    )
    return points[:, 0], np.floor(points[:, 1] * MEETING_ROWS).astype(np.int64)


def on_paper(strokes: list[Stroke], rng: np.random.Generator) -> bytes:
    """Return a PNG of a number of any size, with any pen, tilted a little, dark or light."""
    ink = inked(strokes, np.exp(rng.uniform(*np.log(HEIGHT_RANGE))), rng)
    dark, light = rng.uniform(0, 90), rng.uniform(190, 255)
    if rng.random() < WHITE_ON_BLACK_PROB:
        dark, light = light, dark
    return encode((light + (dark - light) * ink).astype(np.float32))


def inked(strokes: list[Stroke], height: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the ink (height, width) of a number so many pixels high, tilted a little, by any pen.

    There is paper on each side. A long number is less high.
    """
    left, top, right, bottom = bounds(strokes)
    height = min(height, MAX_WIDTH * (bottom - top) / (right - left))
    pen = max(1.5, rng.uniform(*PEN_RANGE) * height)
    turn = rotation(rng.uniform(-MAX_TILT, MAX_TILT)) * (height / (bottom - top))
    tilted = [stroke @ turn for stroke in strokes]
    left, top, right, bottom = bounds(tilted)
    before, after = rng.uniform(*MARGIN_RANGE, (2, 2)) * height + pen / 2
    size = np.ceil(before + after + (right - left, bottom - top)).astype(int)
    middle = float(before[0] + (right - left) / 2), float(before[1] + (bottom - top) / 2)
    extent = max(right - left, bottom - top)
    return rasterize(tilted, extent, middle, pen, (int(size[0]), int(size[1])))


def pages(digits: PenPaths) -> Iterator[tuple[bytes, str]]:
    """Yield photos of a page on which a number of one writer's digits is a single line."""
    rng = np.random.default_rng(SEED)
    width, height = PAGE_SIZE
    for strokes, label in islice(composed(digits, rng), PAGES):
        line = inked(strokes, rng.uniform(*LINE_HEIGHTS) * height, rng)
        rows, columns = line.shape
        top, left = rng.integers(height - rows), rng.integers(width - columns)
        page = np.zeros((height, width), dtype=np.float32)
        page[top : top + rows, left : left + columns] = line
        yield photographed(page, rng), label


def scan_pairs(digits: Digits) -> Iterator[tuple[bytes, str]]:
    """Yield images of two scans (28, 28) side by side, white on black."""
    rng = np.random.default_rng(SEED)
    side = digits.images.shape[1]
    for _ in range(SCAN_PAIRS):
        chosen = rng.integers(len(digits.labels), size=2)
        gap, shift = int(rng.integers(17, 25)), int(rng.integers(-2, 3))
        image = np.zeros((side + 20, side + gap + 20), dtype=np.float32)
        for scan, x, y in zip(digits.images[chosen], (10, 10 + gap), (10, 10 + shift), strict=True):
            part = image[y : y + side, x : x + side]
            np.maximum(part, scan, out=part)
        yield encode(image), "".join(map(str, digits.labels[chosen]))
