"""What the finder saw of an image → the digits in it, each with its own ink.

Pixels of ink vote for centers of digits (Cheng et al., "Panoptic-DeepLab", CVPR 2020). What is
connected and voted for the same center is a piece. Pieces are then merged greedily, as long as the
classifier finds the union more like a digit than its parts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing import Box, Ink, ModelInput, nonzero_slice, size_normalize

Read = Callable[[ModelInput], NDArray[np.float64]]
"""Returns the probabilities (11,) of the ten digits and of NON_DIGIT."""

STRIDE = 4
"""Side of a cell of heat and offsets, in pixels."""

MIN_MASK = 0.28
"""Share of a pixel that must be ink of a digit: a thin line may cover a third of each of two."""

MIN_HEAT = 0.25
"""Probability from which a cell that exceeds those nearby is the center of a digit."""

PEAK_REACH = 2
"""Cells around the center of a digit in which there is no other center."""

MIN_PIECE = 6
"""Pixels of ink under which a piece is a speck."""

MAX_PIECES = 150
"""The largest pieces of connected ink that are looked at; an image of many more is texture."""

SURE = 0.9
"""Probability of a digit from which connected ink is not split."""

MIN_GAIN = 0.05
"""How much more like a digit than its parts the union of two pieces must be."""

SAME_CENTER = 0.5
"""Added to the gain of pieces that voted for the same center."""

MAX_GAP = 0.25
"""Largest gap between pieces of a digit, as a fraction of its height."""

DOT = 0.25
"""Height and width, as fractions of the median digit's height, up to which a piece is a stop."""


@dataclass(frozen=True)
class Patch:
    """Ink somewhere in the mask: a digit's, or that of several."""

    top: int
    left: int
    ink: Ink
    """Cropped to its bounding box."""

    @property
    def bottom(self) -> int:
        return self.top + self.ink.shape[0]

    @property
    def right(self) -> int:
        return self.left + self.ink.shape[1]

    @property
    def box(self) -> Box:
        """Its bounding box."""
        return Box(self.left, self.top, self.right - self.left, self.bottom - self.top)

    def within(self, own: NDArray[np.bool_]) -> "Patch":
        """Return the ink within some of its pixels (height, width), at least one."""
        rows, columns = nonzero_slice(own.any(axis=1)), nonzero_slice(own.any(axis=0))
        ink = np.where(own[rows, columns], self.ink[rows, columns], np.float32(0))
        return Patch(self.top + rows.start, self.left + columns.start, ink)


@dataclass(frozen=True)
class Found:
    """The finder's outputs for an image."""

    mask: NDArray[np.float32]
    """(height, width): probability that a pixel is ink of a digit."""
    heat: NDArray[np.float32]
    """(height / STRIDE, width / STRIDE): probability that a cell is a digit's center."""
    offsets: NDArray[np.float32]
    """(2, height / STRIDE, width / STRIDE): from a cell to the center of its digit, x and y."""
    classes: NDArray[np.float32]
    """(10, height / STRIDE, width / STRIDE): probabilities of the digits whose ink a cell has."""

    @cached_property
    def pieces(self) -> list[Patch]:
        """Connected ink, the largest first, without specks."""
        return connected_ink(self.mask)


@dataclass(frozen=True)
class Digit(Patch):
    """A digit that was found, with its own ink."""

    probabilities: NDArray[np.float64]
    """(11,): what the classifier makes of it."""

    @property
    def likeness(self) -> float:
        """Probability of the likeliest digit."""
        return float(self.probabilities[:-1].max())


def detect(found: Found, read: Read) -> list[Digit]:
    """Return the digits of an image, in no particular order."""
    votes = vote(found)
    parts: list[tuple[int, Digit]] = []
    for piece in found.pieces:
        own = piece.ink > 0
        centers = votes[piece.top : piece.bottom, piece.left : piece.right]
        counts = np.bincount(centers[own])
        whole = digit_of(piece, read)
        if np.count_nonzero(counts) == 1 or whole.likeness >= SURE:
            parts.append((int(counts.argmax()), whole))
            continue
        for center in np.flatnonzero(counts >= MIN_PIECE):
            part = piece.within(own & (centers == center))
            parts.append((int(center), digit_of(part, read)))
    return without_dots(without_rings(merge(parts, read)))


def connected_ink(mask: NDArray[np.float32]) -> list[Patch]:
    """Return the connected ink of a mask (height, width), the largest first, without specks."""
    components = label_components(mask >= MIN_MASK)
    sizes = np.bincount(components.ravel())[1:]
    largest = np.argsort(-sizes, kind="stable")[:MAX_PIECES]
    everything = Patch(0, 0, mask)
    return [
        everything.within(components == 1 + number)
        for number in largest
        if sizes[number] >= MIN_PIECE
    ]


def usual_height(mask: NDArray[np.float32]) -> float:
    """Return the median height of the connected ink of a mask (height, width); 0 without ink."""
    pieces = connected_ink(mask)
    return float(np.median([len(piece.ink) for piece in pieces])) if pieces else 0.0


def heat_of(found: Found, digit: Patch) -> float:
    """Return the probability that a found digit has a center, in [0, 1]."""
    rows = slice(digit.top // STRIDE, -(-digit.bottom // STRIDE))
    columns = slice(digit.left // STRIDE, -(-digit.right // STRIDE))
    return float(found.heat[rows, columns].max())


def ink_of(digit: Patch) -> float:
    """Return how likely the ink of a found digit is a digit's on average, in [0, 1]."""
    return float((digit.ink**2).sum() / digit.ink.sum())


def classes_of(found: Found, digit: Patch) -> NDArray[np.float64]:
    """Return the finder's probabilities (10,) of the ten digits, averaged over a digit's ink."""
    rows, columns = found.heat.shape
    ink = np.zeros((rows * STRIDE, columns * STRIDE), dtype=np.float32)
    ink[digit.top : digit.bottom, digit.left : digit.right] = digit.ink
    weights = ink.reshape(rows, STRIDE, columns, STRIDE).max(axis=(1, 3))
    mean: NDArray[np.float64] = (found.classes * weights).sum(axis=(1, 2)) / weights.sum()
    return mean


def vote(found: Found) -> NDArray[np.int64]:
    """Return the number of the center (height, width) that each pixel of ink votes for."""
    centers = peaks(found.heat)
    votes = np.zeros(found.mask.shape, dtype=np.int64)
    if len(centers) > 1:
        y, x = np.nonzero(found.mask >= MIN_MASK)
        cells = np.zeros(found.heat.shape, dtype=np.int64)
        cells[y // STRIDE, x // STRIDE] = 1
        rows, columns = np.nonzero(cells)
        middles = (np.stack([columns, rows], axis=1) + 0.5) * STRIDE
        targets = middles + found.offsets[:, rows, columns].T
        distances = np.linalg.norm(targets[:, None] - centers[None], axis=2)
        cells[rows, columns] = distances.argmin(axis=1)
        votes[y, x] = cells[y // STRIDE, x // STRIDE]
    return votes


def peaks(heat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the centers (n, 2), x and y in pixels: cells that exceed all others nearby."""
    padded = np.pad(heat, PEAK_REACH)
    height, width = heat.shape
    side = 2 * PEAK_REACH + 1
    shifts = [divmod(number, side) for number in range(side**2)]
    windows = np.stack([padded[dy : dy + height, dx : dx + width] for dy, dx in shifts])
    # Of two equal neighbors, the first is the peak.
    middle = side**2 // 2
    earlier, later = windows[:middle].max(axis=0), windows[middle + 1 :].max(axis=0)
    y, x = np.nonzero((heat >= MIN_HEAT) & (heat > earlier) & (heat >= later))
    return (np.stack([x, y], axis=1) + 0.5) * STRIDE


def merge(parts: list[tuple[int, Digit]], read: Read) -> list[Digit]:
    """Return parts, each with the number of its center, merged while that makes better digits."""
    pieces = dict(enumerate(parts))
    unions: dict[tuple[int, int], Digit] = {}
    gains: dict[tuple[int, int], float] = {}
    numbers = count(len(pieces))
    added = list(pieces)
    while True:
        for second in added:
            for first in pieces:
                if first >= second or not are_near(pieces[first][1], pieces[second][1]):
                    continue
                (center, one), (other_center, other) = pieces[first], pieces[second]
                whole = union(one, other, read)
                gain = whole.likeness - max(one.likeness, other.likeness)
                unions[first, second] = whole
                gains[first, second] = gain + SAME_CENTER * (center == other_center)
        gains = {pair: gain for pair, gain in gains.items() if pieces.keys() >= set(pair)}
        best = max(gains, key=lambda pair: gains[pair], default=None)
        if best is None or gains[best] < MIN_GAIN:
            return [digit for _, digit in pieces.values()]
        merged = sorted((pieces.pop(number) for number in best), key=lambda part: part[1].ink.sum())
        added = [next(numbers)]
        pieces[added[0]] = (merged[1][0], unions[best])


def are_near(one: Digit, other: Digit) -> bool:
    """Return whether two pieces may belong to one digit."""
    gap = MAX_GAP * max(one.bottom - one.top, other.bottom - other.top)
    return (
        one.left < other.right + gap
        and other.left < one.right + gap
        and one.top < other.bottom + gap
        and other.top < one.bottom + gap
    )


def union(one: Digit, other: Digit, read: Read) -> Digit:
    """Return the digit of two pieces together."""
    top, left = min(one.top, other.top), min(one.left, other.left)
    bottom, right = max(one.bottom, other.bottom), max(one.right, other.right)
    ink = np.zeros((bottom - top, right - left), dtype=np.float32)
    for piece in (one, other):
        ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left] += (
            piece.ink
        )
    return digit_of(Patch(top, left, ink), read)


def digit_of(patch: Patch, read: Read) -> Digit:
    """Return the digit that a patch is."""
    return Digit(patch.top, patch.left, patch.ink, read(size_normalize(patch.ink)[0]))


def patch_around(mask: NDArray[np.float32], patches: Sequence[Patch]) -> Patch:
    """Return all of the mask (height, width) in the box around patches, at least one."""
    top, left = min(patch.top for patch in patches), min(patch.left for patch in patches)
    bottom, right = max(patch.bottom for patch in patches), max(patch.right for patch in patches)
    return Patch(top, left, mask[top:bottom, left:right])


def without_rings(digits: list[Digit]) -> list[Digit]:
    """Return digits without those that enclose another."""
    return [one for one in digits if not any(encloses(one, other) for other in digits)]


def encloses(outer: Patch, inner: Patch) -> bool:
    """Return whether ink lies within the box of other ink, clear of its edges."""
    return (
        outer.left < inner.left
        and inner.right < outer.right
        and outer.top < inner.top
        and inner.bottom < outer.bottom
    )


def without_dots(digits: list[Digit]) -> list[Digit]:
    """Return digits without those that are as small as a full stop beside the others."""
    if not digits:
        return []
    height = float(np.median([digit.bottom - digit.top for digit in digits]))
    return [digit for digit in digits if max(digit.ink.shape) > DOT * height]


def label_components(is_ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the number (height, width), from 1, of each pixel's connected ink; 0 is paper.

    Diagonal neighbors are connected. Runs of a row are joined with those of the row above.
    """
    padded = np.pad(is_ink, ((0, 0), (1, 1))).astype(np.int8)
    edges = np.diff(padded, axis=1)
    rows, first_columns = np.nonzero(edges == 1)
    starts, ends = first_columns.tolist(), np.nonzero(edges == -1)[1].tolist()
    parents = list(range(len(rows)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    first_of_row = np.searchsorted(rows, np.arange(len(is_ink) + 1)).tolist()
    for above, run, end in zip(first_of_row, first_of_row[1:], first_of_row[2:], strict=False):
        first = run
        while above < first and run < end:
            if starts[above] <= ends[run] and starts[run] <= ends[above]:
                parents[root(run)] = root(above)
            if ends[above] < ends[run]:
                above += 1
            else:
                run += 1
    roots = np.array([root(run) for run in range(len(rows))], dtype=np.int64)
    numbers = np.unique(roots, return_inverse=True)[1] + 1
    labels = np.zeros(is_ink.shape, dtype=np.int64)
    for row, start, end, number in zip(rows, starts, ends, numbers, strict=True):
        labels[row, start:end] = number
    return labels
