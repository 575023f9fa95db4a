"""The log of results: a line for each run that ended, so that one sees what was tried."""

import csv
from pathlib import Path

import numpy as np

from training.evaluation.schema import Seeds

RESULTS = Path(__file__).with_name("results.csv")


def record(path: Path, line: dict[str, object]) -> None:
    """Add a line to the log of results; older ones are empty in columns that are new with it."""
    lines: list[dict[str, object]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
    lines.append(line)
    columns = list(dict.fromkeys(name for each in lines for name in each))
    temporary = path.with_suffix(".new")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    temporary.replace(path)


def seeds_of(recipe: str, path: Path) -> Seeds:
    """What the log of results says of all runs of a recipe."""
    with path.open(newline="", encoding="utf-8") as file:
        runs = [line for line in csv.DictReader(file) if line["recipe"] == recipe]
    if not runs:
        raise SystemExit(f"{path} has no run of this model's recipe: {recipe}")
    about = ("recipe", "seed", "bytes")
    sources = [name for name, share in runs[0].items() if share and name not in about]
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
