"""The results as Markdown tables: in full in backend/README.md, a few rows in README.md.

    python -m benchmarks.report

writes the tables again from results.json, without measuring.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.images import SEARCHED
from benchmarks.rows import Row, is_rate
from benchmarks.targets import (
    BASELINE,
    NO_FRAMEWORK,
    PROJECT,
    PROJECT_JSON,
    SMALL_BASELINE,
    TORCH,
)
from scripts.readme_tables import README, table, with_part

RESULTS = Path(__file__).with_name("results.json")
BACKEND_README = Path(__file__).parents[1] / "README.md"

BENCHMARKS = ("<!-- benchmarks: written by `make bench` -->", "<!-- end of benchmarks -->")
"""The marks around the tables in backend/README.md."""

SPEED = ("<!-- speed: written by `make bench` -->", "<!-- end of speed -->")
"""The marks around the table in README.md."""

TITLES = {
    PROJECT: "this project",
    PROJECT_JSON: "this project, JSON",
    BASELINE: "baseline",
    SMALL_BASELINE: "small baseline",
    NO_FRAMEWORK: "no framework",
    TORCH: "baseline with torch",
}

COMPARED = ("cold_start", "instructions", "warm", "http")
"""The parts of the results that compare the targets image by image."""

SPEEDS = (
    *("cold start, ms", "warm request, ms", "1 client, p50 ms"),
    *("8 clients, requests/s", "32 clients, requests/s"),
)
"""The measures in README.md."""

LARGEST = 8
"""Packages that have a row of their own in the table of sizes."""

Figures = Mapping[str, Mapping[str, float]]
"""Figures by package and name."""


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
        *(image_table(results, image) for image in results["images"] if image != SEARCHED),
        search_table(results["search"]),
        torch_table(results["torch"]),
        overload_table(results["overload"]),
        ablation_table(results["ablations"]),
        package_table(results["packages"]),
    ]
    return "\n\n".join(parts)


def compared_rows(results: dict[str, Any]) -> list[Row]:
    """Return the rows of all images."""
    return [row for part in COMPARED for row in results[part]]


def image_table(results: dict[str, Any], image: str) -> str:
    """Return the figures of one image, and this project's ratios to both baselines."""
    targets = (PROJECT, PROJECT_JSON, BASELINE, SMALL_BASELINE, NO_FRAMEWORK)
    ratios = [(way, to) for to in (BASELINE, SMALL_BASELINE) for way in (PROJECT, PROJECT_JSON)]
    titles = (
        f"{image}, {results['images'][image] / 1_000:,.0f} kB",
        *(TITLES[target] for target in targets),
        *(f"{'JSON ' if way == PROJECT_JSON else ''}÷ {TITLES[to]}" for way, to in ratios),
    )
    rows = [
        (row["measure"], *figures_of(row, targets), *ratios_of(row, ratios))
        for row in compared_rows(results)
        if row["image"] == image
    ]
    return table(titles, rows)


def speed_table(results: dict[str, Any]) -> str:
    """Return a few measures, each with the image and the way to send it that are hardest."""
    baselines = (BASELINE, SMALL_BASELINE)
    rows = []
    for measure in SPEEDS:
        row, way = hardest([row for row in compared_rows(results) if row["measure"] == measure])
        name = f"{measure}: {row['image']}{' in JSON' if way == PROJECT_JSON else ''}"
        ratios = ratios_of(row, [(way, to) for to in baselines])
        rows.append((name, *figures_of(row, (way, *baselines)), *ratios))
    project, baseline = (
        sum(package["compressed_mb"] for package in results["packages"][target].values())
        for target in (PROJECT, BASELINE)
    )
    cells = [figure(size) for size in (project, baseline, baseline)]
    rows.append(("packages, compressed MB", *cells, *[f"{project / baseline:.2f}"] * 2))
    titles = [TITLES[target] for target in (PROJECT, *baselines)]
    return table(("", *titles, *(f"÷ {TITLES[to]}" for to in baselines)), rows)


def hardest(rows: Sequence[Row]) -> tuple[Row, str]:
    """Return the row and the way to send its image that compare worst with the small baseline."""

    def slowness(candidate: tuple[Row, str]) -> float:
        row, way = candidate
        ratio = row["ratios"][SMALL_BASELINE][way]
        return 1 / ratio if is_rate(row) else ratio

    return max(product(rows, (PROJECT, PROJECT_JSON)), key=slowness)


def torch_table(rows: Sequence[Row]) -> str:
    """Return what the baseline costs with torch in place of onnxruntime."""
    targets, ratios = (PROJECT, BASELINE, TORCH), [(PROJECT, TORCH), (BASELINE, TORCH)]
    titles = (
        *("what ONNX saves", *(TITLES[target] for target in targets)),
        *(f"{TITLES[way]} ÷ torch" for way, _ in ratios),
    )
    cells = [(row["measure"], *figures_of(row, targets), *ratios_of(row, ratios)) for row in rows]
    return table(titles, cells)


def figures_of(row: Row, targets: Sequence[str]) -> list[str]:
    """Return the cells of some targets' figures, empty where one was not measured."""
    return [figure(row["figures"][name]) if name in row["figures"] else "" for name in targets]


def ratios_of(row: Row, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return the cells of some targets' ratios to baselines."""
    return [f"{row['ratios'][baseline][target]:.2f}" for target, baseline in pairs]


def figure(value: float) -> str:
    """Return a figure with three digits, or with all before the point."""
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def search_table(figures: Figures) -> str:
    """Return what an image costs that is searched, and one that is not."""
    measures = (
        ("warm request, ms", "warm_ms"),
        ("cold start, ms", "cold_start_ms"),
        ("cold start, peak MB", "peak_mb"),
    )
    other, searched = figures.values()
    rows = [
        (title, figure(other[name]), figure(searched[name]), f"{searched[name] / other[name]:.2f}")
        for title, name in measures
    ]
    return table(("this project", *figures, "÷ canvas"), rows)


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
