"""The pictures of an evaluation, for the model card: what is read, how surely, where it fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from recognizer.classifier import MODEL, OTHER
from recognizer.preprocessing import Ink
from training.evaluation.schema import Evaluation, Result

CHARTS = MODEL.parent / "charts"

INK, PAPER, RED, PALE = "#1d2a4d", "#ffffff", "#c8322b", "#dfe3ee"

WORST = 100
"""Misreadings on the sheet: those that were given most surely."""


@dataclass(frozen=True)
class Misreading:
    """A digit that was read as another, or refused."""

    ink: Ink
    true: int
    read: int | None
    confidence: float


def draw_charts(evaluation: Evaluation, misreadings: Sequence[Misreading]) -> None:
    """Write every picture into charts/, beside the model."""
    CHARTS.mkdir(exist_ok=True)
    people = evaluation.results[:2]
    figures = {
        "confusion": confusion_chart(people),
        "reliability": reliability_chart(people),
        "conditions": conditions_chart(evaluation),
        "errors": errors_sheet(misreadings),
    }
    for name, figure in figures.items():
        # Without the date and the version of the software, the same figures give the same file.
        figure.savefig(CHARTS / f"{name}.png", dpi=110, metadata={"Software": None})


def confusion_chart(results: Sequence[Result]) -> Figure:
    """Which digit is taken for which; the right ones are left out, so that the errors show."""
    figure = Figure(figsize=(5 * len(results), 5), layout="constrained")
    for axes, result in zip(rows_of(figure, len(results)), results, strict=True):
        draw_confusion(axes, np.array(result.confusion), [str(digit) for digit in range(10)])
        axes.set_title(
            f"{result.name}: {result.digits - result.right} of {result.digits:,} misread"
        )
    return figure


def held_out_confusion_chart(labels: NDArray[np.int64], read: NDArray[np.int64]) -> Figure:
    """The same of the drawings held out of training: (n,) each, 0 to 9, or 10 for no digit."""
    figure = Figure(figsize=(5.5, 5.5), layout="constrained")
    axes = figure.subplots()
    times = np.zeros((OTHER + 1, OTHER + 1), dtype=np.int64)
    np.add.at(times, (labels, read), 1)
    draw_confusion(axes, times, [*map(str, range(OTHER)), "none"])
    axes.set_title(f"held out: {(labels != read).sum():,} of {len(labels):,} misread")
    return figure


def draw_confusion(axes: Axes, times: NDArray[np.int64], names: Sequence[str]) -> None:
    """How often each (row) was read as which (column); the diagonal is left out."""
    times = times * (1 - np.eye(len(names), dtype=np.int64))
    axes.imshow(times, cmap=mpl.colors.LinearSegmentedColormap.from_list("ink", [PAPER, RED]))
    for true, read in zip(*np.nonzero(times), strict=True):
        axes.text(read, true, str(times[true, read]), ha="center", va="center", color=INK)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="read as", ylabel="is")


def reliability_chart(results: Sequence[Result]) -> Figure:
    """How often an answer is right, by how sure it is; the area of a dot is its share."""
    figure = Figure(figsize=(4.5 * len(results), 4.5), layout="constrained")
    for axes, result in zip(rows_of(figure, len(results)), results, strict=True):
        confidence, accuracy, count = np.array(result.reliability).T
        axes.plot([0, 1], [0, 1], color=PALE)
        axes.scatter(confidence, accuracy, 20 + 600 * count / count.sum(), color=INK, alpha=0.7)
        error = result.expected_calibration_error
        axes.set(
            xlabel="confidence",
            ylabel="share that is right",
            title=f"{result.name}\ncalibration error {error:.2%}",
        )
    return figure


def conditions_chart(evaluation: Evaluation) -> Figure:
    """Accuracy under each condition, with its 95 % interval."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    (axes,) = rows_of(figure, 1)
    for row, result in enumerate(reversed(evaluation.conditions)):
        low, high = result.interval
        axes.plot([100 * low, 100 * high], [row, row], color=PALE, linewidth=6)
        axes.plot(100 * result.accuracy, row, "o", color=INK)
        axes.annotate(
            f"{result.accuracy:.1%}", (100 * high, row), (6, -4), textcoords="offset points"
        )
    names = [result.name for result in reversed(evaluation.conditions)]
    axes.set(yticks=range(len(names)), yticklabels=names, xlabel="pen digits read right, %")
    axes.set_xlim(right=axes.get_xlim()[1] + 0.3)
    return figure


def errors_sheet(misreadings: Sequence[Misreading]) -> Figure:
    """The misreadings that were given most surely, as the network saw them."""
    worst = sorted(misreadings, key=lambda one: one.confidence, reverse=True)[:WORST]
    figure = Figure(figsize=(10, 11.5), facecolor=PAPER)
    for axes, misreading in zip(figure.subplots(10, 10).flat, worst, strict=False):
        axes.imshow(1 - misreading.ink, cmap="gray", vmin=0, vmax=1)
        read = "no digit" if misreading.read is None else f"read {misreading.read}"
        axes.set_title(f"{misreading.true}, {read}\n{misreading.confidence:.0%}", fontsize=8)
    for axes in figure.axes:
        axes.set_axis_off()
    figure.subplots_adjust(0.02, 0.01, 0.98, 0.95, 0.2, 0.5)
    return figure


def rows_of(figure: Figure, count: int) -> list[Axes]:
    """So many plots side by side, without the frame at their top and right."""
    plots = list(figure.subplots(1, count, squeeze=False)[0])
    for axes in plots:
        axes.spines[["top", "right"]].set_visible(False)
    return plots
