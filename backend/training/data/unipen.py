"""Converts UNIPEN's original distribution to pen paths, which `training.data.pen_paths` loads.

    make unipen FROM=train_r01_v07

UNIPEN (Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR
1994) is at https://doi.org/10.5281/zenodo.1195803. Files in its data/ name segments of the ink,
each with its label; those in include/ hold the ink itself, a component per movement of the pen.
"""

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.data.datasets import CACHE, DatasetError
from training.data.pen_paths import UNIPEN_DIGITS, UNIPEN_OTHERS
from training.data.rasterize import Stroke, rasterize_to_fit

DIGIT_CATEGORIES, OTHER_CATEGORIES = ("1a",), ("1b", "1c", "1d")
"""Isolated digits; isolated capital letters, small letters and signs."""

MISALIGNED = {"cea", "ceb", "lou", "tos"}
"""Contributors whose labels do not belong to the ink that they name."""

COUNTS_PEN_UP = {"cec", "hpb", "hpp", "pri", "sta"}
"""Contributors who number the movements of the lifted pen, too."""

MAX_PER_SIGN = 3
"""Most drawings of a letter or sign that one writer contributes."""

EXTENT = 1_000
"""Longer side of a converted character."""

SEGMENT = re.compile(r'\.SEGMENT\s+CHARACTER\s+([\d:,-]+)\s+\S+\s+"(.*)"')

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


@dataclass
class Ink:
    """The ink of one file: components of points (x, y), y up, and the writer of each."""

    components: list[list[tuple[float, float]]] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)


def read_ink(lines: Iterable[str], *, counts_pen_up: bool, writer: str) -> Ink:
    """Read the components of an ink file; `writer` is used until the file names one.

    Points may have more columns than x and y, in the order that `.COORD` gives.
    """
    ink, columns = Ink(), (0, 1)
    current: list[tuple[float, float]] | None = None
    for line in lines:
        if line.startswith("."):
            keyword, *values = line.split()
            current = None
            if keyword == ".COORD":
                columns = values.index("X"), values.index("Y")
            elif keyword == ".WRITER_ID" and values:
                writer = values[0]
            elif keyword == ".PEN_DOWN" or (keyword == ".PEN_UP" and counts_pen_up):
                current = []
                ink.components.append(current)
                ink.writers.append(writer)
        elif current is not None and line.strip():
            values = line.split()
            current.append((float(values[columns[0]]), float(values[columns[1]])))
    return ink


def delineate(ink: Ink, delineation: str) -> list[list[tuple[float, float]]]:
    """Return the strokes that a segment consists of.

    A delineation lists components and ranges of them, such as `349-350,353`; `353:4-354:9` goes
    from a point of one component to a point of another. Raises IndexError if one does not exist.
    """
    strokes = []
    for part in delineation.split(","):
        first, _, last = part.partition("-")
        start, _, from_point = first.partition(":")
        stop, _, to_point = (last or first).partition(":")
        if int(stop) >= len(ink.components):
            raise IndexError(f"component {stop} of {len(ink.components)}")
        for number in range(int(start), int(stop) + 1):
            points = ink.components[number]
            end = int(to_point) + 1 if to_point and number == int(stop) else len(points)
            begin = int(from_point) if from_point and number == int(start) else 0
            strokes.append(points[begin:end])
    return [stroke for stroke in strokes if stroke]


def read_characters(path: Path, root: Path) -> Iterator[Character]:
    """Yield the characters that a file in `root`/data names; segments without ink are left out."""
    contributor = path.relative_to(root / "data").parts[1]
    lines = path.read_text(encoding="latin-1").splitlines()
    ink = Ink()
    for line in lines:
        if line.startswith(".INCLUDE"):
            included = root / "include" / line.split()[1]
            if included.suffix == ".doc" and not included.exists():
                continue
            more = read_ink(
                included.read_text(encoding="latin-1").splitlines(),
                counts_pen_up=contributor in COUNTS_PEN_UP,
                writer=path.stem,
            )
            ink.components += more.components
            ink.writers += more.writers
    for line in lines:
        if match := SEGMENT.match(line):
            try:
                strokes = delineate(ink, match[1])
            except (IndexError, ValueError):
                continue
            if strokes:
                number = int(re.split("[:,-]", match[1])[0])
                identifier = f"{contributor}/{ink.writers[number]}"
                yield Character(
                    hashlib.sha256(identifier.encode()).hexdigest()[:10],
                    re.sub(r"\\(.)", r"\1", match[2]),
                    normalize(strokes),
                )


def normalize(strokes: list[list[tuple[float, float]]]) -> list[Stroke]:
    """Return strokes with y pointing down, rounded, the longer side of their box EXTENT long."""
    arrays = [np.array(stroke) * (1, -1) for stroke in strokes]
    points = np.concatenate(arrays)
    low = points.min(axis=0)
    scale = EXTENT / max(float(np.ptp(points, axis=0).max()), 1e-6)
    return [((array - low) * scale).round() for array in arrays]


def read_categories(root: Path, categories: Sequence[str]) -> Iterator[Character]:
    """Yield the characters in some categories of UNIPEN; raise DatasetError if one is missing."""
    folders = [root / "data" / category for category in categories]
    for folder in folders:
        if not folder.is_dir():
            raise DatasetError(f"{folder} does not exist: is {root} UNIPEN's train_r01_v07?")
    files = sorted(path for folder in folders for path in folder.rglob("*.dat"))
    for path in tqdm(files, "converting " + ", ".join(categories), unit="file"):
        if path.relative_to(root / "data").parts[1] not in MISALIGNED:
            yield from read_characters(path, root)


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


def write(characters: Sequence[Character], suspects: NDArray[np.bool_], path: Path) -> None:
    """Write characters as gzipped JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for character, suspect in zip(characters, suspects, strict=True):
            strokes = [stroke.astype(int).tolist() for stroke in character.strokes]
            row = {"writer": character.writer, "label": character.label, "strokes": strokes}
            file.write(json.dumps(row | ({"suspect": True} if suspect else {})) + "\n")


def convert(root: Path, target: Path) -> tuple[int, int]:
    """Convert UNIPEN's isolated characters; return the numbers of digits and of others written."""
    digits = [each for each in read_categories(root, DIGIT_CATEGORIES) if each.label.isdigit()]
    others = list(limit_per_sign(read_categories(root, OTHER_CATEGORIES)))
    write(digits, find_suspects(digits), target / UNIPEN_DIGITS)
    write(others, np.zeros(len(others), dtype=np.bool_), target / UNIPEN_OTHERS)
    return len(digits), len(others)


def main() -> None:
    parser = argparse.ArgumentParser(description="Convert UNIPEN's isolated characters.")
    parser.add_argument("folder", type=Path, help="the unpacked train_r01_v07")
    parser.add_argument("--target", type=Path, default=CACHE, help="default: %(default)s")
    arguments = parser.parse_args()
    try:
        digits, others = convert(arguments.folder, arguments.target)
    except (OSError, ValueError, DatasetError) as error:
        raise SystemExit(f"UNIPEN cannot be converted: {error}") from error
    print(
        f"Wrote {digits:,} digits, and {others:,} letters and signs, to {arguments.target}/unipen."
    )


if __name__ == "__main__":
    main()
