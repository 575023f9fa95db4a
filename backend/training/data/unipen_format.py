"""UNIPEN's files: segments of the ink, each with its label and its writer.

Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR 1994. Files
in the distribution's data/ name segments; those in include/ hold the ink itself, a component per
movement of the pen.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

COUNTS_PEN_UP = {"cec", "hpb", "hpp", "pri", "sta"}
"""Contributors who number the movements of the lifted pen, too."""

SEGMENT = re.compile(r'\.SEGMENT\s+(CHARACTER|WORD)\s+([\d:,-]+)\s+\S+\s+"(.*)"')

Points = list[tuple[float, float]]
"""Of one stroke: x, and y up."""


@dataclass(frozen=True)
class Segment:
    """A labeled part of the ink."""

    kind: str
    """CHARACTER or WORD."""
    label: str
    writer: str
    """A hexadecimal identifier, the same in all files."""
    components: tuple[int, int]
    """The first and the last."""
    strokes: list[Points]


@dataclass
class Ink:
    """The ink of one file: components of points (x, y), y up, and the writer of each."""

    components: list[Points] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)


def read_ink(lines: Iterable[str], *, counts_pen_up: bool, writer: str) -> Ink:
    """Read the components of an ink file; `writer` is used until the file names one.

    Points may have more columns than x and y, in the order that `.COORD` gives.
    """
    ink, columns = Ink(), (0, 1)
    current: Points | None = None
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


def delineate(ink: Ink, delineation: str) -> list[Points]:
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


def read_segments(path: Path, root: Path) -> Iterator[Segment]:
    """Yield the segments that a file in `root`/data names; those without ink are left out."""
    contributor = contributor_of(path, root)
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
    for match in filter(None, map(SEGMENT.match, lines)):
        kind, delineation, label = match.groups()
        try:
            strokes = delineate(ink, delineation)
        except (IndexError, ValueError):
            continue
        if strokes:
            numbers = [int(part.split(":")[0]) for part in re.split("[,-]", delineation)]
            identifier = f"{contributor}/{ink.writers[numbers[0]]}"
            yield Segment(
                kind,
                re.sub(r"\\(.)", r"\1", label),
                hashlib.sha256(identifier.encode()).hexdigest()[:10],
                (numbers[0], numbers[-1]),
                strokes,
            )


def contributor_of(path: Path, root: Path) -> str:
    """Return who contributed a file in `root`/data: three letters."""
    return path.relative_to(root / "data").parts[1]
