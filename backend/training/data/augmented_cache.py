"""Rounds: every source redrawn anew and preprocessed, once, and kept under runs/rounds/.

Drawing costs more than learning, so runs share the rounds: another seed or another network starts
at once. A round depends on nothing but its number, the digits that there are and the code that
draws them; when these change, the rounds are drawn anew.
"""

import hashlib
import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer import preprocessing
from training import (
    augmentation,
    datasets,
    doodles,
    fonts,
    lifts,
    others,
    sources,
    strokes,
    variants,
)
from training.data.augmentation import inks_of, spoil
from training.data.sources import Source

CHUNK = 250
"""Digits of one source that are redrawn at a time, by one process."""

Inks = NDArray[np.uint8]
"""(n, 28, 28), 255 is full ink."""

Labels = NDArray[np.int64]
"""(n,): 0 to 9, and 10 for what is no digit."""


class Rounds:
    """Rounds of the given sources, each drawn when it is first asked for."""

    def __init__(self, sources: Sequence[tuple[int, Source]], folder: Path) -> None:
        self.sources = sources
        self.fingerprint = fingerprint(sources)
        self.folder = folder / self.fingerprint

    def __call__(self, number: int) -> tuple[Inks, Labels]:
        """The inks and labels of a round, shuffled."""
        path = self.folder / f"{number:02d}.npz"
        if not path.exists():
            inks, labels = self.draw(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".new.npz")
            np.savez(temporary, inks=inks, labels=labels)
            temporary.replace(path)
        with np.load(path) as saved:
            return saved["inks"], saved["labels"]

    def draw(self, number: int) -> tuple[Inks, Labels]:
        """Redraw every source as often as a round has it, on all processors."""
        jobs = [
            (source.part(np.arange(start, min(start + CHUNK, len(source.labels)))), seed)
            for seed, (source, start) in enumerate(
                (source, start)
                for times, source in self.sources
                for _ in range(times)
                for start in range(0, len(source.labels), CHUNK)
            )
        ]
        # Forked processes would inherit torch's threads, but not what these hold.
        with multiprocessing.get_context("spawn").Pool(
            initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            drawn = tqdm(
                pool.imap(draw_part, [(source, number * 100_000 + seed) for source, seed in jobs]),
                desc=f"drawing round {number + 1}",
                total=len(jobs),
                unit_scale=CHUNK,
                unit=" digits",
                leave=False,
            )
            inks, labels = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        order = np.random.default_rng(number).permutation(len(labels))
        return inks[order], labels[order]


def draw_part(job: tuple[Source, int]) -> tuple[Inks, Labels]:
    """Redraw a source once, the same for the same seed; what came out blank is left out."""
    source, seed = job
    generator = torch.Generator().manual_seed(seed)
    canvases = source.redraw(np.arange(len(source.labels)), generator)
    inks = (inks_of(spoil(canvases, generator)) * 255).round().astype(np.uint8)
    seen = inks.any(axis=(1, 2))
    return inks[seen], source.labels[seen]


def fingerprint(drawn: Sequence[tuple[int, Source]]) -> str:
    """Names the code that draws and what it draws from, so that other rounds are not reused."""
    modules = (
        preprocessing, augmentation, datasets, doodles, fonts, lifts, others, sources, strokes,
        variants,
    )  # fmt: skip
    code = b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
    digits = b"".join(source.labels.tobytes() for _, source in drawn)
    return hashlib.sha256(code + digits).hexdigest()[:12]
