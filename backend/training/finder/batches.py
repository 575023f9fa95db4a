"""Batches of scenes, drawn by all processors and cached under runs/scenes/.

A batch has scenes of one size. It depends only on its number, the handwriting, the code and, if it
is of looks, the released finder: if one of these changes, the cache has another key and is drawn
again. An interrupted drawing goes on where it ended.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer import (
    classifier,
    decoding,
    detection,
    finder,
    layout,
    lifting,
    preprocessing,
)
from recognizer.finder import MULTIPLE
from recognizer.model_files import FINDER_PATH
from training.code_files import dump_without_prose, files_of
from training.data import doodles, non_digits, pen_paths, rasterize
from training.data.rasterize import stroke_bytes
from training.finder import (
    cameras,
    canvas,
    grounds,
    light,
    lines,
    looks,
    objects,
    pens,
    photos,
    scenes,
    signs,
    stage,
    writing,
)
from training.finder.canvas import Size
from training.finder.looks import draw_looks
from training.finder.pens import Hand, Hands
from training.finder.scenes import KINDS, Kind, Scene, draw_mixed_scene, draw_scene
from training.whole_files import whole_file
from training.workers import in_workers

BATCH_SIZE = 32
"""Scenes of a batch."""

ASPECTS = (1.0, 0.85, 0.75, 0.75, 0.66, 0.5, 0.34)
"""Shorter side of pictures as a fraction of the longer one, before it is rounded."""

UPRIGHT = 0.3
"""Probability that pictures are higher than wide."""

VALIDATION_SIZE = (192, 160)
"""Width and height of validation scenes."""

LOOKS_BATCHES = 8
"""Batches of looks that are drawn together, and sorted by their shape."""

SCENE_MODULES = (
    cameras, canvas, doodles, grounds, light, lines, non_digits, objects, pen_paths, pens,
    rasterize, scenes, signs, stage, writing,
)  # fmt: skip
"""What a scene depends on."""

LOOK_MODULES = (decoding, detection, finder, layout, lifting, looks, photos, preprocessing)
"""What a look at a scene depends on, too."""

FOUND_MODULES = (
    classifier, decoding, detection, finder, layout, lifting, photos, preprocessing,
)  # fmt: skip
"""What the library finds in a scene depends on, too."""


class Batch(NamedTuple):
    """Scenes of one size, as arrays; see `Scene`."""

    pictures: NDArray[np.uint8]
    """(n, height, width, 3)."""
    mask: NDArray[np.uint8]
    """(n, height, width)."""
    instances: NDArray[np.uint8]
    """(n, height, width)."""
    labels: NDArray[np.int64]
    """(n, the most digits of a scene, at least 1); -1 where there is no digit."""
    boxes: NDArray[np.int64]
    """(n, as many, 4)."""


@dataclass(frozen=True)
class Job:
    """Batches to draw."""

    paths: tuple[Path, ...]
    """One, if they are of scenes rather than looks."""
    size: Size | None
    """Of the scenes; None for looks, each of which has its own."""
    seed: tuple[int, ...]
    kind: Kind | None = None
    """Of all scenes; without one, each has a random one, mixed with others."""


class SceneCache:
    """Batches of scenes in the given handwriting, cached in `folder` under their key."""

    def __init__(self, hands: Hands, folder: Path) -> None:
        self.hands = hands
        self.key = key_of(hands.all, [Path(__file__), *files_of(SCENE_MODULES)])
        self.folder = folder / self.key

    @cached_property
    def looks_key(self) -> str:
        """The cache key of looks; it stays, even if another finder is released meanwhile."""
        code = [Path(__file__), *files_of((*SCENE_MODULES, *LOOK_MODULES))]
        return key_of(self.hands.all, code, [FINDER_PATH])

    def training(self, side: int, part: int, count: int) -> list[Path]:
        """Return the files of `count` batches for training, drawing those that are missing.

        `side` is the longer side of their pictures; a part is numbered and differs from all others.
        """
        folder = self.folder / f"{side}-{part:03d}"
        jobs = [
            Job((folder / f"{number:04d}.npz",), random_size(side, seed), seed)
            for number in range(count)
            for seed in [(side, part, number)]
        ]
        return self.draw(jobs, f"drawing part {part + 1}")

    def looks(self, part: int, count: int) -> list[Path]:
        """Return the files of at least `count` batches of scenes as the finder looks at them.

        Those that are missing are drawn. A part is numbered and differs from all others.
        """
        folder = self.folder.with_name(self.looks_key) / f"looks-{part:03d}"
        jobs = [
            Job(
                tuple(folder / f"{first + number:04d}.npz" for number in range(LOOKS_BATCHES)),
                None,
                (0, part, first),
            )
            for first in range(0, count, LOOKS_BATCHES)
        ]
        return self.draw(jobs, f"drawing part {part + 1}")

    def validation(self) -> list[tuple[Kind, Path]]:
        """Return every kind with the file of a batch of it, drawing those that are missing."""
        folder = self.folder / "kinds"
        jobs = [
            Job((folder / f"{number:03d}.npz",), VALIDATION_SIZE, (number,), kind)
            for number, kind in enumerate(KINDS)
        ]
        return list(zip(KINDS, self.draw(jobs, "drawing each kind"), strict=True))

    def draw(self, jobs: list[Job], description: str) -> list[Path]:
        """Draw the batches that are missing, by as many processes as torch has threads."""
        missing = [job for job in jobs if not all(path.exists() for path in job.paths)]
        if missing:
            missing[0].paths[0].parent.mkdir(parents=True, exist_ok=True)
            drawn = in_workers(draw_batches, self.hands, missing)
            for _ in tqdm(drawn, description, len(missing), unit="file", leave=False):
                pass
        return [path for job in jobs for path in job.paths]


def draw_batches(hands: Hands, job: Job) -> None:
    """Draw and store the batches of a job."""
    for path, batch in zip(job.paths, make_batches(hands, job), strict=True):
        with whole_file(path) as file:
            np.savez(file, **batch._asdict())


def make_batches(hands: Hands, job: Job) -> list[Batch]:
    """Return the batches of a job."""
    if job.size is None:
        drawn = draw_looks(hands, BATCH_SIZE * len(job.paths), job.seed)
        drawn.sort(key=lambda look: look.mask.shape[1] / look.mask.shape[0])
        starts = range(0, len(drawn), BATCH_SIZE)
        return [stack(as_large(drawn[start : start + BATCH_SIZE])) for start in starts]
    seeds = [(*job.seed, number) for number in range(BATCH_SIZE)]
    if job.kind is None:
        return [stack([draw_mixed_scene(hands, job.size, seed) for seed in seeds])]
    return [stack([draw_scene(hands, job.kind, job.size, seed) for seed in seeds])]


def as_large(drawn: Sequence[Scene]) -> list[Scene]:
    """Return scenes as large as the largest, padded as the finder pads its input."""
    height, width = np.max([scene.mask.shape for scene in drawn], axis=0)
    height, width = height + -height % MULTIPLE, width + -width % MULTIPLE
    padded = []
    for scene in drawn:
        missing = ((0, height - scene.mask.shape[0]), (0, width - scene.mask.shape[1]))
        padded.append(
            replace(
                scene,
                picture=np.pad(scene.picture, (*missing, (0, 0)), mode="edge"),
                mask=np.pad(scene.mask, missing),
                instances=np.pad(scene.instances, missing),
            )
        )
    return padded


def stack(drawn: Sequence[Scene]) -> Batch:
    """Return scenes of one size as a batch."""
    most = max(1, *(len(scene.labels) for scene in drawn))
    labels = np.full((len(drawn), most), -1, dtype=np.int64)
    boxes = np.zeros((len(drawn), most, 4), dtype=np.int64)
    for number, scene in enumerate(drawn):
        labels[number, : len(scene.labels)] = scene.labels
        if scene.boxes:
            boxes[number, : len(scene.boxes)] = scene.boxes
    arrays = [
        np.stack([getattr(scene, name) for scene in drawn])
        for name in ("picture", "mask", "instances")
    ]
    return Batch(arrays[0], arrays[1], arrays[2], labels, boxes)


def load_batch(path: Path) -> Batch:
    """Return a stored batch."""
    with np.load(path) as saved:
        return Batch(**saved)


def random_size(side: int, seed: Sequence[int]) -> Size:
    """Return a width and height, multiples of MULTIPLE; the longer one is `side`."""
    rng = np.random.default_rng((*seed, BATCH_SIZE))  # no scene's: zeros at the end do not count
    shorter = max(2, round(side * rng.choice(ASPECTS) / MULTIPLE)) * MULTIPLE
    return (shorter, side) if rng.random() < UPRIGHT else (side, shorter)


def key_of(hands: Iterable[Hand], code: Iterable[Path], networks: Iterable[Path] = ()) -> str:
    """Return the cache key of what the present code in some files draws of the handwriting.

    `networks` are files of the models that it asks.
    """
    digest = hashlib.sha256()
    for path in networks:
        digest.update(path.read_bytes())
    for path in code:
        digest.update(dump_without_prose(path.read_text(encoding="utf-8")).encode())
    for hand in hands:
        digest.update(hand.paths.labels.tobytes())
        for drawing in hand.paths.drawings:
            digest.update(stroke_bytes(drawing))
    return digest.hexdigest()[:12]
