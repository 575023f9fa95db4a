"""Lines for training and validation, drawn by all processors and cached under runs/lines/.

They come in numbered parts, either synthetic or found in scenes. A part depends only on its number,
the handwriting, the finder and the code: if one of these changes, the cache has another key and is
drawn again. An interrupted drawing goes on where it ended.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from recognizer import line_reader
from recognizer.line_reader import LINE_HEIGHT, STEP
from recognizer.model_files import FINDER_PATH, MODEL_PATH
from training.code_files import files_of
from training.data import numbers, pen_lifts
from training.data.pen_paths import LEARNED_PARTS
from training.finder.batches import FOUND_MODULES, SCENE_MODULES, key_of
from training.line_reader import flaws, found_lines, lines, scans
from training.line_reader.lines import MAX_DIGITS, Handwriting, LabeledLine
from training.whole_files import whole_file
from training.workers import in_workers

MODULES = (
    *SCENE_MODULES, *FOUND_MODULES, flaws, found_lines, line_reader, lines, numbers, pen_lifts,
    scans,
)  # fmt: skip
"""What a part depends on, beside this file."""

NETWORKS = (MODEL_PATH, FINDER_PATH)
"""The networks that find lines in scenes."""

BATCH_SIZE = 64
"""Lines of a batch."""

MIXED_WIDTHS = 0.05
"""Deviation of the widths that lines are sorted by, as fractions: their batches vary."""

MAX_ROOM = 8
"""Paper beside the widest line of a batch, at most; a multiple of STEP, in pixels."""

MAX_SHIFT = 1
"""Pixels by which a line is shifted up or down, at most."""

STRETCH_SPREAD, SLANT_SPREAD = 0.08, 0.1
"""Deviation of the logarithm of the factor by which a line is widened, and of its slant."""

BEND_SPREAD, BEND_LENGTH = 1.0, 8
"""Deviation of how far points are displaced, and how far points that are displaced independently
are from each other; in pixels."""

GAMMA_SPREAD = 0.25
"""Deviation of the logarithm of the power to which ink is raised."""


class Lines(NamedTuple):
    """Labeled lines, as arrays."""

    pixels: NDArray[np.uint8]
    """(LINE_HEIGHT, sum of widths): the lines, one beside the other."""
    widths: NDArray[np.int64]
    """(n,)."""
    digits: NDArray[np.int64]
    """(n, MAX_DIGITS); -1 after the last one of a line."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """(n,): how many digits each line has."""
        return np.asarray((self.digits >= 0).sum(axis=1))

    @property
    def images(self) -> list[NDArray[np.uint8]]:
        """The lines, each (LINE_HEIGHT, width)."""
        return np.split(self.pixels, np.cumsum(self.widths)[:-1], axis=1)


class Batch(NamedTuple):
    """Some lines as the network learns them."""

    pixels: Tensor
    """(n, 1, LINE_HEIGHT, width): ink in [0, 1]."""
    digits: Tensor
    """(n, MAX_DIGITS): 0 after the last one of a line."""
    counts: Tensor
    """(n,)."""


DrawLines = Callable[[Handwriting, int, tuple[int, ...]], list[LabeledLine]]
"""Returns so many lines; each seed gives others."""


@dataclass(frozen=True)
class Job:
    """A part to draw."""

    path: Path
    draw: DrawLines
    count: int
    seed: tuple[int, ...]


class LineCache:
    """Lines in the given handwriting, cached in `folder` under their key."""

    def __init__(self, handwriting: Handwriting, folder: Path) -> None:
        self.handwriting = handwriting
        hands = (*handwriting.hands.all, handwriting.whole_numbers, handwriting.pen_digits)
        key = key_of(hands, [Path(__file__), *files_of(MODULES)], NETWORKS)
        digest = hashlib.sha256(key.encode())
        digest.update(handwriting.scans.images.tobytes())
        digest.update(handwriting.part.encode())
        self.key = digest.hexdigest()[:12]
        self.folder = folder / self.key

    def synthetic(self, parts: int, count: int) -> list[Path]:
        """Return the files of parts of `count` synthetic lines, drawing those that are missing."""
        return self.draw("synthetic", lines.synthetic_lines, parts, count)

    def found(self, parts: int, count: int) -> list[Path]:
        """Return the files of parts of `count` found lines, drawing those that are missing."""
        return self.draw("found", found_lines.found_lines, parts, count)

    def draw(self, name: str, draw_lines: DrawLines, parts: int, count: int) -> list[Path]:
        """Draw the parts that are missing, by as many processes as torch has threads."""
        own = LEARNED_PARTS.index(self.handwriting.part)
        jobs = [
            Job(self.folder / f"{name}-{count}-{part:03d}.npz", draw_lines, count, (own, part))
            for part in range(parts)
        ]
        missing = [job for job in jobs if not job.path.exists()]
        if missing:
            self.folder.mkdir(parents=True, exist_ok=True)
            drawn = in_workers(draw_part, self.handwriting, missing)
            for _ in tqdm(drawn, f"drawing {name} lines", len(missing), unit="part"):
                pass
        return [job.path for job in jobs]


def draw_part(handwriting: Handwriting, job: Job) -> None:
    """Draw and store a part."""
    with whole_file(job.path) as file:
        np.savez(file, **stack(job.draw(handwriting, job.count, job.seed))._asdict())


def stack(drawn: Sequence[LabeledLine]) -> Lines:
    """Return lines as arrays."""
    digits = np.full((len(drawn), MAX_DIGITS), -1, dtype=np.int64)
    for row, line in zip(digits, drawn, strict=True):
        row[: len(line.digits)] = line.digits
    widths = np.array([line.pixels.shape[1] for line in drawn])
    return Lines(np.concatenate([line.pixels for line in drawn], axis=1), widths, digits)


def load_lines(paths: Sequence[Path]) -> Lines:
    """Return the lines of some parts."""
    parts = []
    for path in paths:
        with np.load(path) as saved:
            parts.append(Lines(**saved))
    pixels, widths, digits = zip(*parts, strict=True)
    return Lines(np.concatenate(pixels, axis=1), np.concatenate(widths), np.concatenate(digits))


def shuffled(drawn: Lines, rng: np.random.Generator) -> Iterator[tuple[float, Batch]]:
    """Yield the lines in batches of similar width, varied at random.

    The batches are in random order, each with the progress through them, in [0, 1).
    """
    images = drawn.images
    order = np.argsort(drawn.widths * np.exp(rng.normal(0, MIXED_WIDTHS, len(images))))
    starts = rng.permutation(np.arange(0, len(order), BATCH_SIZE)).tolist()
    for number, start in enumerate(tqdm(starts, "epoch", unit="batch", leave=False)):
        chosen = order[start : start + BATCH_SIZE]
        yield (
            number / len(starts),
            Batch(
                varied([images[index] for index in chosen], rng),
                torch.from_numpy(drawn.digits[chosen].clip(0)),
                torch.from_numpy(drawn.counts[chosen]),
            ),
        )


def varied(images: Sequence[NDArray[np.uint8]], rng: np.random.Generator) -> Tensor:
    """Return lines (n, 1, LINE_HEIGHT, width), each varied at random.

    They are at random places, widened or narrowed, slanted, bent (Simard et al., ICDAR 2003),
    lighter or darker. None becomes wider than the batch.
    """
    count = len(images)
    widths = np.array([image.shape[1] for image in images])
    width = int(widths.max()) + STEP * int(rng.integers(MAX_ROOM // STEP + 1))
    pixels = np.zeros((count, 1, LINE_HEIGHT, width), dtype=np.uint8)
    for line, image in zip(pixels[:, 0], images, strict=True):
        line[:, : image.shape[1]] = image
    warps = torch.from_numpy(random_warps(widths, width, rng))
    grid = F.affine_grid(warps, list(pixels.shape), align_corners=False)
    grid += random_bends(count, width, rng)
    ink = F.grid_sample(torch.from_numpy(pixels).float() / 255, grid, align_corners=False)
    powers = np.exp(rng.normal(0, GAMMA_SPREAD, (count, 1, 1, 1))).astype(np.float32)
    return ink ** torch.from_numpy(powers)


def random_warps(
    widths: NDArray[np.int64], width: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return for each line (n,) the affine map (n, 2, 3) from where a pixel goes to where it was.

    Coordinates are those of `affine_grid`: fractions of half a side, from the middle of a picture
    `width` pixels wide, in which the lines begin at the left.
    """
    count = len(widths)
    stretch = np.minimum(np.exp(rng.normal(0, STRETCH_SPREAD, count)), width / widths)
    slant = rng.normal(0, SLANT_SPREAD, count)
    left = rng.uniform(0, 1, count) * (width - stretch * widths)
    down = rng.integers(-MAX_SHIFT, MAX_SHIFT + 1, count)
    middle = np.array([width, LINE_HEIGHT]) / 2
    warps = np.zeros((count, 2, 3), dtype=np.float32)
    warps[:, 0, 0] = 1 / stretch
    warps[:, 0, 1] = slant * middle[1] / middle[0]
    warps[:, 0, 2] = ((middle[0] - left) / stretch - middle[0]) / middle[0]
    warps[:, 1, 1] = 1
    warps[:, 1, 2] = -down / middle[1]
    return warps


def random_bends(count: int, width: int, rng: np.random.Generator) -> Tensor:
    """Return smooth displacements (count, LINE_HEIGHT, width, 2), x and y as in `affine_grid`."""
    nodes = (LINE_HEIGHT // BEND_LENGTH + 1, width // BEND_LENGTH + 1)
    pixels = torch.from_numpy(rng.normal(0, BEND_SPREAD, (count, 2, *nodes)).astype(np.float32))
    smooth = F.interpolate(pixels, (LINE_HEIGHT, width), mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1) * torch.tensor([2 / width, 2 / LINE_HEIGHT])
