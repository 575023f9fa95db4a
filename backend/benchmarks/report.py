"""Tells the measures in words: tables for the terminal and the README."""

from typing import Any

from scripts.readme_tables import table, with_part

BEGIN, END = "<!-- measured by `make bench` -->", "<!-- end of measures -->"

OURS, BASELINE, FLOOR = "recognizer.api.aws_lambda", "benchmarks.baseline", "benchmarks.no_framework"


def tables(results: dict[str, Any]) -> str:
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
    parts = [
        table(titles, rows),
        gains_table(results["measures"]),
        sizes_table(results["packages"]),
    ]
    return "\n\n".join(parts)


def gains_table(measures: list[dict[str, Any]]) -> str:
    """What each measure gains, and which did not pay."""
    rows = [
        (found["name"], found["of"], f"{found['ratio']:.2f}", "yes" if found["stays"] else "no")
        for found in measures
    ]
    return table(("measure", "of", "time with it ÷ without", "stays"), rows)


def sizes_table(packages: dict[str, dict[str, dict[str, float]]]) -> str:
    """The largest packages in the Lambda image beside those of a plain installation."""
    ours, plain = packages[OURS], packages[BASELINE]
    largest = sorted(plain, key=lambda name: -plain[name]["unpacked_mb"])[:8]
    names = {name: [name] for name in largest}
    names["all others"] = [name for name in {**ours, **plain} if name not in largest]
    names["all"] = list({**ours, **plain})
    rows = [
        (
            what,
            *(
                f"{sum(sizes[name][kind] for name in parts if name in sizes):.1f}"
                for kind in ("unpacked_mb", "compressed_mb")
                for sizes in (ours, plain)
            ),
        )
        for what, parts in names.items()
    ]
    titles = ("packages", "MB here", "MB plain", "compressed here", "compressed plain")
    return table(titles, rows)


def measure(
    what: str, found: dict[str, dict[str, float]], kind: str, ratio: str | None, digits: int
) -> tuple[str, ...]:
    """A row: one figure of each contestant, and ours as a ratio to the baseline's."""
    figures = [
        f"{found[name][kind]:,.{digits}f}" if name in found else ""
        for name in (OURS, BASELINE, FLOOR)
    ]
    share = found[OURS][ratio] if ratio else found[OURS][kind] / found[BASELINE][kind]
    return (what, *figures, f"{share:.2f}")


def with_measures(readme: str, results: dict[str, Any]) -> str:
    """The README, with the measures between their two marks."""
    return with_part(readme, BEGIN, tables(results), END)
