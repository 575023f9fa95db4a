"""What was measured of the released model: the document that make evaluate writes."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from recognizer.classifier import MODEL

EVALUATION = MODEL.with_name("evaluation.json")


@dataclass(frozen=True)
class Result:
    """How a set of digits was read. Shares are in [0, 1]."""

    name: str
    digits: int
    right: int
    accuracy: float
    interval: tuple[float, float]
    """Of the accuracy, 95 %, Wilson's."""
    refused: float
    """Share with the verdict `not_a_digit`, or `blank`: both count as misread."""
    unsure: float
    """Share with the verdict `unsure`."""
    accuracy_when_sure: float
    expected_calibration_error: float
    reliability: list[tuple[float, float, int]]
    """Mean confidence, accuracy and number of digits in each bin that has any."""
    confusion: list[list[int]]
    """confusion[true digit][digit read]; refused ones are in no column."""


@dataclass(frozen=True)
class Refusal:
    """How pictures that show no digit were answered. Shares are in [0, 1]."""

    name: str
    pictures: int
    refused: float
    """Share with the verdict `not_a_digit`, or `blank`."""
    unsure: float
    told: float
    """Share that was not taken for a digit: refused or unsure."""
    interval: tuple[float, float]
    """Of that share, 95 %, Wilson's."""


@dataclass(frozen=True)
class Seeds:
    """The recipe, begun from several random states: share of right answers on held-out drawings."""

    runs: int
    mean: dict[str, float]
    deviation: dict[str, float]
    """Standard deviation, of the sample."""


@dataclass(frozen=True)
class Evaluation:
    """Which model, and how it did."""

    sha256: str
    size_bytes: int
    recipe: str
    temperature: float
    refuse_above: float
    unsure_below: float
    milliseconds: dict[str, float]
    """Median time of a pen digit's 400×400 PNG by stage, on the machine at hand: no two agree."""
    results: list[Result]
    conditions: list[Result]
    others: list[Refusal]
    seeds: Seeds


def save_evaluation(evaluation: Evaluation) -> None:
    """Write evaluation.json beside the model."""
    EVALUATION.write_text(json.dumps(asdict(evaluation), indent=1) + "\n", encoding="utf-8")


def load_evaluation() -> Evaluation:
    """Read it again."""
    document: dict[str, Any] = json.loads(EVALUATION.read_text(encoding="utf-8"))
    return Evaluation(
        **{
            name: value
            for name, value in document.items()
            if name not in ("results", "conditions", "others", "seeds")
        },
        results=[Result(**result) for result in document["results"]],
        conditions=[Result(**result) for result in document["conditions"]],
        others=[Refusal(**refusal) for refusal in document["others"]],
        seeds=Seeds(**document["seeds"]),
    )
