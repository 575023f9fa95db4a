"""Converts UNIPEN's original distribution to pen paths, which pen_paths.py and numbers.py load.

    make unipen FROM=train_r01_v07

UNIPEN is at https://doi.org/10.5281/zenodo.1195803; unipen_format.py reads its files.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.data.datasets import CACHE, DatasetError
from training.data.pen_paths import UNIPEN_DIGITS, UNIPEN_NUMBERS, UNIPEN_OTHERS
from training.data.rasterize import Stroke, rasterize_to_fit
from training.data.unipen_format import Points, Segment, contributor_of, read_segments

DIGIT_CATEGORIES, OTHER_CATEGORIES, WORD_CATEGORIES = ("1a",), ("1b", "1c", "1d"), ("7",)
"""Isolated digits; isolated capital letters, small letters and signs; words of any characters."""

MISALIGNED = {"cea", "ceb", "lou", "tos"}
"""Contributors whose labels do not belong to the ink that they name."""

IN_ROWS = {"apa", "apb", "app"}
"""Contributors whose isolated digits were written beside one another."""

MAX_GAP, MIN_OVERLAP = 1.0, 0.5
"""Widest gap between digits of a number, as a fraction of the higher one's height, and the part of
the lower one's height that both share."""

MAX_PER_SIGN = 3
"""Most drawings of a letter or sign that one writer contributes."""

EXTENT = 1_000
"""Longer side of a converted character."""

NEIGHBORS = 7
"""Most similar digits of other writers, which vote on a digit's label."""

THUMBNAIL, THUMBNAIL_PEN = 12, 0.15
"""Side of the images in which digits are compared, and the brush width in them."""


@dataclass(frozen=True)
class Character:
    """A labeled character; its strokes are scaled to EXTENT, y down."""

    writer: str
    label: str
    strokes: list[Stroke]


@dataclass(frozen=True)
class Number:
    """A labeled number; its height is scaled to EXTENT, y down."""

    writer: str
    label: str
    parts: list[list[Stroke]]
    """The strokes of each digit; of a whole word, all strokes as one part."""


def read_characters(path: Path, root: Path) -> Iterator[Character]:
    """Yield the characters that a file in `root`/data names."""
    for segment in read_segments(path, root):
        if segment.kind == "CHARACTER":
            yield Character(segment.writer, segment.label, normalize(segment.strokes))


def normalize(strokes: Sequence[Points]) -> list[Stroke]:
    """Return strokes with y pointing down, rounded, the longer side of their box EXTENT long."""
    return scaled(strokes, max(side_lengths(strokes)))


def scaled(strokes: Sequence[Points], length: float) -> list[Stroke]:
    """Return strokes from 0 on, with y pointing down, rounded; a length becomes EXTENT."""
    arrays = [np.array(stroke) * (1, -1) for stroke in strokes]
    low = np.concatenate(arrays).min(axis=0)
    return [((array - low) * (EXTENT / max(length, 1e-6))).round() for array in arrays]


def side_lengths(strokes: Sequence[Points]) -> tuple[float, float]:
    """Return the width and the height of the box around strokes."""
    width, height = np.ptp(np.concatenate([np.array(stroke) for stroke in strokes]), axis=0)
    return float(width), float(height)


def files_of(root: Path, categories: Sequence[str]) -> Iterator[Path]:
    """Yield the files in some categories of UNIPEN; raise DatasetError if a category is missing."""
    folders = [root / "data" / category for category in categories]
    for folder in folders:
        if not folder.is_dir():
            raise DatasetError(f"{folder} does not exist: is {root} UNIPEN's train_r01_v07?")
    files = sorted(path for folder in folders for path in folder.rglob("*.dat"))
    for path in tqdm(files, "converting " + ", ".join(categories), unit="file"):
        if contributor_of(path, root) not in MISALIGNED:
            yield path


def read_categories(root: Path, categories: Sequence[str]) -> Iterator[Character]:
    """Yield the characters in some categories of UNIPEN; raise DatasetError if one is missing."""
    for path in files_of(root, categories):
        yield from read_characters(path, root)


def read_numbers(root: Path) -> Iterator[Number]:
    """Yield the numbers in UNIPEN: digits beside one another, and words made of digits alone."""
    for path in files_of(root, DIGIT_CATEGORIES):
        if contributor_of(path, root) in IN_ROWS:
            segments = read_segments(path, root)
            yield from join_neighbors(each for each in segments if is_number(each.label))
    for path in files_of(root, WORD_CATEGORIES):
        for segment in read_segments(path, root):
            if segment.kind == "WORD" and len(segment.label) > 1 and is_number(segment.label):
                yield number_of([segment])


def is_number(label: str) -> bool:
    """Return whether a label has the digits 0 to 9 only."""
    return label.isascii() and label.isdigit()


def join_neighbors(digits: Iterable[Segment]) -> Iterator[Number]:
    """Yield the numbers that two or more digits form, each the right neighbor of the one before."""
    row: list[Segment] = []
    for digit in digits:
        if row and not are_neighbors(row[-1], digit):
            if len(row) > 1:
                yield number_of(row)
            row = []
        row.append(digit)
    if len(row) > 1:
        yield number_of(row)


def are_neighbors(one: Segment, other: Segment) -> bool:
    """Return whether a digit was written right after another, and beside it to its right."""
    (left, low), (right, high) = corners(one)
    (other_left, other_low), (_, other_high) = corners(other)
    heights = high - low, other_high - other_low
    return (
        one.writer == other.writer
        and other.components[0] - one.components[1] in (0, 1)
        and left < other_left
        and other_left - right <= MAX_GAP * max(heights)
        and min(high, other_high) - max(low, other_low) >= MIN_OVERLAP * min(heights)
    )


def corners(segment: Segment) -> NDArray[np.float64]:
    """Return the least and the greatest x and y (2, 2) of a segment."""
    points = np.concatenate([np.array(stroke) for stroke in segment.strokes])
    return np.stack([points.min(axis=0), points.max(axis=0)])


def number_of(segments: Sequence[Segment]) -> Number:
    """Return the number that segments form."""
    strokes = [stroke for segment in segments for stroke in segment.strokes]
    whole = iter(scaled(strokes, side_lengths(strokes)[1]))
    parts = [list(islice(whole, len(segment.strokes))) for segment in segments]
    label = "".join(segment.label for segment in segments)
    return Number(segments[0].writer, label, parts)


def limit_per_sign(characters: Iterable[Character]) -> Iterator[Character]:
    """Yield at most MAX_PER_SIGN characters of each writer and label, without digits."""
    counts: Counter[tuple[str, str]] = Counter()
    for character in characters:
        counts[character.writer, character.label] += 1
        few = counts[character.writer, character.label] <= MAX_PER_SIGN
        if few and not character.label.isdigit():
            yield character


def find_suspects(digits: Sequence[Character]) -> NDArray[np.bool_]:
    """Return whether other writers' most similar digits outvote the label of each digit.

    Half of those are mislabeled, the others are unusual. Similarity is that of small images.
    """
    if not digits:
        return np.zeros(0, dtype=np.bool_)
    thumbnails = np.stack(
        [
            rasterize_to_fit(digit.strokes, THUMBNAIL_PEN, THUMBNAIL).ravel()
            for digit in tqdm(digits, "looking for mislabeled digits", unit="digit")
        ]
    )
    labels = np.array([int(digit.label) for digit in digits])
    _, writers = np.unique([digit.writer for digit in digits], return_inverse=True)
    squares = (thumbnails**2).sum(axis=1)
    suspects = []
    for index, (label, writer) in enumerate(zip(labels, writers, strict=True)):
        distances = squares - 2 * thumbnails @ thumbnails[index]
        distances[writers == writer] = np.inf
        nearest = distances.argpartition(min(NEIGHBORS, len(labels) - 1))[:NEIGHBORS]
        votes = np.bincount(labels[nearest[np.isfinite(distances[nearest])]], minlength=10)
        suspects.append(votes[label] == 0 and votes.max() > NEIGHBORS // 2)
    return np.array(suspects)


def write_characters(
    characters: Sequence[Character], suspects: NDArray[np.bool_], path: Path
) -> None:
    """Write characters as gzipped JSON lines."""
    rows = []
    for character, suspect in zip(characters, suspects, strict=True):
        row = {"writer": character.writer, "label": character.label}
        strokes = {"strokes": as_lists(character.strokes)}
        rows.append(row | strokes | ({"suspect": True} if suspect else {}))
    write_rows(rows, path)


def write_numbers(numbers: Sequence[Number], path: Path) -> None:
    """Write numbers as gzipped JSON lines: with `digits`, or `strokes` of the whole."""
    rows = []
    for number in numbers:
        row = {"writer": number.writer, "label": number.label}
        parts = [as_lists(part) for part in number.parts]
        rows.append(row | ({"digits": parts} if len(parts) > 1 else {"strokes": parts[0]}))
    write_rows(rows, path)


def as_lists(strokes: Sequence[Stroke]) -> list[list[list[int]]]:
    """Return strokes as JSON holds them."""
    return [stroke.astype(int).tolist() for stroke in strokes]


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write objects as gzipped JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def convert(root: Path, target: Path) -> tuple[int, int, int]:
    """Convert UNIPEN; return how many digits, other characters and numbers were written."""
    digits = [each for each in read_categories(root, DIGIT_CATEGORIES) if each.label.isdigit()]
    others = list(limit_per_sign(read_categories(root, OTHER_CATEGORIES)))
    numbers = list(read_numbers(root))
    write_characters(digits, find_suspects(digits), target / UNIPEN_DIGITS)
    write_characters(others, np.zeros(len(others), dtype=np.bool_), target / UNIPEN_OTHERS)
    write_numbers(numbers, target / UNIPEN_NUMBERS)
    return len(digits), len(others), len(numbers)


def main() -> None:
    parser = argparse.ArgumentParser(description="Convert UNIPEN's characters and numbers.")
    parser.add_argument("folder", type=Path, help="the unpacked train_r01_v07")
    parser.add_argument("--target", type=Path, default=CACHE, help="default: %(default)s")
    arguments = parser.parse_args()
    try:
        digits, others, numbers = convert(arguments.folder, arguments.target)
    except (OSError, ValueError, DatasetError) as error:
        raise SystemExit(f"UNIPEN cannot be converted: {error}") from error
    print(
        f"Wrote {digits:,} digits, {others:,} letters and signs, and {numbers:,} numbers to "
        f"{arguments.target}/unipen."
    )


if __name__ == "__main__":
    main()
