"""Sources of training samples, which they render with random augmentation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from recognizer.classifier import NON_DIGIT
from training.data.augmentation import (
    CANVAS_SIZE,
    preprocess_batch,
    random_affine_elastic,
    random_stroke_width,
    upscale,
)
from training.data.datasets import (
    Digits,
    load_feedback,
    load_mnist_training,
    load_mnist_validation,
    load_pen_digits_training,
    load_semeion_training,
)
from training.data.doodles import doodle
from training.data.fonts import (
    DIGITS,
    LETTERS,
    SIGNS,
    rasterize_glyphs,
    training_fonts,
    validation_fonts,
)
from training.data.found_digits import load_found_digits
from training.data.non_digits import (
    SCRIBBLES,
    SHAPES,
    digit_pairs,
    random_texture,
    sample_drawings,
)
from training.data.pen_lifts import joined_strokes, split_strokes
from training.data.pen_paths import (
    LearnedPart,
    Part,
    PenPaths,
    load_unipen_digits,
    load_unipen_others,
    sample_by_writer,
    simplify,
)
from training.data.rasterize import Stroke, perturb, rasterize_to_fit, smooth, stroke_bytes
from training.data.synthetic_digits import sample_synthetic_digits

PEN_RANGE = (0.01, 0.1)
"""Smallest and largest brush width, as a fraction of the side of the paper."""

SIZE_RANGE = (0.25, 0.9)
"""Smallest and largest longer side of a drawing, brush included, as a fraction of the same."""

CURVE_PROB = 0.75
"""Probability that a path is drawn as a curve through its points instead of straight lines."""

UNAUGMENTED_PROB = 0.4
"""Probability that a raster image is only upscaled."""

SYNTHETIC_DIGITS = 15_000
"""Number of synthetic digits."""

MAX_PER_WRITER = 200
"""Most characters of one UNIPEN writer in a source; 22 of 176 writers wrote half of the digits."""

MAX_REPETITIONS = 3
"""How often a digit of a writer with few digits is in a source, at most."""

OPTIONAL_DATASETS = ("pen-digits", "semeion", "unipen")
"""Data sets that training can go on without."""

FOUND_DIGITS = "found digits"
"""Source of ink that the library finds in scenes: the only one without all ink of an image."""

MIN_SEVEN_ASPECT = 0.55
"""Width of a 7 without a bar divided by its height; a narrower one could be a bracket."""

MIN_VAL_SAMPLES = 2_000
"""Smallest number of augmented samples in a validation set."""

SEED = 7
"""Seed of the sampled drawings and of the validation sets, which are the same in every run."""


class Source(Protocol):
    """Labeled samples that are augmented differently each time they are rendered."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,): 0 to 9, or NON_DIGIT."""
        ...

    @property
    def content(self) -> bytes:
        """All samples as bytes, for the cache key."""
        ...

    def subset(self, indices: NDArray[np.int64]) -> Self:
        """Return a source of the chosen samples only."""
        ...

    def render(self, indices: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        """Return augmented canvases of the chosen samples.

        The canvases are (k, 1, CANVAS_SIZE, CANVAS_SIZE) float32 in [0, 1], white on black.
        """
        ...


SourceType = TypeVar("SourceType", bound=Source)


@dataclass(frozen=True)
class RasterSource:
    """Small images, which are distorted and get another stroke width."""

    name: str
    images: NDArray[np.uint8]
    """(n, 28, 28) or (n, 48, 48), white on black."""
    labels: NDArray[np.int64]

    @property
    def content(self) -> bytes:
        return self.images.tobytes()

    def subset(self, indices: NDArray[np.int64]) -> Self:
        return replace(self, images=self.images[indices], labels=self.labels[indices])

    def render(self, indices: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        images = torch.from_numpy(self.images[indices].astype(np.float32) / 255)[:, None]
        canvases = random_stroke_width(random_affine_elastic(images, generator), generator)
        unaugmented = torch.rand(len(images), generator=generator) < UNAUGMENTED_PROB
        canvases[unaugmented] = upscale(images[unaugmented])
        return canvases


@dataclass(frozen=True)
class StrokeSource:
    """Strokes, which are perturbed and drawn with any pen."""

    name: str
    drawings: Sequence[list[Stroke]]
    labels: NDArray[np.int64]

    @property
    def content(self) -> bytes:
        return b"".join(map(stroke_bytes, self.drawings))

    def subset(self, indices: NDArray[np.int64]) -> Self:
        drawings = [self.drawings[index] for index in indices]
        return replace(self, drawings=drawings, labels=self.labels[indices])

    def render(self, indices: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        rng = numpy_generator(generator)
        return torch.from_numpy(np.stack([self._render_one(index, rng) for index in indices]))

    def _render_one(self, index: int, rng: np.random.Generator) -> NDArray[np.float32]:
        pen = rng.uniform(*PEN_RANGE)
        pen /= rng.uniform(*SIZE_RANGE) - pen
        strokes = perturb(self.drawings[index], rng)
        if rng.random() < CURVE_PROB:
            strokes = [smooth(stroke) for stroke in strokes]
        return rasterize_to_fit(strokes, pen, CANVAS_SIZE)[None]


@dataclass(frozen=True)
class TextureSource:
    """Random textures: each rendering is a new one."""

    name: str
    labels: NDArray[np.int64]

    @property
    def content(self) -> bytes:
        return b""

    def subset(self, indices: NDArray[np.int64]) -> Self:
        return replace(self, labels=self.labels[indices])

    def render(self, indices: NDArray[np.int64], generator: torch.Generator) -> Tensor:
        rng = numpy_generator(generator)
        return torch.from_numpy(np.stack([random_texture(rng, CANVAS_SIZE)[None] for _ in indices]))


def numpy_generator(generator: torch.Generator) -> np.random.Generator:
    """Return a numpy generator seeded by torch's."""
    return np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))


@dataclass(frozen=True)
class ValidationSet:
    """Samples that choose the epoch, the temperature and the thresholds."""

    name: str
    inputs: Tensor
    """Model inputs (n, 28, 28) float32 in [0, 1]."""
    labels: Tensor
    """(n,) int64: 0 to 9, or NON_DIGIT."""


def load_sources(
    without: Collection[str] = (),
) -> tuple[list[tuple[int, Source]], list[ValidationSet]]:
    """Load what the model is trained on, and the validation sets.

    Returns the training sources, each with the number of times that an augmented copy contains its
    samples; and the validation sets, one per source. Names are the columns of results.csv. Data
    sets of OPTIONAL_DATASETS may be left out. Raises DatasetError if another one or the fonts are
    missing.
    """
    mnist, mnist_val = load_mnist_training(), load_mnist_validation()
    sources: list[tuple[int, Source]] = [
        (2, RasterSource("MNIST redrawn", mnist.images, mnist.labels))
    ]
    val_sets = [
        unaugmented("MNIST", mnist_val),
        augmented(RasterSource("MNIST redrawn", mnist_val.images, mnist_val.labels)),
    ]
    splits: list[tuple[int, tuple[Source, Source]]] = []
    if "unipen" not in without:
        splits += unipen_splits()
    if "pen-digits" not in without:
        splits += pen_digit_splits()
    if "semeion" not in without:
        semeion = restore_aspect_ratio(load_semeion_training())
        scans = RasterSource("Semeion", semeion.images, semeion.labels)
        splits.append((14, train_val_split(scans, every=5)))
    synthetic, labels = sample_synthetic_digits(SYNTHETIC_DIGITS, SEED)
    variants = StrokeSource("variants", synthetic, np.array(labels, dtype=np.int64))
    pairs = digit_pairs(mnist.images, 6_000, SEED)
    splits += [
        (1, train_val_split(variants)),
        (1, train_val_split(non_digits("shapes", sample_drawings(SHAPES, 5_000, SEED)))),
        (1, train_val_split(non_digits("doodles", sample_drawings([doodle], 6_000, SEED)))),
        (1, train_val_split(non_digits("scribbles", sample_drawings(SCRIBBLES, 3_000, SEED)))),
        (1, train_val_split(RasterSource("pairs", pairs, non_digit_labels(len(pairs))))),
        (1, train_val_split(TextureSource("textures", non_digit_labels(3_000)))),
    ]
    for times, characters in ((20, DIGITS), (4, LETTERS), (2, SIGNS)):
        fonts = glyphs(training_fonts(), characters), glyphs(validation_fonts(), characters)
        splits.append((times, fonts))
    for times, (train, val) in splits:
        sources.append((times, train))
        val_sets.append(augmented(val))
    feedback = load_feedback()
    if len(feedback.labels):
        sources.append((4, RasterSource("feedback", feedback.images, feedback.labels)))
    return sources, val_sets


def unipen_splits() -> list[tuple[int, tuple[Source, Source]]]:
    """Return UNIPEN's digits, its letters and signs, and what is found in scenes, by writer."""

    def digits(part: Part) -> StrokeSource:
        return pen_path_source("UNIPEN digits", load_unipen_digits(part), MAX_REPETITIONS)

    def others(part: Part) -> StrokeSource:
        return pen_path_source("UNIPEN others", load_unipen_others(part), 1)

    def found(part: LearnedPart) -> RasterSource:
        pieces = load_found_digits(part)
        return RasterSource(FOUND_DIGITS, pieces.images, pieces.labels)

    return [
        (2, (digits("training"), digits("validation"))),
        (1, (others("training"), others("validation"))),
        (1, (found("training"), found("validation"))),
    ]


def pen_digit_splits() -> list[tuple[int, tuple[Source, Source]]]:
    """Return the pen digits as they were recorded, split at pen lifts, and 7s without a bar."""
    pen_digits = load_pen_digits_training()
    joined = StrokeSource("pen digits", joined_strokes(pen_digits), pen_digits.labels)
    lifted = train_val_split(
        StrokeSource("pen digits, lifted", split_strokes(pen_digits), pen_digits.labels)
    )
    return [
        (3, train_val_split(joined)),
        (3, lifted),
        (2, (unbarred_sevens(lifted[0]), unbarred_sevens(lifted[1]))),
    ]


def pen_path_source(name: str, paths: PenPaths, max_repetitions: int) -> StrokeSource:
    """Return a source of digits, or else of non-digits, with about equally many of each writer."""
    sampled = sample_by_writer(paths, MAX_PER_WRITER, max_repetitions, SEED)
    labels = [int(label) if label in DIGITS else NON_DIGIT for label in sampled.labels.tolist()]
    drawings = [simplify(strokes) for strokes in sampled.drawings]
    return StrokeSource(name, drawings, np.array(labels, dtype=np.int64))


def train_val_split(source: SourceType, every: int = 10) -> tuple[SourceType, SourceType]:
    """Split a source into training and validation samples: the latter are one in `every`."""
    indices = np.arange(len(source.labels))
    return source.subset(indices[indices % every > 0]), source.subset(indices[::every])


def glyphs(fonts: list[Path], characters: str) -> RasterSource:
    """Return a source of the DIGITS, LETTERS or SIGNS of fonts."""
    images, positions = rasterize_glyphs(fonts, characters)
    if characters == DIGITS:
        return RasterSource("font digits", images, positions)
    name = "letters" if characters == LETTERS else "signs"
    return RasterSource(name, images, non_digit_labels(len(images)))


def non_digits(name: str, drawings: list[list[Stroke]]) -> StrokeSource:
    """Return a source of drawings that show no digit."""
    return StrokeSource(name, drawings, non_digit_labels(len(drawings)))


def non_digit_labels(count: int) -> NDArray[np.int64]:
    """Return NON_DIGIT, `count` times."""
    return np.full(count, NON_DIGIT, dtype=np.int64)


def augmented(source: Source) -> ValidationSet:
    """Return a validation set of at least MIN_VAL_SAMPLES augmented samples of a source.

    It is the same in every run; samples that came out blank are left out.
    """
    generator = torch.Generator().manual_seed(SEED)
    times = -(-MIN_VAL_SAMPLES // len(source.labels))
    indices = np.tile(np.arange(len(source.labels)), times)
    inputs = torch.from_numpy(preprocess_batch(source.render(indices, generator)))
    visible = inputs.flatten(1).amax(1) > 0
    labels = torch.from_numpy(source.labels[indices])
    return ValidationSet(source.name, inputs[visible], labels[visible])


def unaugmented(name: str, digits: Digits) -> ValidationSet:
    """Return a validation set of digits at their own size, undistorted."""
    canvases = torch.from_numpy(digits.images.astype(np.float32) / 255)[:, None]
    inputs = torch.from_numpy(preprocess_batch(canvases))
    return ValidationSet(name, inputs, torch.from_numpy(digits.labels))


def restore_aspect_ratio(digits: Digits) -> Digits:
    """Return Semeion's digits (n, 16, 16) as (n, 28, 28) in a digit's usual aspect ratio.

    The original scans were stretched to 16×16 whatever their shape.
    """
    stretched = torch.from_numpy(digits.images.astype(np.float32))[:, None]
    usual = F.interpolate(stretched, size=(20, 15), mode="bilinear", align_corners=False)
    images = F.pad(usual, (7, 6, 4, 4))[:, 0].round().to(torch.uint8).numpy()
    return Digits(images, digits.labels)


def unbarred_sevens(lifted: StrokeSource) -> StrokeSource:
    """Return the 7s among split pen digits without their bar, except narrow ones.

    Eight in nine of these writers' 7s have a bar; half of the world writes none, and a model
    trained only on these would take such a 7 for a 1.
    """
    sevens = lifted.subset(np.flatnonzero(lifted.labels == 7))
    wide = [
        [leg] for leg, *_ in sevens.drawings if np.divide(*np.ptp(leg, axis=0)) > MIN_SEVEN_ASPECT
    ]
    return StrokeSource("sevens, unbarred", wide, np.full(len(wide), 7))
