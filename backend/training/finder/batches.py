"""Batches of scenes, drawn by all processors and cached under runs/scenes/.

A batch has scenes of one size. It depends only on its number, the handwriting and the code: if one
of these changes, the cache has another key and is drawn again. An interrupted drawing goes on where
it ended.
"""

import hashlib
import multiprocessing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer.finder import MULTIPLE
from training.data import doodles, non_digits, pen_paths, rasterize
from training.data.augmented_cache import dump_without_prose
from training.finder import (
    cameras,
    canvas,
    grounds,
    light,
    lines,
    objects,
    pens,
    scenes,
    stage,
    writing,
)
from training.finder.canvas import Size
from training.finder.losses import MAX_DIGITS
from training.finder.pens import Hand, Hands
from training.finder.scenes import KINDS, Kind, Scene, draw_mixed_scene, draw_scene
from training.whole_files import whole_file

BATCH_SIZE = 32
"""Scenes of a batch."""

ASPECTS = (1.0, 0.85, 0.75, 0.75, 0.66, 0.5, 0.34)
"""Shorter side of pictures as a fraction of the longer one, before it is rounded."""

UPRIGHT = 0.3
"""Probability that pictures are higher than wide."""

VALIDATION_SIZE = (192, 160)
"""Width and height of validation scenes."""

SCENE_MODULES = (
    cameras, canvas, doodles, grounds, light, lines, non_digits, objects, pen_paths, pens,
    rasterize, scenes, stage, writing,
)  # fmt: skip
"""What a scene depends on."""


class Batch(NamedTuple):
    """Scenes of one size, as arrays; see `Scene`."""

    pictures: NDArray[np.uint8]
    """(n, height, width, 3)."""
    mask: NDArray[np.uint8]
    """(n, height, width)."""
    instances: NDArray[np.uint8]
    """(n, height, width)."""
    labels: NDArray[np.int64]
    """(n, MAX_DIGITS); -1 where there is no digit."""
    boxes: NDArray[np.int64]
    """(n, MAX_DIGITS, 4)."""


@dataclass(frozen=True)
class Job:
    """A batch to draw."""

    path: Path
    size: Size
    seed: tuple[int, ...]
    kind: Kind | None = None
    """Of all scenes; without one, each has a random one, mixed with others."""


class SceneCache:
    """Batches of scenes in the given handwriting, cached in `folder` under their key."""

    def __init__(self, hands: Hands, folder: Path) -> None:
        self.hands = hands
        self.key = key_of(hands.all, [Path(__file__), *files_of(SCENE_MODULES)])
        self.folder = folder / self.key

    def training(self, side: int, part: int, count: int) -> list[Path]:
        """Return the files of `count` batches for training, drawing those that are missing.

        `side` is the longer side of their pictures; a part is numbered and differs from all others.
        """
        folder = self.folder / f"{side}-{part:03d}"
        jobs = [
            Job(folder / f"{number:04d}.npz", random_size(side, seed), seed)
            for number in range(count)
            for seed in [(side, part, number)]
        ]
        return self.draw(jobs, f"drawing part {part + 1}")

    def validation(self) -> list[tuple[Kind, Path]]:
        """Return every kind with the file of a batch of it, drawing those that are missing."""
        folder = self.folder / "kinds"
        jobs = [
            Job(folder / f"{number:03d}.npz", VALIDATION_SIZE, (number,), kind)
            for number, kind in enumerate(KINDS)
        ]
        return list(zip(KINDS, self.draw(jobs, "drawing each kind"), strict=True))

    def draw(self, jobs: list[Job], description: str) -> list[Path]:
        """Draw the batches that are missing, by as many processes as torch has threads."""
        missing = [job for job in jobs if not job.path.exists()]
        if missing:
            missing[0].path.parent.mkdir(parents=True, exist_ok=True)
            # A forked process would have torch's locks, but not the threads that release them.
            with multiprocessing.get_context("spawn").Pool(
                torch.get_num_threads(), initializer=start_worker, initargs=(self.hands,)
            ) as pool:
                drawn = pool.imap_unordered(draw_batch, missing)
                for _ in tqdm(drawn, description, len(missing), unit="batch", leave=False):
                    pass
        return [job.path for job in jobs]


worker_hands: list[Hands] = []
"""The handwriting that a worker process draws with."""


def start_worker(hands: Hands) -> None:
    """Prepare a worker process."""
    torch.set_num_threads(1)
    worker_hands[:] = [hands]


def draw_batch(job: Job) -> None:
    """Draw and store a batch."""
    (hands,) = worker_hands
    with whole_file(job.path) as file:
        np.savez(file, **make_batch(hands, job)._asdict())


def make_batch(hands: Hands, job: Job) -> Batch:
    """Return the batch of a job."""
    seeds = [(*job.seed, number) for number in range(BATCH_SIZE)]
    if job.kind is None:
        return stack([draw_mixed_scene(hands, job.size, seed) for seed in seeds])
    return stack([draw_scene(hands, job.kind, job.size, seed) for seed in seeds])


def stack(drawn: Sequence[Scene]) -> Batch:
    """Return scenes of one size as a batch."""
    labels = np.full((len(drawn), MAX_DIGITS), -1, dtype=np.int64)
    boxes = np.zeros((len(drawn), MAX_DIGITS, 4), dtype=np.int64)
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
    rng = np.random.default_rng(seed)
    shorter = max(2, round(side * rng.choice(ASPECTS) / MULTIPLE)) * MULTIPLE
    return (shorter, side) if rng.random() < UPRIGHT else (side, shorter)


def key_of(hands: Iterable[Hand], code: Iterable[Path]) -> str:
    """Return the cache key of what the present code in some files draws of the handwriting."""
    digest = hashlib.sha256()
    for path in code:
        digest.update(dump_without_prose(path.read_text(encoding="utf-8")).encode())
    for hand in hands:
        digest.update(hand.paths.labels.tobytes())
        for drawing in hand.paths.drawings:
            digest.update(np.concatenate(drawing).tobytes())
    return digest.hexdigest()[:12]


def files_of(modules: Iterable[ModuleType]) -> list[Path]:
    """Return the files of modules."""
    return [Path(str(module.__file__)) for module in modules]
