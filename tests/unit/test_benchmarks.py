"""Benchmarks: ablations that still fit the code, and READMEs that hold the stored results."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ablation import ABLATIONS, METRICS, Ablation, Edit, apply_edits
from benchmarks.report import (
    BACKEND_README,
    BENCHMARKS,
    RESULTS,
    SPEED,
    full_report,
    speed_table,
    with_benchmarks,
    with_speed,
)
from benchmarks.targets import LAMBDA_ENVIRONMENT, NOT_IN_IMAGE, PROJECT
from scripts.readme_tables import README
from support.paths import BACKEND, ROOT

LIBRARY = BACKEND / "recognizer"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """The results of the last `make bench`."""
    stored: dict[str, Any] = json.loads(RESULTS.read_text())
    return stored


def ablation_id(ablation: Ablation) -> str:
    return f"{ablation.name}, {ablation.metric}"


@pytest.mark.parametrize("ablation", ABLATIONS, ids=ablation_id)
def test_ablation_changes_the_present_sources_into_code_that_compiles(ablation: Ablation) -> None:
    modules = {edit.module for edit in ablation.edits}
    sources = {module: (LIBRARY / module).read_text() for module in modules}
    edited = apply_edits(ablation.edits, sources)
    assert edited.keys() == modules
    for module, source in edited.items():
        assert source != sources[module]
        compile(source, module, "exec")


@pytest.mark.parametrize("ablation", ABLATIONS, ids=ablation_id)
def test_ablation_reverses_something_that_lambda_has(ablation: Ablation) -> None:
    assert ablation.edits or ablation.variables or not ablation.compiled
    assert ablation.variables.keys() <= LAMBDA_ENVIRONMENT.keys()
    assert ablation.metric in METRICS


@pytest.mark.parametrize("source", ["x = 2\n", "x = 1\nx = 1\n"], ids=["absent", "twice"])
def test_edit_whose_text_does_not_occur_once_is_rejected(source: str) -> None:
    with pytest.raises(ValueError, match=r"m\.py contains this text [02] times"):
        apply_edits([Edit("m.py", "x = 1\n", "")], {"m.py": source})


def test_lambda_environment_is_that_of_the_dockerfile() -> None:
    dockerfile = (BACKEND / "Dockerfile").read_text()
    _, _, stage = dockerfile.partition("AS lambda\n")
    stage, _, _ = stage.partition("\nFROM ")
    assert dict(re.findall(r"([A-Z_]+)=(\S+)", stage)) == LAMBDA_ENVIRONMENT


def test_files_left_out_are_those_of_dockerignore() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    ignored = {Path(line).name for line in lines if line.startswith(("**", "backend/recognizer"))}
    assert ignored == set(NOT_IN_IMAGE)


def test_stored_results_are_those_of_the_present_ablations(results: dict[str, Any]) -> None:
    stored = [
        (ablation["name"], ablation["metric"], ablation["adopted"])
        for ablation in results["ablations"]
    ]
    assert stored == [(ablation.name, ablation.metric, ablation.adopted) for ablation in ABLATIONS]


@pytest.mark.parametrize(
    ("path", "fill"),
    [(BACKEND_README, with_benchmarks), (README, with_speed)],
    ids=["backend/README.md", "README.md"],
)
def test_readme_holds_what_the_report_writes(
    path: Path, fill: Callable[[str, dict[str, Any]], str], results: dict[str, Any]
) -> None:
    document = path.read_text()
    assert fill(document, results) == document, "Run `python -m benchmarks.report` in backend/."


def test_report_replaces_only_what_stands_between_its_marks(results: dict[str, Any]) -> None:
    for fill, (begin, end), part in (
        (with_benchmarks, BENCHMARKS, full_report(results)),
        (with_speed, SPEED, speed_table(results)),
    ):
        filled = fill(f"before\n{begin}\nold\n{end}\nafter\n", results)
        assert filled == f"before\n{begin}\n{part}\n\n{end}\nafter\n"
        with pytest.raises(SystemExit):
            fill("no marks\n", results)


def test_report_shows_figures_and_paired_ratios(results: dict[str, Any]) -> None:
    results = json.loads(json.dumps(results))
    results["cold_start"][PROJECT].update(median_ms=1_234.4, ratio=0.125)
    for report in (full_report(results), speed_table(results)):
        (row,) = re.findall(r"\| cold start, median ms \|.*", report)
        assert row.split(" | ")[1] == "1,234"
        assert row.endswith(" | 0.12 |")


def test_report_shows_the_overload(results: dict[str, Any]) -> None:
    overload = {"requests_per_second": 2_500, "served": 0.414, "rejected": 0.57}
    overload |= {"unloaded_p99_ms": 3.0, "served_p99_ms": 12.0, "health_p99_ms": 9.04}
    report = full_report({**results, "overload": overload})
    for row in ("requests/s | 2,500", "served | 41%", "rejected | 57%", "÷ p99 of 1 client | 4.0"):
        assert f"| {row} |" in report
