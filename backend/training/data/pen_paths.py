"""Characters as whole pen paths, with their pen lifts and an identifier of who wrote them.

Both sets are gzipped JSON lines, one character per line: `writer`, `label` and `strokes`, a list of
points [x, y] per stroke with y pointing down. `make unipen` writes UNIPEN's; UJI's is also read
from its public archive.
"""

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skimage.measure import approximate_polygon

from training.data.datasets import CACHE, DatasetError, load_cached, read_lines
from training.data.rasterize import Stroke

UNIPEN_DIGITS, UNIPEN_OTHERS = "unipen/digits.jsonl.gz", "unipen/others.jsonl.gz"
UNIPEN_NUMBERS = "unipen/numbers.jsonl.gz"

UNIPEN_LOOKALIKES = "OoDlIi|!/\\'`,SsZzBbqg"
"""Letters and signs that anyone may take for a digit when the rest of the line is missing."""

STRAIGHT = 0.1
"""Width of a straight line at most, as a fraction of its length, before a pen has drawn it."""

WIDE_ZERO = 1.8
"""Width, as a fraction of its height, from which a 0 of several strokes is several zeros."""

UJI_URL = "https://archive.ics.uci.edu/static/public/177/uji+pen+characters+version+2.zip"
UJI_DIGITS = 1_200

Part = Literal["training", "validation", "test"]
"""Of the writers; none of them is in two parts."""

LearnedPart = Literal["training", "validation"]
"""A part of what networks learn, or are chosen, with."""

LEARNED_PARTS: tuple[LearnedPart, ...] = get_args(LearnedPart)
"""Numbered by their places, as parts of seeds: no validation scene is one of training."""

Row = dict[str, Any]
"""A parsed line of a file."""

T = TypeVar("T")


@dataclass(frozen=True)
class PenPaths:
    """Characters of several writers."""

    drawings: Sequence[list[Stroke]]
    labels: NDArray[np.str_]
    """(n,): the characters."""
    writers: NDArray[np.str_]
    """(n,): identifiers."""

    def subset(self, indices: NDArray[np.int64]) -> "PenPaths":
        """Return the chosen characters."""
        drawings = [self.drawings[index] for index in indices]
        return PenPaths(drawings, self.labels[indices], self.writers[indices])


def load_unipen_digits(part: Part) -> PenPaths:
    """Return UNIPEN's digits of a part of the writers.

    One in a hundred bears the mark `suspect`, because it may be mislabeled, and a few are only a
    part of a digit, or several: none of these is trained on or validated with, but the test set has
    them all.
    """
    return read_unipen(
        UNIPEN_DIGITS,
        part,
        lambda rows: collect(row for row in rows if part == "test" or is_learnable(row)),
    )


def is_learnable(digit: Row) -> bool:
    """Return whether the row of a digit shows what its label says, as far as can be told."""
    return not digit.get("suspect") and is_one_digit(digit["label"], digit["strokes"])


def is_one_digit(label: str, strokes: Sequence[ArrayLike]) -> bool:
    """Return whether strokes can be a whole digit of that label, and one digit only.

    UNIPEN's segments are sometimes the foot of a 1, the slash of a 0 or one stroke of a 4, all of
    which are straight lines; and sometimes a row of zeros.
    """
    points = np.concatenate(strokes)
    width, height = np.ptp(points, axis=0)
    centered = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centered.T @ centered)
    thickness, length = np.ptp(centered @ axes, axis=0)
    if thickness < STRAIGHT * length:
        return label == "1" and bool(height > width)
    return not (label == "0" and len(strokes) > 1 and width > WIDE_ZERO * height)


def load_unipen_others(part: Part, *, lookalikes: bool = False) -> PenPaths:
    """Return UNIPEN's letters and signs of a part of the writers.

    They are those that look like a digit to anyone, or all the others.
    """
    others = read_unipen(UNIPEN_OTHERS, part, collect)
    looks_alike = np.isin(others.labels, list(UNIPEN_LOOKALIKES))
    return others.subset(np.flatnonzero(looks_alike == lookalikes))


def load_unipen_numbers(part: Part) -> list[PenPaths]:
    """Return UNIPEN's numbers of a part of the writers whose digits are known one by one.

    Each is its digits from left to right, where they were written.
    """
    return read_unipen(
        UNIPEN_NUMBERS, part, lambda rows: [digits_of(row) for row in rows if "digits" in row]
    )


def digits_of(number: Row) -> PenPaths:
    """Return the digits of a number, where they were written."""
    written = zip(number["label"], number["digits"], strict=True)
    return collect(
        {"writer": number["writer"], "label": label, "strokes": strokes}
        for label, strokes in written
    )


def read_unipen(name: str, part: Part, parse: Callable[[Iterator[Row]], T]) -> T:
    """Return what `parse` makes of the rows of one of UNIPEN's files by a part of the writers.

    Raises DatasetError if the file is missing or damaged.
    """
    path = Path(os.environ.get("DIGITS_DATA") or CACHE) / name
    if not path.exists():
        raise DatasetError(
            f"{path} does not exist. UNIPEN (https://doi.org/10.5281/zenodo.1195803) has to be "
            "converted once: unpack its train_r01_v07 and run `make unipen FROM=<its folder>`."
        )
    try:
        rows = read_json_lines(path.read_bytes())
        return parse(row for row in rows if part_of(row["writer"]) == part)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{path} cannot be read ({error}); convert it again.") from error


def part_of(writer: str) -> Part:
    """Return the part that a writer, a hexadecimal identifier, belongs to: always the same.

    A tenth of the writers are for validation and a tenth for the test sets. The identifiers are the
    same in all of UNIPEN's files, so that nobody's digits are learned and their letters tested.
    """
    parts: dict[int, Part] = {0: "test", 5: "validation"}
    return parts.get(int(writer, 16) % 10, "training")


def sample_by_writer(
    paths: PenPaths, max_per_writer: int, max_repetitions: int, seed: int
) -> PenPaths:
    """Return about equally many characters of each writer.

    Each writer contributes `max_per_writer`, chosen at random; one who wrote fewer contributes all
    of them up to `max_repetitions` times.
    """
    rng = np.random.default_rng(seed)
    chosen = []
    for writer in np.unique(paths.writers):
        written = np.flatnonzero(paths.writers == writer)
        repeated = np.concatenate([rng.permutation(written) for _ in range(max_repetitions)])
        chosen.append(repeated[:max_per_writer])
    return paths.subset(np.concatenate(chosen))


def simplify(strokes: list[Stroke], tolerance: float = 0.01) -> list[Stroke]:
    """Return strokes with the few points that shape them, within a tolerance.

    The tolerance is a fraction of the longer side of the bounding box. Without it, shifting each
    point at random would fray a densely sampled line. Douglas, Peucker (1973).
    """
    extent = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return [
        approximate_polygon(stroke, tolerance * extent)  # type: ignore[no-untyped-call]
        for stroke in strokes
    ]


def load_uji() -> PenPaths:
    """Return UJI's 1,200 digits of 60 writers: only for evaluating a released model.

    UJI Pen Characters 2 (Llorens et al., LREC 2008; UCI; CC BY 4.0). Raises DatasetError if it is
    missing, damaged or incomplete.
    """
    return load_cached("uji/digits.jsonl.gz", [UJI_URL], parse_uji)


def parse_uji(packed: bytes) -> PenPaths:
    """Parse UJI's digits, from JSON lines or from the archive; raise DatasetError on other data."""
    if packed[:2] == b"PK":
        rows = parse_uji_lines(read_lines(packed, ("ujipenchars2.txt",)))
    else:
        rows = read_json_lines(packed)
    digits = collect(row for row in rows if row["label"] in set("0123456789"))
    each = Counter(zip(digits.writers.tolist(), digits.labels.tolist(), strict=True))
    if len(digits.labels) != UJI_DIGITS or set(each.values()) != {2}:
        raise DatasetError("it does not contain every digit twice from each of 60 writers")
    return digits


def parse_uji_lines(lines: Iterable[str]) -> Iterator[Row]:
    """Yield the characters in the lines of UJI's own format.

    Each begins `WORD <character> <set>_UJI_W<writer>-<repetition>` and goes on with
    `NUMSTROKES <count>` and a line `POINTS <count> # x y x y …` per stroke.
    """
    row: Row = {}
    for line in lines:
        keyword, *rest = line.split()
        if keyword == "WORD":
            if row:
                yield row
            label, session = rest
            row = {"label": label, "writer": session.split("_W")[1].split("-")[0], "strokes": []}
        elif keyword == "POINTS":
            numbers = [int(number) for number in rest[2:]]
            row["strokes"].append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    if row:
        yield row


def read_json_lines(packed: bytes) -> Iterator[Row]:
    """Yield the objects in gzipped JSON lines."""
    return (json.loads(line) for line in gzip.decompress(packed).splitlines())


def collect(rows: Iterable[Row]) -> PenPaths:
    """Return the characters of parsed rows, without those of a single dot."""
    chosen = [row for row in rows if len({tuple(at) for line in row["strokes"] for at in line}) > 1]
    return PenPaths(
        [[np.array(stroke, dtype=np.float64) for stroke in row["strokes"]] for row in chosen],
        np.array([row["label"] for row in chosen], dtype=np.str_),
        np.array([str(row["writer"]) for row in chosen], dtype=np.str_),
    )
