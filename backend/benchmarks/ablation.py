"""What each measure gains: one at a time is turned round, while the rest stays as it is.

A measure that stays is undone, one that did not pay is taken; both ways are timed in turns.
"""

import py_compile
import shutil
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from tqdm import tqdm

from benchmarks.targets import Contestant, answer_times, instructions, paired_ratio, start

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""How the image's code is compiled."""

COLD_PAIRS, WARM_PAIRS, WARM_EVENTS, WARM_UP = 12, 5, 500, 100

THREADS = (
    (
        "classifier.py",
        "        options.intra_op_num_threads = threads\n"
        "        options.inter_op_num_threads = 1\n",
        "",
    ),
    (
        "classifier.py",
        '        options.add_session_config_entry("session.force_spinning_stop", "1")\n',
        "",
    ),
)

NO_METRICS = (("log.py", "write(embedded(line))", "write(as_json(line))"),)

NOT_WATCHED = (
    ("aws_lambda.py", "from recognizer.api.request_log import log_for_cloudwatch\n", ""),
    ("aws_lambda.py", "tellers=[log_for_cloudwatch]", "tellers=[]"),
    (
        "watch.py",
        '        if scope["type"] != "http":\n',
        '        scope["line"] = Line()\n        if True:\n',
    ),
)
"""Routes have a line to fill in, but nobody reads it."""


@dataclass(frozen=True)
class Measure:
    """A way to be faster, and how to turn it round: text in a module, or variables."""

    name: str
    figure: Literal["cold start", "cold instructions", "warm answer"]
    stays: bool = True
    edits: tuple[tuple[str, str, str], ...] = ()
    """A module, the text in it that goes, and what comes in its place."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Set in the process; an empty one is left out."""
    compiled: bool = True


MEASURES = (
    Measure("bytecode compiled in the build", "cold start", compiled=False),
    Measure(
        "no garbage collection while starting",
        "cold start",
        edits=(("aws_lambda.py", "gc.disable()\n", ""),),
    ),
    Measure(
        "models built when first used",
        "cold start",
        edits=(("aws_lambda.py", 'BaseModel.model_config["defer_build"] = True\n', ""),),
    ),
    Measure(
        "no search for Pydantic's plugins",
        "cold start",
        variables={"PYDANTIC_DISABLE_PLUGINS": ""},
    ),
    Measure("one OpenBLAS thread", "cold start", variables={"OPENBLAS_NUM_THREADS": ""}),
    Measure("one onnxruntime thread", "cold start", edits=THREADS),
    Measure("one onnxruntime thread", "warm answer", edits=THREADS),
    Measure(
        "small pictures read without a thread",
        "warm answer",
        edits=(("decoding.py", "QUICK_PIXELS = 250_000", "QUICK_PIXELS = 0"),),
    ),
    Measure(
        "pictures averaged down to what a digit needs",
        "warm answer",
        edits=(
            ("decoding.py", "SHORTER_SIDE, LONGER_SIDE = 200,", "SHORTER_SIDE, LONGER_SIDE = 800,"),
        ),
    ),
    Measure(
        "ink found once for each grey level",
        "warm answer",
        edits=(
            ("preprocessing.py", "if levels.dtype == np.float32 or paper.size > 1:", "if True:"),
        ),
    ),
    Measure("metrics in each line of the log", "cold instructions", edits=NO_METRICS),
    Measure("metrics in each line of the log", "warm answer", edits=NO_METRICS),
    Measure("each request logged, with its metrics", "warm answer", edits=NOT_WATCHED),
    Measure(
        "no OpenAPI document",
        "cold start",
        stays=False,
        edits=(("app.py", "app = FastAPI(\n", "app = FastAPI(\n        openapi_url=None,\n"),),
    ),
    Measure(
        "a graph that is not optimised at load",
        "cold start",
        stays=False,
        edits=(
            (
                "classifier.py",
                "options = onnxruntime.SessionOptions()\n",
                "options = onnxruntime.SessionOptions()\n"
                "        options.graph_optimization_level = "
                "onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL\n",
            ),
        ),
    ),
)


def measure_each(ours: Contestant, folder: Path) -> list[dict[str, str | bool | float]]:
    """The figure with each measure as a ratio to the figure without it: below 1 is a gain."""
    results: list[dict[str, str | bool | float]] = []
    for number, measure in enumerate(tqdm(MEASURES, "measures", unit="measure")):
        other = turned_round(measure, ours, folder / f"measure-{number}")
        with_it, without = (ours, other) if measure.stays else (other, ours)
        ratio = paired_ratio(*FIGURES[measure.figure](with_it, without))
        results.append(
            {"name": measure.name, "of": measure.figure, "stays": measure.stays, "ratio": ratio}
        )
    return results


def turned_round(measure: Measure, ours: Contestant, packages: Path) -> Contestant:
    """This project with one measure the other way round, in packages of its own."""
    skip = None if measure.compiled else shutil.ignore_patterns("__pycache__")
    shutil.copytree(ours.packages, packages, ignore=skip)
    for module, old, new in measure.edits:
        path = packages / "recognizer" / module
        text = path.read_text()
        if old not in text:
            raise ValueError(f"{module} no longer says: {old}")
        path.write_text(text.replace(old, new))
        py_compile.compile(str(path), doraise=True, invalidation_mode=UNCHECKED)
    variables = {**ours.variables, **measure.variables}
    if not measure.compiled:
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
    kept = {name: value for name, value in variables.items() if value}
    return replace(ours, packages=packages, variables=kept)


def cold(first: Contestant, second: Contestant) -> tuple[list[float], list[float]]:
    """Seconds of cold starts in turns; the first pair fills the caches and is left out."""
    pairs = [(start(first)[0], start(second)[0]) for _ in range(COLD_PAIRS + 1)][1:]
    return [one for one, _ in pairs], [other for _, other in pairs]


def warm(first: Contestant, second: Contestant) -> tuple[list[float], list[float]]:
    """Median seconds of warm answers, of processes in turns."""
    medians: tuple[list[float], list[float]] = ([], [])
    for _ in range(WARM_PAIRS):
        for contestant, found in zip((first, second), medians, strict=True):
            found.append(statistics.median(answer_times(contestant, WARM_EVENTS)[WARM_UP:]))
    return medians


def counted(first: Contestant, second: Contestant) -> tuple[list[float], list[float]]:
    """Instructions of a cold start of each, the same every time."""
    return [instructions(first)], [instructions(second)]


FIGURES = {"cold start": cold, "cold instructions": counted, "warm answer": warm}
