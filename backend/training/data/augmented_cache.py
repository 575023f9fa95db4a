"""Augmented copies of the training data, cached under runs/augmented/.

Rendering costs more than training, so augmented data is cached and shared between runs: a new seed
or architecture starts immediately. A copy depends only on its number, the samples and the code
that renders them; if one of these changes, the cache has another key and is rendered again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from recognizer import preprocessing
from training.code_files import dump_without_prose, files_of
from training.data import (
    augmentation,
    datasets,
    doodles,
    fonts,
    non_digits,
    pen_lifts,
    pen_paths,
    rasterize,
    sources,
    synthetic_digits,
)
from training.data.augmentation import degrade, preprocess_batch
from training.data.sources import Source
from training.whole_files import whole_file
from training.workers import in_workers

CHUNK_SIZE = 250
"""Samples of one source that one process renders at a time."""

ModelInputs = NDArray[np.uint8]
"""(n, 28, 28): 255 is full ink."""

Labels = NDArray[np.int64]
"""(n,): 0 to 9, or NON_DIGIT."""

MODULES = (
    preprocessing, augmentation, datasets, doodles, fonts, non_digits, pen_lifts, pen_paths,
    rasterize, sources, synthetic_digits,
)  # fmt: skip

CODE = (Path(__file__), *files_of(MODULES))
"""Python files that an augmented copy depends on."""


class AugmentedDataset:
    """Augmented copies of the given sources; each is rendered when it is first loaded.

    `sources` holds each source with the number of times that a copy contains its samples. The
    copies are stored in `folder`, under their fingerprint.
    """

    def __init__(self, sources: Sequence[tuple[int, Source]], folder: Path) -> None:
        self.sources = sources
        self.fingerprint = fingerprint(sources)
        self.folder = folder / self.fingerprint

    def load(self, copy: int) -> tuple[ModelInputs, Labels]:
        """Return the model inputs and labels of a copy, shuffled."""
        path = self.folder / f"{copy:02d}.npz"
        if not path.exists():
            inputs, labels = self.build(copy)
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                np.savez(file, inputs=inputs, labels=labels)
        with np.load(path) as saved:
            return saved["inputs"], saved["labels"]

    def build(self, copy: int) -> tuple[ModelInputs, Labels]:
        """Render every source as often as a copy contains it, on all processors."""
        parts = [
            source.subset(np.arange(start, min(start + CHUNK_SIZE, len(source.labels))))
            for times, source in self.sources
            for _ in range(times)
            for start in range(0, len(source.labels), CHUNK_SIZE)
        ]
        built = tqdm(
            in_workers(build_part, copy, list(enumerate(parts))),
            desc=f"rendering copy {copy + 1}",
            total=len(parts),
            unit_scale=CHUNK_SIZE,
            unit=" samples",
            leave=False,
        )
        inputs, labels = (np.concatenate(arrays) for arrays in zip(*built, strict=True))
        order = np.random.default_rng(copy).permutation(len(labels))
        return inputs[order], labels[order]


def build_part(copy: int, part: tuple[int, Source]) -> tuple[ModelInputs, Labels]:
    """Render all samples of a numbered part of a copy; the arguments determine the result.

    Samples that came out blank are left out.
    """
    number, source = part
    generator = torch.Generator().manual_seed(copy * 100_000 + number)
    canvases = source.render(np.arange(len(source.labels)), generator)
    inputs = (preprocess_batch(degrade(canvases, generator)) * 255).round().astype(np.uint8)
    visible = inputs.any(axis=(1, 2))
    return inputs[visible], source.labels[visible]


def fingerprint(sources: Sequence[tuple[int, Source]], code: Iterable[Path] = CODE) -> str:
    """Return the cache key of the given sources, rendered by the given Python files.

    It changes with the samples and with the code, but not with docstrings, comments or formatting.
    Python 3.11 and 3.12 give different keys, because the syntax tree has more fields in 3.12.
    """
    digest = hashlib.sha256()
    for path in code:
        digest.update(dump_without_prose(path.read_text(encoding="utf-8")).encode())
    for times, source in sources:
        digest.update(f"{source.name} {times} {len(source.labels)}".encode())
        digest.update(source.labels.tobytes())
        digest.update(source.content)
    return digest.hexdigest()[:12]
