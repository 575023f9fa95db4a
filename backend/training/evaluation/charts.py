"""Charts of an evaluation, for the model card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from recognizer.classifier import NON_DIGIT
from recognizer.model_files import MODEL_PATH
from recognizer.preprocessing import ModelInput
from training.evaluation.schema import (
    DigitResult,
    Evaluation,
    NumberResult,
    Outcome,
    SceneKindResult,
)

CHARTS = MODEL_PATH.parent / "charts"

BLUE, WHITE, RED, PALE = "#1d2a4d", "#ffffff", "#c8322b", "#dfe3ee"

OUTCOME_COLORS: dict[Outcome, str] = {"right": "#2b7a4b", "unsure": "#c98a1b", "wrong": RED}

WORST = 100
"""Number of errors on the sheet: those with the highest confidence."""


@dataclass(frozen=True)
class Misclassification:
    """A digit that was taken for another or rejected."""

    model_input: ModelInput
    label: int
    predicted: int | None
    """None if rejected."""
    confidence: float


def draw_charts(evaluation: Evaluation, errors: Sequence[Misclassification]) -> None:
    """Write the charts of single digits into charts/, beside the model."""
    largest = evaluation.digits[:2]
    save_charts(
        {
            "confusion": confusion_chart(largest),
            "reliability": reliability_chart(largest),
            "conditions": conditions_chart(evaluation),
            "errors": errors_sheet(errors),
        }
    )


def draw_number_charts(evaluation: Evaluation) -> None:
    """Write the charts of numbers and scenes."""
    shown = [*evaluation.numbers[:2], *evaluation.scenes]
    save_charts(
        {
            "reliability_of_numbers": reliability_chart(shown),
            "scenes": scenes_chart(evaluation.scene_kinds),
        }
    )


def save_charts(figures: Mapping[str, Figure]) -> None:
    """Write figures into charts/ by their names."""
    CHARTS.mkdir(exist_ok=True)
    for name, figure in figures.items():
        # Without the date and the software version, equal figures give equal files.
        figure.savefig(CHARTS / f"{name}.png", dpi=110, metadata={"Software": None})


def confusion_chart(results: Sequence[DigitResult]) -> Figure:
    """Draw which digits are confused, without the correct predictions."""
    figure = Figure(figsize=(5 * len(results), 5), layout="constrained")
    for axes, result in zip(plots_in_row(figure, len(results)), results, strict=True):
        draw_confusion(axes, np.array(result.confusion), [str(digit) for digit in range(10)])
        axes.set_title(
            f"{result.name}: {result.images - result.correct} errors in {result.images:,}"
        )
    return figure


def validation_confusion_chart(labels: NDArray[np.int64], predicted: NDArray[np.int64]) -> Figure:
    """Draw the same for the validation sets: (n,) each, 0 to 9, or NON_DIGIT."""
    figure = Figure(figsize=(5.5, 5.5), layout="constrained")
    axes = figure.subplots()
    counts = np.zeros((NON_DIGIT + 1, NON_DIGIT + 1), dtype=np.int64)
    np.add.at(counts, (labels, predicted), 1)
    draw_confusion(axes, counts, [*map(str, range(NON_DIGIT)), "none"])
    errors = (labels != predicted).sum()
    axes.set_title(f"validation sets: {errors:,} errors in {len(labels):,}")
    return figure


def draw_confusion(axes: Axes, counts: NDArray[np.int64], names: Sequence[str]) -> None:
    """Draw a confusion matrix, label by predicted class, without its diagonal."""
    counts = counts * (1 - np.eye(len(names), dtype=np.int64))
    axes.imshow(counts, cmap=mpl.colors.LinearSegmentedColormap.from_list("errors", [WHITE, RED]))
    for label, predicted in zip(*np.nonzero(counts), strict=True):
        axes.text(
            predicted, label, str(counts[label, predicted]), ha="center", va="center", color=BLUE
        )
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="predicted", ylabel="label")


def reliability_chart(results: Sequence[DigitResult | NumberResult]) -> Figure:
    """Draw accuracy against confidence; larger dots stand for more predictions."""
    figure = Figure(figsize=(4.5 * len(results), 4.5), layout="constrained")
    for axes, result in zip(plots_in_row(figure, len(results)), results, strict=True):
        confidence, accuracy, count = np.array(result.reliability).T
        axes.plot([0, 1], [0, 1], color=PALE)
        axes.scatter(confidence, accuracy, 20 + 600 * count / count.sum(), color=BLUE, alpha=0.7)
        error = result.expected_calibration_error
        axes.set(
            xlabel="confidence",
            ylabel="accuracy",
            title=f"{result.name}\ncalibration error {error:.2%}",
        )
    return figure


def conditions_chart(evaluation: Evaluation) -> Figure:
    """Draw the accuracy under each condition, with its 95% confidence interval."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    (axes,) = plots_in_row(figure, 1)
    for row, result in enumerate(reversed(evaluation.conditions)):
        low, high = result.interval
        axes.plot([100 * low, 100 * high], [row, row], color=PALE, linewidth=6)
        axes.plot(100 * result.accuracy, row, "o", color=BLUE)
        axes.annotate(
            f"{result.accuracy:.1%}", (100 * high, row), (6, -4), textcoords="offset points"
        )
    names = [result.name for result in reversed(evaluation.conditions)]
    axes.set(yticks=range(len(names)), yticklabels=names, xlabel="accuracy on UJI's digits, %")
    axes.set_xlim(right=axes.get_xlim()[1] + 0.3)
    return figure


def scenes_chart(results: Sequence[SceneKindResult]) -> Figure:
    """Draw how many scenes of each kind were right, unsure and wrong; held-out kinds apart."""
    figure = Figure(figsize=(11, 10), layout="constrained")
    for axes, held_out in zip(plots_in_row(figure, 2), (False, True), strict=True):
        shown = [result for result in reversed(results) if result.held_out == held_out]
        names = [result.name for result in shown]
        start = np.zeros(len(shown))
        for outcome, color in OUTCOME_COLORS.items():
            share = np.array([100 * getattr(result, outcome) / result.images for result in shown])
            axes.barh(names, share, left=start, color=color, label=outcome)
            start += share
        title = "kinds held out of training" if held_out else "kinds of scenes trained with"
        axes.set(
            title=title, xlabel="% of the scenes", xlim=(0, 100), ylim=(-0.6, len(shown) - 0.4)
        )
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def errors_sheet(errors: Sequence[Misclassification]) -> Figure:
    """Draw the model inputs of the errors with the highest confidence."""
    worst = sorted(errors, key=lambda error: error.confidence, reverse=True)[:WORST]
    figure = Figure(figsize=(10, 11.5), facecolor=WHITE)
    for axes, error in zip(figure.subplots(10, 10).flat, worst, strict=False):
        axes.imshow(1 - error.model_input, cmap="gray", vmin=0, vmax=1)
        outcome = "rejected" if error.predicted is None else f"predicted {error.predicted}"
        axes.set_title(f"{error.label}, {outcome}\n{error.confidence:.0%}", fontsize=8)
    for axes in figure.axes:
        axes.set_axis_off()
    figure.subplots_adjust(0.02, 0.01, 0.98, 0.95, 0.2, 0.5)
    return figure


def plots_in_row(figure: Figure, count: int) -> list[Axes]:
    """Return `count` plots side by side, without frames at their top and right."""
    plots = list(figure.subplots(1, count, squeeze=False)[0])
    for axes in plots:
        axes.spines[["top", "right"]].set_visible(False)
    return plots
