"""What each optimization gains: one at a time is reversed, while everything else stays as it is.

An adopted optimization is removed, one that did not pay is added; both variants are timed in turns.
"""

import py_compile
import shutil
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from tqdm import tqdm

from benchmarks.targets import (
    Target,
    cold_start,
    count_instructions,
    paired_ratio,
    response_times,
)

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""The way in which prune_packages.py compiles."""

COLD_PAIRS, WARM_PAIRS, WARM_EVENTS, WARM_UP = 8, 5, 500, 100

IMAGE = "canvas"
"""The name of the image that is sent."""


class Edit(NamedTuple):
    """A replacement of text that occurs exactly once in a module."""

    module: str
    """Path below the folder `recognizer`."""
    old: str
    new: str


@dataclass(frozen=True)
class Ablation:
    """An optimization, and how to reverse it: edits of modules, or environment variables."""

    name: str
    metric: Literal["cold start", "cold start instructions", "warm request"]
    adopted: bool = True
    edits: tuple[Edit, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """Set in the process; an empty value removes the variable."""
    compiled: bool = True
    """Whether the packages contain bytecode."""


DEFAULT_THREADS = (
    Edit(
        "model_files.py",
        "    options.intra_op_num_threads = threads\n    options.inter_op_num_threads = 1\n",
        "",
    ),
    Edit(
        "model_files.py",
        '    options.add_session_config_entry("session.force_spinning_stop", "1")\n',
        "",
    ),
)

NO_METRICS = (
    Edit("api/cloudwatch.py", "write_line(to_emf(record))", "write_line(to_json(record))"),
)

NO_REQUEST_LOG = (
    Edit("api/aws_lambda.py", "from recognizer.api.cloudwatch import log_to_cloudwatch\n", ""),
    Edit("api/aws_lambda.py", "sinks=[log_to_cloudwatch]", "sinks=[]"),
    Edit(
        "api/middleware.py",
        '        if scope["type"] != "http":\n',
        '        scope["state"] = {"record": RequestRecord()}\n        if True:\n',
    ),
)
"""Routes still fill in a record, but nothing completes or writes it."""

ABLATIONS = (
    Ablation("bytecode compiled in the build", "cold start", compiled=False),
    Ablation(
        "no garbage collection during start-up",
        "cold start",
        edits=(Edit("api/aws_lambda.py", "gc.disable()\n", ""),),
    ),
    Ablation(
        "Pydantic models built on first use",
        "cold start",
        edits=(Edit("api/aws_lambda.py", "defer_models()\n", ""),),
    ),
    Ablation(
        "no search for Pydantic plugins",
        "cold start",
        variables={"PYDANTIC_DISABLE_PLUGINS": ""},
    ),
    Ablation("one OpenBLAS thread", "cold start", variables={"OPENBLAS_NUM_THREADS": ""}),
    Ablation("one onnxruntime thread", "cold start", edits=DEFAULT_THREADS),
    Ablation("one onnxruntime thread", "warm request", edits=DEFAULT_THREADS),
    Ablation(
        "small images recognized without a worker thread",
        "warm request",
        edits=(Edit("decoding.py", "INLINE_MAX_PIXELS = 250_000", "INLINE_MAX_PIXELS = 0"),),
    ),
    Ablation(
        "images averaged down to the working size",
        "warm request",
        edits=(
            Edit(
                "decoding.py",
                "SHORTER_SIDE, LONGER_SIDE = 200,",
                "SHORTER_SIDE, LONGER_SIDE = 800,",
            ),
        ),
    ),
    Ablation(
        "ink computed once per gray level",
        "warm request",
        edits=(
            Edit(
                "preprocessing.py",
                "if levels.dtype == np.float32 or paper.size > 1:",
                "if True:",
            ),
        ),
    ),
    Ablation("metrics in each line of the log", "cold start instructions", edits=NO_METRICS),
    Ablation("metrics in each line of the log", "warm request", edits=NO_METRICS),
    Ablation("request log with metrics", "warm request", edits=NO_REQUEST_LOG),
    Ablation(
        "no OpenAPI document",
        "cold start",
        adopted=False,
        edits=(
            Edit("api/app.py", "app = FastAPI(\n", "app = FastAPI(\n        openapi_url=None,\n"),
        ),
    ),
    Ablation(
        "graph not optimized when it is loaded",
        "cold start",
        adopted=False,
        edits=(
            Edit(
                "model_files.py",
                "options = onnxruntime.SessionOptions()\n",
                "options = onnxruntime.SessionOptions()\n"
                "    options.graph_optimization_level = "
                "onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL\n",
            ),
        ),
    ),
)


def measure_ablations(project: Target, folder: Path) -> list[dict[str, str | bool | float]]:
    """Measure every ablation: the metric with the optimization divided by that without it."""
    results: list[dict[str, str | bool | float]] = []
    for number, ablation in enumerate(tqdm(ABLATIONS, "ablations", unit="ablation")):
        other = ablate(ablation, project, folder / f"ablation-{number}")
        pair = (project, other) if ablation.adopted else (other, project)
        results.append(
            {
                "name": ablation.name,
                "metric": ablation.metric,
                "adopted": ablation.adopted,
                "ratio": paired_ratio(*METRICS[ablation.metric](*pair)),
            }
        )
    return results


def ablate(ablation: Ablation, project: Target, packages: Path) -> Target:
    """Return this project with one optimization reversed, in a new folder of packages."""
    ignore = None if ablation.compiled else shutil.ignore_patterns("__pycache__")
    shutil.copytree(project.packages, packages, ignore=ignore)
    library = packages / "recognizer"
    modules = {edit.module for edit in ablation.edits}
    sources = {module: (library / module).read_text() for module in modules}
    for module, source in apply_edits(ablation.edits, sources).items():
        path = library / module
        path.write_text(source)
        py_compile.compile(str(path), doraise=True, invalidation_mode=UNCHECKED)
    variables = {**project.variables, **ablation.variables}
    if not ablation.compiled:
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
    variables = {name: value for name, value in variables.items() if value}
    return replace(project, packages=packages, variables=variables)


def apply_edits(edits: Iterable[Edit], sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources, by module, after all edits.

    Raises ValueError if the text of an edit does not occur exactly once.
    """
    edited = dict(sources)
    for module, old, new in edits:
        occurrences = edited[module].count(old)
        if occurrences != 1:
            raise ValueError(f"{module} contains this text {occurrences} times, not once: {old}")
        edited[module] = edited[module].replace(old, new)
    return edited


def time_cold_starts(first: Target, second: Target) -> tuple[list[float], list[float]]:
    """Return the seconds of cold starts, taken in turns; the first pair only fills the caches."""
    pairs = [
        (cold_start(first, IMAGE)[0], cold_start(second, IMAGE)[0]) for _ in range(COLD_PAIRS + 1)
    ][1:]
    return [one for one, _ in pairs], [other for _, other in pairs]


def time_warm_requests(first: Target, second: Target) -> tuple[list[float], list[float]]:
    """Return the median seconds of warm requests of several processes, run in turns."""
    medians: tuple[list[float], list[float]] = ([], [])
    for _ in range(WARM_PAIRS):
        for target, measured in zip((first, second), medians, strict=True):
            measured.append(statistics.median(response_times(target, IMAGE, WARM_EVENTS)[WARM_UP:]))
    return medians


def count_cold_starts(first: Target, second: Target) -> tuple[list[float], list[float]]:
    """Return the instructions of one cold start each; they hardly vary."""
    return [count_instructions(first, IMAGE)], [count_instructions(second, IMAGE)]


METRICS = {
    "cold start": time_cold_starts,
    "cold start instructions": count_cold_starts,
    "warm request": time_warm_requests,
}
