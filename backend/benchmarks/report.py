"""The results as Markdown tables: in full in backend/README.md, a few rows in README.md.

    python -m benchmarks.report

writes the tables again from results.json, without measuring.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.targets import BASELINE, NO_FRAMEWORK, PROJECT
from scripts.readme_tables import README, table, with_part

RESULTS = Path(__file__).with_name("results.json")
BACKEND_README = Path(__file__).parents[1] / "README.md"

BENCHMARKS = ("<!-- benchmarks: written by `make bench` -->", "<!-- end of benchmarks -->")
"""The marks around the tables in backend/README.md."""

SPEED = ("<!-- speed: written by `make bench` -->", "<!-- end of speed -->")
"""The marks around the table in README.md."""

TITLES = {PROJECT: "this project", BASELINE: "baseline", NO_FRAMEWORK: "no framework"}

LARGEST = 8
"""Packages that have a row of their own in the table of sizes."""

Figures = Mapping[str, Mapping[str, float]]
"""Figures by target (or package) and name."""


def main() -> None:
    write_reports(json.loads(RESULTS.read_text(encoding="utf-8")))


def write_reports(results: dict[str, Any]) -> None:
    """Write the tables into both READMEs; raise SystemExit if one lacks the marks."""
    for path, fill in ((BACKEND_README, with_benchmarks), (README, with_speed)):
        document = path.read_text(encoding="utf-8")
        path.write_text(fill(document, results), encoding="utf-8")


def with_benchmarks(document: str, results: dict[str, Any]) -> str:
    """Return backend/README.md with all tables between its marks."""
    begin, end = BENCHMARKS
    return with_part(document, begin, full_report(results), end)


def with_speed(document: str, results: dict[str, Any]) -> str:
    """Return README.md with the short table between its marks."""
    begin, end = SPEED
    return with_part(document, begin, speed_table(results), end)


def full_report(results: dict[str, Any]) -> str:
    """Return all tables."""
    parts = [
        f"Measured on {results['machine']}.",
        main_table(results),
        # Absent from results of earlier versions.
        *([overload_table(results["overload"])] if "overload" in results else []),
        ablation_table(results["ablations"]),
        package_table(results["packages"]),
    ]
    return "\n\n".join(parts)


def speed_table(results: dict[str, Any]) -> str:
    """Return the few figures that a visitor wants to know, of this project and the baseline."""
    compressed = {
        target: sum(sizes["compressed_mb"] for sizes in packages.values())
        for target, packages in results["packages"].items()
    }
    sizes = {target: {"compressed_mb": total} for target, total in compressed.items()}
    targets = (PROJECT, BASELINE)
    rows = [
        row("cold start, median ms", results["cold_start"], "median_ms", 0, "ratio", targets),
        row("warm request, median ms", results["warm"], "p50_ms", 2, "ratio", targets),
        *(
            row(
                f"{label(clients)}, requests/s", figures, "requests_per_second", 0, "ratio", targets
            )
            for clients, figures in results["http"].items()
        ),
        row("packages, compressed MB", sizes, "compressed_mb", 1, None, targets),
    ]
    return table(("", *(TITLES[target] for target in targets), "ratio"), rows)


def main_table(results: dict[str, Any]) -> str:
    """Return the figures of all targets, and this project's as a ratio to the baseline's."""
    cold, warm, instructions = results["cold_start"], results["warm"], results["instructions"]
    rows = [
        row("cold start, median ms", cold, "median_ms", 0, "ratio"),
        row("cold start, p95 ms", cold, "p95_ms", 0),
        row("cold start, million instructions", instructions, "millions", 0, "ratio"),
        row("cold start, peak MB", cold, "peak_mb", 0, "peak_ratio"),
        row("warm request, p50 ms", warm, "p50_ms", 2, "ratio"),
        row("warm request, p99 ms", warm, "p99_ms", 2),
    ]
    for clients, figures in results["http"].items():
        prefix = label(clients)
        rows.append(row(f"{prefix}, requests/s", figures, "requests_per_second", 0, "ratio"))
        rows.append(row(f"{prefix}, p50 ms", figures, "p50_ms", 1))
        rows.append(row(f"{prefix}, p99 ms", figures, "p99_ms", 1))
    return table(("", *TITLES.values(), "ratio"), rows)


def row(
    name: str,
    figures: Figures,
    key: str,
    decimals: int,
    ratio: str | None = None,
    targets: tuple[str, ...] = tuple(TITLES),
) -> tuple[str, ...]:
    """Return a row: one figure of each target, and this project's as a ratio to the baseline's.

    `ratio` is the key of the paired ratio; without it the two figures are divided.
    """
    cells = [
        f"{figures[target][key]:,.{decimals}f}" if target in figures else "" for target in targets
    ]
    project, baseline = figures[PROJECT], figures[BASELINE]
    return (name, *cells, f"{project[ratio] if ratio else project[key] / baseline[key]:.2f}")


def label(clients: str) -> str:
    """Return a number of clients in words."""
    return "1 client" if clients == "1" else f"{clients} clients"


def overload_table(figures: Mapping[str, float]) -> str:
    """Return what becomes of the requests under overload, and of health checks meanwhile."""
    rows = [
        ("requests/s", f"{figures['requests_per_second']:,.0f}"),
        ("served", f"{figures['served']:.0%}"),
        ("rejected", f"{figures['rejected']:.0%}"),
        ("served, p99 ms", f"{figures['served_p99_ms']:.1f}"),
        ("÷ p99 of 1 client", f"{figures['served_p99_ms'] / figures['unloaded_p99_ms']:.1f}"),
        ("`/health`, p99 ms", f"{figures['health_p99_ms']:.1f}"),
    ]
    return table(("overload: 5 times the capacity", ""), rows)


def ablation_table(ablations: list[dict[str, Any]]) -> str:
    """Return what each optimization gains, and whether it was adopted."""
    rows = [
        (
            ablation["name"],
            ablation["metric"],
            f"{ablation['ratio']:.2f}",
            "yes" if ablation["adopted"] else "no",
        )
        for ablation in ablations
    ]
    return table(("optimization", "metric", "with ÷ without", "adopted"), rows)


def package_table(packages: Mapping[str, Figures]) -> str:
    """Return the sizes of the largest packages, pruned for Lambda and as pip installs them."""
    project, baseline = packages[PROJECT], packages[BASELINE]
    largest = sorted(baseline, key=lambda name: -baseline[name]["unpacked_mb"])[:LARGEST]
    names = list({**project, **baseline})
    groups = {name: [name] for name in largest}
    groups["all others"] = [name for name in names if name not in largest]
    groups["total"] = names
    rows = [
        (
            title,
            *(
                f"{sum(sizes[name][key] for name in group if name in sizes):.1f}"
                for key in ("unpacked_mb", "compressed_mb")
                for sizes in (project, baseline)
            ),
        )
        for title, group in groups.items()
    ]
    titles = (
        "package",
        "this project, MB",
        "baseline, MB",
        "this project, compressed",
        "baseline, compressed",
    )
    return table(titles, rows)


if __name__ == "__main__":
    main()
