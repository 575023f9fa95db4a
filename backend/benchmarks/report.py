"""Tells the measures in words: tables for the terminal and the README."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- measured by `make bench` -->", "<!-- end of measures -->"

OURS, BASELINE, FLOOR = "recognizer.aws_lambda", "benchmarks.baseline", "benchmarks.floor"


def table(results: dict[str, Any]) -> str:
    """The measures as Markdown tables."""
    cold, warm, counts = results["cold"], results["warm"], results["instructions"]
    names = {OURS: "this project", BASELINE: "the plain way", FLOOR: "no web framework"}
    titles = ("", *names.values(), "ratio")
    rows = [
        measure("cold start, median ms", cold, "median_ms", "ratio", 0),
        measure("cold start, p95 ms", cold, "p95_ms", None, 0),
        measure("cold start, million instructions", counts, "millions", "ratio", 0),
        measure("cold start, peak MB", cold, "peak_mb", "peak_ratio", 0),
        measure("warm handler, p50 ms", warm, "p50_ms", "ratio", 2),
        measure("warm handler, p99 ms", warm, "p99_ms", None, 2),
    ]
    for callers, found in results["http"].items():
        who = "1 caller" if callers == "1" else f"{callers} callers"
        rows.append(measure(f"{who}, answers a second", found, "per_second", "ratio", 0))
        rows.append(measure(f"{who}, p50 ms", found, "p50_ms", None, 1))
        rows.append(measure(f"{who}, p99 ms", found, "p99_ms", None, 1))
    tables = [markdown(titles, rows)]
    if packages := results["image"]:
        largest = sorted(packages, key=lambda name: -packages[name]["unpacked_mb"])
        shown = [
            (name, f"{packages[name]['unpacked_mb']:.1f}", f"{packages[name]['compressed_mb']:.1f}")
            for name in largest
        ]
        total = [
            sum(sizes[kind] for sizes in packages.values())
            for kind in ("unpacked_mb", "compressed_mb")
        ]
        rest = [sum(float(row[column]) for row in shown[8:]) for column in (1, 2)]
        shown = [*shown[:8], (f"{len(shown) - 8} more", f"{rest[0]:.1f}", f"{rest[1]:.1f}")]
        shown.append(("all", f"{total[0]:.1f}", f"{total[1]:.1f}"))
        tables.append(markdown(("in the Lambda image", "MB", "MB compressed"), shown))
    return "\n\n".join(tables)


def measure(
    what: str, found: dict[str, dict[str, float]], kind: str, ratio: str | None, digits: int
) -> tuple[str, ...]:
    """A row: one figure of each contestant, and ours as a ratio to the baseline's."""
    figures = [
        f"{found[name][kind]:,.{digits}f}" if name in found else ""
        for name in (OURS, BASELINE, FLOOR)
    ]
    if OURS not in found:
        return (what, *figures, "")
    share = found[OURS][ratio] if ratio else found[OURS][kind] / found[BASELINE][kind]
    return (what, *figures, f"{share:.2f}")


def markdown(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_measures(readme: str, results: dict[str, Any]) -> str:
    """The README, with the measures between their two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        sys.exit(f"README.md has no place for the measures: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table(results)}\n\n{END}{after}"
