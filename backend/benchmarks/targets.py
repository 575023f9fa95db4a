"""The measured programs: this project, the baseline and the library without a web framework.

Each runs in processes of its own, which see only the packages installed for it.
"""

import base64
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import httpx
from PIL import Image, ImageDraw

BACKEND = Path(__file__).parents[1]

PROJECT, BASELINE, NO_FRAMEWORK = "project", "baseline", "no_framework"
"""Names of the targets."""

MODULES = {
    PROJECT: "recognizer.api.aws_lambda",
    BASELINE: "benchmarks.baseline",
    NO_FRAMEWORK: "benchmarks.no_framework",
}
"""The module of each target's Lambda handler."""

PYTHON = [sys.executable, "-P", "-S", "-m"]
"""Without the packages of this environment and without the modules in the working directory."""

LAMBDA_ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
    "MALLOC_TOP_PAD_": "4194304",
}
"""The variables that the Dockerfile sets for the Lambda function; the baseline has none."""

NOT_IN_IMAGE = ("__pycache__", "charts", "*.md", "evaluation.json")
"""Files of `recognizer` that .dockerignore keeps out of the container images."""

START_TIMEOUT = 20.0
"""Seconds in which a server must respond."""


@dataclass(frozen=True)
class Target:
    """A Lambda handler: its module, its packages, its environment, and the event it is sent."""

    module: str
    packages: Path
    variables: dict[str, str]
    event: Path

    def command(self, events: int) -> list[str]:
        """Return the command that handles `events` events in a new process."""
        return [*PYTHON, "benchmarks.worker", self.module, str(self.event), str(events)]

    def environment(self) -> dict[str, str]:
        """Return the complete environment of the target's processes."""
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        paths = {"PYTHONPATH": os.pathsep.join([str(self.packages), str(BACKEND)])}
        return inherited | paths | {"DIGITS_PAGE_DIR": "/nonexistent"} | self.variables


def seven_png() -> bytes:
    """Return a 400×400 PNG of a drawn seven with soft edges, like those that the frontend sends."""
    large = Image.new("L", (1600, 1600), 255)
    ImageDraw.Draw(large).line(
        [(480, 400), (1120, 380), (760, 1240)], fill=20, width=90, joint="curve"
    )
    buffer = BytesIO()
    large.reduce(4).save(buffer, "PNG")
    return buffer.getvalue()


def install(requirements: str, folder: Path) -> dict[str, Target]:
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
    encoded = base64.b64encode(seven_png()).decode()
    raw = write_event(folder / "raw.json", "image/png", encoded, is_base64=True)
    document = json.dumps({"image": encoded})
    in_json = write_event(folder / "json.json", "application/json", document, is_base64=False)
    return {
        PROJECT: Target(MODULES[PROJECT], pruned, LAMBDA_ENVIRONMENT, raw),
        BASELINE: Target(MODULES[BASELINE], unpruned, {}, in_json),
        NO_FRAMEWORK: Target(MODULES[NO_FRAMEWORK], pruned, LAMBDA_ENVIRONMENT, raw),
    }


def write_event(path: Path, content_type: str, body: str, *, is_base64: bool) -> Path:
    """Write a function URL's event that posts an image to /predict; return its path."""
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/predict",
        "rawQueryString": "",
        "headers": {"content-type": content_type, "host": "example.lambda-url.on.aws"},
        "requestContext": {
            "http": {"method": "POST", "path": "/predict", "sourceIp": "203.0.113.7"}
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }
    path.write_text(json.dumps(event))
    return path


def cold_start(target: Target) -> tuple[float, float]:
    """Return the seconds and peak megabytes of a new process that handles one event."""
    start = time.perf_counter()
    process = subprocess.Popen(
        target.command(1), env=target.environment(), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{target.module} failed.")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def response_times(target: Target, events: int) -> list[float]:
    """Return the seconds of each response of one process; the first is the cold start's."""
    # Into a file, because the reader of a pipe would compete for the core.
    with TemporaryFile() as output:
        command = target.command(events)
        subprocess.run(command, env=target.environment(), stdout=output, check=True)
        output.seek(0)
        times: list[float] = json.loads(output.read().splitlines()[-1])  # after the request log
    return times


def count_instructions(target: Target) -> float:
    """Return the instructions of a new process that handles one event, counted by callgrind."""
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    finished = subprocess.run(
        [*tool, *target.command(1)],
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


def paired_ratio(figures: list[float], reference: list[float]) -> float:
    """Return the median of the ratios of figures that were measured right after each other."""
    return statistics.median(one / other for one, other in zip(figures, reference, strict=True))
