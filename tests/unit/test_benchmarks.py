"""Benchmarks: what is sent and measured, ablations that fit the code, READMEs that hold results."""

import json
import re
import subprocess
import sysconfig
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from benchmarks import __main__ as bench
from benchmarks.ablation import ABLATIONS, METRICS, Ablation, Edit, apply_edits
from benchmarks.images import SEARCHED, File, make_images
from benchmarks.load_generator import generate_load, predict_request
from benchmarks.report import (
    BACKEND_README,
    BENCHMARKS,
    RESULTS,
    SPEED,
    full_report,
    hardest,
    speed_table,
    with_benchmarks,
    with_speed,
)
from benchmarks.rows import Row, compare
from benchmarks.targets import (
    BASELINE,
    IMAGE_ENVIRONMENT,
    NOT_IN_IMAGE,
    PROJECT,
    PROJECT_JSON,
    SMALL_BASELINE,
    SMALL_MODEL,
    Target,
    cold_start,
    response_times,
    write_events,
)
from recognizer.decoding import MAX_BYTES, MAX_PIXELS
from scripts.readme_tables import README
from support.paths import BACKEND, ROOT
from support.server import Server

LIBRARY = BACKEND / "recognizer"

PROJECT_MODULE, BASELINE_MODULE = "recognizer.api.aws_lambda", "benchmarks.baseline"

SMALL = {"BASELINE_MODEL": str(SMALL_MODEL)}


@pytest.fixture(scope="module")
def images() -> dict[str, File]:
    """The images that are sent, by name."""
    return make_images()


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """The results of the last `make bench`."""
    stored: dict[str, Any] = json.loads(RESULTS.read_text())
    return stored


@pytest.mark.parametrize(
    ("name", "kind", "mode", "size"),
    [
        ("drawing", "PNG", "RGBA", (196, 196)),
        ("canvas", "PNG", "RGBA", (400, 400)),
        ("transparent canvas", "PNG", "RGBA", (400, 400)),
        ("gray", "PNG", "L", (400, 400)),
        ("photo", "JPEG", "RGB", (4000, 3000)),
        ("sheet on a table", "JPEG", "RGB", (1600, 1200)),
    ],
)
def test_image_is_what_it_is_called(
    images: Mapping[str, File], name: str, kind: str, mode: str, size: tuple[int, int]
) -> None:
    content, content_type = images[name]
    image = Image.open(BytesIO(content))
    assert (image.format, image.mode, image.size) == (kind, mode, size)
    assert content_type == f"image/{kind.lower()}"
    assert len(content) <= MAX_BYTES
    assert image.width * image.height <= MAX_PIXELS
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert (alpha.min() == 0) == (name == "transparent canvas")


def target(module: str, events: Mapping[str, Path], **options: Any) -> Target:
    """Return a target that runs with the packages of this environment."""
    packages = Path(sysconfig.get_path("purelib"))
    return Target(module, packages, options.pop("variables", {}), events, **options)


@pytest.mark.parametrize("way", ["raw", "JSON"])
def test_project_recognizes_every_image_either_way(
    images: Mapping[str, File], way: str, tmp_path: Path
) -> None:
    files = {name: file if way == "raw" else file.in_json() for name, file in images.items()}
    project = target(PROJECT_MODULE, write_events(files, tmp_path / "events"))
    for name in images:
        seconds, peak_mb = cold_start(project, name)
        assert seconds > 0
        assert 30 < peak_mb < 1_000


@pytest.mark.parametrize("variables", [{}, SMALL], ids=["same model", "small model"])
def test_baselines_recognize_opaque_canvases_only(
    images: Mapping[str, File], variables: dict[str, str], tmp_path: Path
) -> None:
    events = write_events({name: file.in_json() for name, file in images.items()}, tmp_path / "e")
    baseline = target(BASELINE_MODULE, events, variables=variables)
    for name in ("drawing", "canvas", "gray"):
        assert len(response_times(baseline, name, 2)) == 2
    with pytest.raises(subprocess.CalledProcessError):
        response_times(baseline, "transparent canvas", 1)
    any_prediction = target(BASELINE_MODULE, events, variables=variables, reads_all=False)
    assert len(response_times(any_prediction, "transparent canvas", 1)) == 1


def test_small_model_is_one_like_those_of_tutorials() -> None:
    assert SMALL_MODEL.stat().st_size < 30_000
    session = onnxruntime.InferenceSession(SMALL_MODEL)
    (inputs,), (outputs,) = session.get_inputs(), session.get_outputs()
    assert inputs.shape[1:] == [28, 28]
    assert outputs.shape[1:] == [10]


def test_clients_send_large_images_and_await_the_last_response(
    images: Mapping[str, File], server: Server
) -> None:
    photo = images["photo"].in_json()
    request = predict_request(server.port, photo.content, photo.content_type)
    assert len(request) > 3_000_000
    times = generate_load(server.port, request, clients=3, seconds=0.0)
    assert len(times) == 3


def test_clients_stop_at_an_error(server: Server) -> None:
    request = predict_request(server.port, b"no image", "image/png")
    with pytest.raises(RuntimeError, match="status 400"):
        generate_load(server.port, request, clients=2, seconds=0.1)


def test_row_has_medians_and_the_medians_of_paired_ratios() -> None:
    row = compare("canvas", "ms", {"project": [1.0, 8.0, 3.0], "plain": [2.0, 4.0, 4.0]}, ["plain"])
    assert row["figures"] == {"project": 3.0, "plain": 4.0}
    assert row["ratios"] == {"plain": {"project": 0.75, "plain": 1.0}}


@pytest.mark.parametrize(
    ("measure", "image", "way"),
    [("1 client, p50 ms", "slow", PROJECT_JSON), ("1 client, requests/s", "fast", PROJECT)],
)
def test_hardest_row_is_the_slowest_to_the_small_baseline(
    measure: str, image: str, way: str
) -> None:
    ratios = {"fast": (0.5, 0.6), "slow": (0.9, 1.2)}
    rows: list[Row] = [
        {
            "image": name,
            "measure": measure,
            "figures": {},
            "ratios": {
                BASELINE: {PROJECT: 1.0, PROJECT_JSON: 1.0},
                SMALL_BASELINE: {PROJECT: raw, PROJECT_JSON: in_json},
            },
        }
        for name, (raw, in_json) in ratios.items()
    ]
    row, found = hardest(rows)
    assert (row["image"], found) == (image, way)


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
    assert ablation.variables.keys() <= IMAGE_ENVIRONMENT.keys()
    assert ablation.metric in METRICS


@pytest.mark.parametrize("source", ["x = 2\n", "x = 1\nx = 1\n"], ids=["absent", "twice"])
def test_edit_whose_text_does_not_occur_once_is_rejected(source: str) -> None:
    with pytest.raises(ValueError, match=r"m\.py contains this text [02] times"):
        apply_edits([Edit("m.py", "x = 1\n", "")], {"m.py": source})


@pytest.mark.parametrize(
    ("image", "others"),
    [("lambda", set()), ("server", {"PYTHONPATH", "PYTHONUNBUFFERED", "DIGITS_PAGE_DIR"})],
    ids=["lambda", "server"],
)
def test_environment_is_that_of_the_dockerfile(image: str, others: set[str]) -> None:
    dockerfile = (BACKEND / "Dockerfile").read_text()
    _, _, stage = dockerfile.partition(f"AS {image}\n")
    stage, _, _ = stage.partition("\nFROM ")
    variables = dict(re.findall(r"([A-Z_]+)=(\S+)", stage))
    assert {name: variables[name] for name in variables.keys() - others} == IMAGE_ENVIRONMENT


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


def test_stored_results_are_those_of_the_present_images(
    images: Mapping[str, File], results: dict[str, Any]
) -> None:
    assert results["images"] == {
        name: pytest.approx(len(images[name].content), rel=0.1) for name in images
    }
    for part in ("cold_start", "warm", "http"):
        assert {row["image"] for row in results[part]} == set(images) - {SEARCHED}
    readme = BACKEND_README.read_text()
    for name in images:
        assert f"\n| {name} | " in readme


@pytest.fixture
def measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, results: dict[str, Any]
) -> Callable[..., dict[str, Any]]:
    """A function that runs `make bench` with some arguments, and returns what it stores.

    Each part is measured as "anew", without valgrind, after all were measured on this machine.
    """
    path = tmp_path / "results.json"
    monkeypatch.setattr(bench, "RESULTS", path)
    monkeypatch.setattr(bench, "PARTS", dict.fromkeys(bench.PARTS, lambda _: "anew"))
    monkeypatch.setattr(bench, "full_report", lambda _: "")
    monkeypatch.setattr(bench, "write_reports", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)

    def run(*arguments: str, machine: str = bench.machine()) -> dict[str, Any]:
        path.write_text(json.dumps({**results, "machine": machine}))
        monkeypatch.setattr("sys.argv", ["benchmarks", *arguments])
        bench.main()
        stored: dict[str, Any] = json.loads(path.read_text())
        return stored

    return run


def test_one_part_is_measured_and_the_others_are_kept(
    measured: Callable[..., dict[str, Any]], results: dict[str, Any]
) -> None:
    expected = {**results, "machine": bench.machine(), "http": "anew"}
    assert measured("--only", "http") == expected


@pytest.mark.parametrize("arguments", [(), ("--only", "instructions"), ("--only", "ablations")])
def test_only_parts_that_count_instructions_need_valgrind(
    measured: Callable[..., dict[str, Any]], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit, match="install valgrind"):
        measured(*arguments)


def test_figures_of_two_machines_are_not_mixed(measured: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(SystemExit, match="measure all parts"):
        measured("--only", "http", machine="96 cores, Python 3.12.1")


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
    row = next(row for row in results["warm"] if row["image"] == "gray")
    row["figures"][PROJECT] = 1_234.4
    row["ratios"][BASELINE][PROJECT], row["ratios"][SMALL_BASELINE][PROJECT] = 98.765, 99.125
    assert "| warm request, ms | 1,234 | " in full_report(results)
    assert " | 98.77 | " in full_report(results)
    (shown,) = re.findall(r"\| warm request, ms: (.*)", speed_table(results))
    assert shown.startswith("gray | 1,234 | ")
    assert shown.endswith(" | 98.77 | 99.12 |")


def test_report_shows_the_overload(results: dict[str, Any]) -> None:
    overload = {"requests_per_second": 2_500, "served": 0.414, "rejected": 0.57}
    overload |= {"unloaded_p99_ms": 3.0, "served_p99_ms": 12.0, "health_p99_ms": 9.04}
    report = full_report({**results, "overload": overload})
    for row in ("requests/s | 2,500", "served | 41%", "rejected | 57%", "÷ p99 of 1 client | 4.0"):
        assert f"| {row} |" in report


def test_report_shows_what_a_search_costs(results: dict[str, Any]) -> None:
    canvas = {"warm_ms": 4.0, "cold_start_ms": 400.0, "peak_mb": 90.0}
    searched = {"warm_ms": 10.0, "cold_start_ms": 500.0, "peak_mb": 108.0}
    report = full_report({**results, "search": {"canvas": canvas, SEARCHED: searched}})
    assert f"| this project | canvas | {SEARCHED} | ÷ canvas |" in report
    for row in ("warm request, ms | 4.00 | 10.0 | 2.50", "cold start, ms | 400 | 500 | 1.25"):
        assert f"| {row} |" in report
