"""The rows of the report: one figure of each target, and its ratios to the baselines."""

import statistics
from collections.abc import Mapping, Sequence
from typing import TypedDict

from benchmarks.targets import BASELINE, SMALL_BASELINE, paired_ratio


class Row(TypedDict):
    """One measure of all targets that were sent an image, as results.json holds it."""

    image: str
    measure: str
    """With its unit. Less is better, except for requests/s."""
    figures: dict[str, float]
    """By target."""
    ratios: dict[str, dict[str, float]]
    """Of each target to each baseline, by baseline and target."""


def compare(
    image: str,
    measure: str,
    turns: Mapping[str, Sequence[float]],
    baselines: Sequence[str] = (BASELINE, SMALL_BASELINE),
) -> Row:
    """Return the row of targets that were measured in turns: medians, and paired ratios."""
    return {
        "image": image,
        "measure": measure,
        "figures": {name: statistics.median(figures) for name, figures in turns.items()},
        "ratios": {
            baseline: {
                name: paired_ratio(figures, turns[baseline]) for name, figures in turns.items()
            }
            for baseline in baselines
        },
    }


def is_rate(row: Row) -> bool:
    """Return whether more is better."""
    return row["measure"].endswith("requests/s")
