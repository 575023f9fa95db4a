"""The measured programs: this project, the baselines and the library without a web framework.

Each runs in processes of its own, which see only the packages installed for it.
"""

import base64
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx

from benchmarks.images import DIGIT, File

BACKEND = Path(__file__).parents[1]

SMALL_MODEL = Path(__file__).with_name("small_baseline.onnx")
"""What `python -m training.small_baseline` writes."""

PROJECT, PROJECT_JSON = "project", "project_json"
BASELINE, SMALL_BASELINE, TORCH = "baseline", "small_baseline", "torch"
NO_FRAMEWORK = "no_framework"
"""Names of the targets: the first gets an image as the body, the second as base64 in JSON, which
is all that baselines accept."""

PYTHON = [sys.executable, "-P", "-S", "-m"]
"""Without the packages of this environment and without the modules in the working directory."""

IMAGE_ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
    "MALLOC_TOP_PAD_": "4194304",
}
"""The variables that the Dockerfile sets in both images; the baseline has none."""

NOT_IN_IMAGE = ("__pycache__", "charts", "*.md", "evaluation.json")
"""Files of `recognizer` that .dockerignore keeps out of the container images."""

START_TIMEOUT = 20.0
"""Seconds in which a server must respond."""

ONNXRUNTIME = ("onnxruntime*", "flatbuffers*", "google", "protobuf*")
"""onnxruntime and what only it needs, in a folder of packages."""


@dataclass(frozen=True)
class Target:
    """A Lambda handler: its module, its packages, its environment, and the events it is sent."""

    module: str
    packages: Path
    variables: Mapping[str, str]
    events: Mapping[str, Path]
    """By the name of the image that an event carries."""
    reads_all: bool = True
    """Whether it must recognize the digit in every image; otherwise any prediction will do."""

    def command(self, image: str, events: int) -> list[str]:
        """Return the command that handles an image's event `events` times in a new process."""
        arguments = [self.module, str(self.events[image]), str(events)]
        return [*PYTHON, "benchmarks.worker", *arguments, *([str(DIGIT)] if self.reads_all else [])]

    def environment(self) -> dict[str, str]:
        """Return the complete environment of the target's processes."""
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        paths = {"PYTHONPATH": os.pathsep.join([str(self.packages), str(BACKEND)])}
        return {**inherited, **paths, "DIGITS_PAGE_DIR": "/nonexistent", **self.variables}


def install(requirements: str, images: Mapping[str, File], folder: Path) -> dict[str, Target]:
    """Install the Dockerfile's packages, once as they come and once pruned as in the images.

    `requirements` is the name of a file in backend/requirements. Returns the targets by name.
    """
    unpruned, pruned = folder / "unpruned", folder / "pruned"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    listed = str(BACKEND / "requirements" / requirements)
    print(f"Installing the packages of {requirements}…")
    subprocess.run([*pip, "--target", str(unpruned), "--require-hashes", "-r", listed], check=True)
    shutil.copytree(unpruned, pruned)
    ignore = shutil.ignore_patterns(*NOT_IN_IMAGE)
    shutil.copytree(BACKEND / "recognizer", pruned / "recognizer", ignore=ignore)
    prune = [sys.executable, str(BACKEND / "docker" / "prune_packages.py"), str(pruned)]
    subprocess.run(prune, check=True, stdout=subprocess.DEVNULL)
    raw = write_events(images, folder / "raw")
    in_json = write_events({name: file.in_json() for name, file in images.items()}, folder / "json")
    project = Target("recognizer.api.aws_lambda", pruned, IMAGE_ENVIRONMENT, raw)
    baseline = Target("benchmarks.baseline", unpruned, {}, in_json, reads_all=False)
    return {
        PROJECT: project,
        PROJECT_JSON: replace(project, events=in_json),
        BASELINE: baseline,
        SMALL_BASELINE: replace(baseline, variables={"BASELINE_MODEL": str(SMALL_MODEL)}),
        NO_FRAMEWORK: replace(project, module="benchmarks.no_framework"),
    }


def install_torch(baseline: Target, folder: Path) -> Target:
    """Return a baseline with torch in place of onnxruntime.

    Its packages are copied: torch and all that it requires, as they are in this environment.
    """
    print("Copying the packages of torch…")
    packages, weights = folder / "torch", folder / "weights.pt"
    ignore = shutil.ignore_patterns(*ONNXRUNTIME)
    shutil.copytree(baseline.packages, packages, ignore=ignore)
    for name in requirements_of("torch"):
        for file in distribution(name).files or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.exists():  # commands are installed elsewhere
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, packages / file)
    subprocess.run([sys.executable, "-m", "training.torch_weights", str(weights)], check=True)
    variables = {"TORCH_WEIGHTS": str(weights)}
    return replace(
        baseline, module="training.torch_baseline", packages=packages, variables=variables
    )


def requirements_of(package: str) -> set[str]:
    """Return a package and all packages that it requires in this environment."""
    found, remaining = set(), [package]
    while remaining:
        name = remaining.pop()
        if name not in found:
            found.add(name)
            required = distribution(name).requires or ()
            remaining += [
                re.split(r"[^\w.-]", line)[0].lower() for line in required if ";" not in line
            ]
    return found


def write_events(files: Mapping[str, File], folder: Path) -> dict[str, Path]:
    """Write a function URL's event for each file, which posts it to /predict; return the paths."""
    folder.mkdir()
    paths = {name: folder / f"{name}.json" for name in files}
    for name, (content, content_type) in files.items():
        is_text = content_type == "application/json"
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/predict",
            "rawQueryString": "",
            "headers": {"content-type": content_type, "host": "example.lambda-url.on.aws"},
            "requestContext": {
                "http": {"method": "POST", "path": "/predict", "sourceIp": "203.0.113.7"}
            },
            "body": (content if is_text else base64.b64encode(content)).decode(),
            "isBase64Encoded": not is_text,
        }
        paths[name].write_text(json.dumps(event))
    return paths


def cold_start(target: Target, image: str) -> tuple[float, float]:
    """Return the seconds and peak megabytes of a new process that handles one event."""
    start = time.perf_counter()
    measured = run(target, image, 1)
    return time.perf_counter() - start, measured["peak_mb"]


def response_times(target: Target, image: str, events: int) -> list[float]:
    """Return the seconds of each response of one process; the first is the cold start's."""
    times: list[float] = run(target, image, events)["seconds"]
    return times


def run(target: Target, image: str, events: int) -> dict[str, Any]:
    """Run a worker to its end; return what it prints."""
    # Into a file, because the reader of a pipe would compete for the core.
    with TemporaryFile() as output:
        command = target.command(image, events)
        subprocess.run(command, env=target.environment(), stdout=output, check=True)
        output.seek(0)
        printed: dict[str, Any] = json.loads(output.read().splitlines()[-1])  # after the log
    return printed


def count_instructions(target: Target, image: str) -> float:
    """Return the instructions of a new process that handles one event, counted by callgrind."""
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    finished = subprocess.run(
        [*tool, *target.command(image, 1)],
        env=target.environment() | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(finished.stderr.partition("Collected : ")[2].split()[0])


@contextmanager
def server(target: Target, *arguments: str) -> Iterator[int]:
    """Run one uvicorn worker, which logs each request as the target does; yield its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    process = subprocess.Popen(
        [*PYTHON, "uvicorn", *arguments, "--port", str(port)],
        env=target.environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/docs")
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str) -> None:
    """Return once a server responds; raise SystemExit after START_TIMEOUT."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"No server responds at {url}.")


def paired_ratio(figures: Sequence[float], reference: Sequence[float]) -> float:
    """Return the median of the ratios of figures that were measured right after each other."""
    return statistics.median(one / other for one, other in zip(figures, reference, strict=True))
