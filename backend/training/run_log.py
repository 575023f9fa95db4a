"""The run log, results.csv: one row per completed run, to compare what was tried."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from training.evaluation.schema import SeedStatistics
from training.whole_files import whole_file

RESULTS = Path(__file__).with_name("results.csv")

RUN_COLUMNS = ("recipe", "seed", "bytes")
"""Columns about a run itself; the others are its accuracy on each validation set."""


def append_run(path: Path, run: dict[str, object]) -> None:
    """Append a row to the run log, in place of one of the same recipe and seed.

    Earlier rows are empty in columns that it adds.
    """
    rows: list[dict[str, object]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if not is_same_run(row, run)]
    rows.append(run)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with whole_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def is_same_run(row: Mapping[str, object], run: Mapping[str, object]) -> bool:
    """Return whether a row of the run log is of a run's recipe and seed."""
    return row["recipe"] == run["recipe"] and row["seed"] == str(run["seed"])


def seed_statistics(recipe: str, path: Path) -> SeedStatistics:
    """Return the accuracy on each validation set over all runs of a recipe.

    Raises SystemExit if the log has no run of it.
    """
    with path.open(newline="", encoding="utf-8") as file:
        runs = [row for row in csv.DictReader(file) if row["recipe"] == recipe]
    if not runs:
        raise SystemExit(f"{path} has no run of this model's recipe: {recipe}")
    val_sets = [name for name, value in runs[0].items() if value and name not in RUN_COLUMNS]
    accuracies = {name: [float(run[name]) for run in runs] for name in val_sets}
    several = len(runs) > 1
    return SeedStatistics(
        runs=len(runs),
        mean={name: float(np.mean(values)) for name, values in accuracies.items()},
        std={
            name: float(np.std(values, ddof=1)) if several else 0.0
            for name, values in accuracies.items()
        },
    )
