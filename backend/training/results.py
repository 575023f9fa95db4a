"""The log of results: a line for each run that ended, so that one sees what was tried."""

import csv
from pathlib import Path

import numpy as np

from training.evaluation import Seeds

RESULTS = Path(__file__).with_name("results.csv")


def record(path: Path, line: dict[str, object]) -> None:
    """Add a line to the log of results, under a header if it is the first."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(line), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(line)


def seeds_of(recipe: str, path: Path) -> Seeds:
    """What the log of results says of all runs of a recipe."""
    with path.open(newline="", encoding="utf-8") as file:
        runs = [line for line in csv.DictReader(file) if line["recipe"] == recipe]
    if not runs:
        raise SystemExit(f"{path} has no run of this model's recipe: {recipe}")
    sources = [name for name in runs[0] if name not in ("recipe", "seed", "bytes")]
    shares = {name: [float(run[name]) for run in runs] for name in sources}
    several = len(runs) > 1
    return Seeds(
        runs=len(runs),
        mean={name: float(np.mean(values)) for name, values in shares.items()},
        deviation={
            name: float(np.std(values, ddof=1)) if several else 0.0
            for name, values in shares.items()
        },
    )
