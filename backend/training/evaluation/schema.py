"""Results of an evaluation of the released model: the document evaluation.json."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from recognizer import StageTimings
from recognizer.model_files import MODEL_PATH

EVALUATION = MODEL_PATH.with_name("evaluation.json")


@dataclass(frozen=True)
class DigitResult:
    """Result on a test set of digits. Fractions are in [0, 1]."""

    name: str
    images: int
    """Number of images."""
    correct: int
    """Number of images whose digit was predicted; rejected ones are not among them."""
    accuracy: float
    interval: tuple[float, float]
    """95% confidence interval of the accuracy (Wilson)."""
    rejected: float
    """Fraction with the verdict `not_a_digit` or `blank`; both count as errors."""
    unsure: float
    """Fraction with the verdict `unsure`."""
    accuracy_when_sure: float
    """Accuracy over the images with the verdict `digit`."""
    expected_calibration_error: float
    reliability: list[tuple[float, float, int]]
    """Mean confidence, accuracy and number of predictions in each bin that has any."""
    confusion: list[list[int]]
    """confusion[label][predicted digit]; rejected images are in no column."""


@dataclass(frozen=True)
class RejectionResult:
    """Result on a test set of non-digits. Fractions are in [0, 1]."""

    name: str
    images: int
    """Number of images."""
    rejected: float
    """Fraction with the verdict `not_a_digit` or `blank`."""
    unsure: float
    """Fraction with the verdict `unsure`."""
    rejected_or_unsure: float
    """Fraction that was not taken for a digit."""
    interval: tuple[float, float]
    """95% confidence interval of `rejected_or_unsure` (Wilson)."""


@dataclass(frozen=True)
class NumberResult:
    """Result on a test set of numbers or of scenes. Fractions are in [0, 1]."""

    name: str
    images: int
    """Number of images."""
    correct: int
    """Number of images of which all digits were recognized, and nothing else."""
    accuracy: float
    interval: tuple[float, float]
    """95% confidence interval of the accuracy (Wilson)."""
    sure_and_wrong: float
    """Fraction with the verdict `digit` or `number` that is not correct."""
    unsure: float
    """Fraction with the verdict `unsure`."""
    rejected: float
    """Fraction with the verdict `not_a_digit` or `blank`; both count as errors."""
    one_digit: float
    """Fraction with the verdict `digit` although the image shows several digits."""
    expected_calibration_error: float
    """Over the images that were not rejected."""
    reliability: list[tuple[float, float, int]]
    """Mean confidence, accuracy and number of predictions in each bin that has any."""


Outcome = Literal["right", "unsure", "wrong"]
"""Of an answer about a scene; see the fields of that name."""


@dataclass(frozen=True)
class SceneKindResult:
    """Result on the scenes of one kind: numbers of scenes, which sum to `images`."""

    name: str
    held_out: bool
    """Whether the finder's training leaves the kind out."""
    images: int
    right: int
    """Exactly the digits were recognized; of a kind without digits: the scene was rejected."""
    unsure: int
    """Not right, and the verdict is none of `digit` and `number`."""
    wrong: int
    """Not right, and the verdict is `digit` or `number`."""


@dataclass(frozen=True)
class SeedStatistics:
    """Accuracy on each validation set over runs of one recipe with several seeds."""

    runs: int
    mean: dict[str, float]
    std: dict[str, float]
    """Sample standard deviation; 0 if there is only one run."""


@dataclass(frozen=True)
class ModelFile:
    """A released model's file."""

    sha256: str
    size_bytes: int
    recipe: str
    """How it was trained."""


@dataclass(frozen=True)
class Evaluation:
    """The released model and its results on all test sets."""

    version: str
    """Of all models together."""
    sha256: str
    """Of the classifier's file."""
    size_bytes: int
    """Of the classifier's file."""
    recipe: str
    """How the classifier was trained: the key of its runs in results.csv."""
    finder: ModelFile
    line_reader: ModelFile
    temperature: float
    reject_threshold: float
    unsure_threshold: float
    timings: StageTimings
    """Medians for one of UJI's digits as a 400×400 PNG, which depend on the machine."""
    digits: list[DigitResult]
    conditions: list[DigitResult]
    non_digits: list[RejectionResult]
    numbers: list[NumberResult]
    scenes: list[NumberResult]
    """Of the kinds that the finder is trained with, and of those held out; both with digits."""
    scene_kinds: list[SceneKindResult]
    """Of all kinds."""
    seeds: SeedStatistics


def save_evaluation(evaluation: Evaluation) -> None:
    """Write evaluation.json beside the model."""
    document = asdict(evaluation) | {"timings": evaluation.timings._asdict()}
    EVALUATION.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def load_evaluation() -> Evaluation:
    """Read evaluation.json."""
    document: dict[str, Any] = json.loads(EVALUATION.read_text(encoding="utf-8"))
    parsed = {
        "timings": StageTimings(**document["timings"]),
        "digits": [DigitResult(**result) for result in document["digits"]],
        "conditions": [DigitResult(**result) for result in document["conditions"]],
        "non_digits": [RejectionResult(**result) for result in document["non_digits"]],
        "numbers": [NumberResult(**result) for result in document["numbers"]],
        "scenes": [NumberResult(**result) for result in document["scenes"]],
        "scene_kinds": [SceneKindResult(**result) for result in document["scene_kinds"]],
        "finder": ModelFile(**document["finder"]),
        "line_reader": ModelFile(**document["line_reader"]),
        "seeds": SeedStatistics(**document["seeds"]),
    }
    return Evaluation(**(document | parsed))
