"""Who is measured: this project, the plain way and the floor, each with packages of its own."""

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

from benchmarks.report import BASELINE, FLOOR, OURS

BACKEND = Path(__file__).parents[1]

PYTHON = [sys.executable, "-P", "-S", "-m"]
"""Without the environment's own packages, and without the code in the present folder."""

IMAGE_ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
}
"""What the Dockerfile sets for the function; the baseline has nothing set."""


def seven() -> bytes:
    """A 400×400 PNG of a drawn seven with soft edges, as the page sends it."""
    large = Image.new("L", (1600, 1600), 255)
    ImageDraw.Draw(large).line(
        [(480, 400), (1120, 380), (760, 1240)], fill=20, width=90, joint="curve"
    )
    buffer = BytesIO()
    large.reduce(4).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Contestant:
    """A way to answer: where its packages are, its environment, and the event it is sent."""

    module: str
    packages: Path
    variables: dict[str, str]
    event: Path

    def command(self, events: int) -> list[str]:
        """Answer so many events in a fresh process that sees no packages but its own."""
        return [*PYTHON, "benchmarks.worker", self.module, str(self.event), str(events)]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        paths = {"PYTHONPATH": os.pathsep.join([str(self.packages), str(BACKEND)])}
        return kept | paths | {"DIGITS_PAGE_DIR": "/nonexistent"} | self.variables


def install(requirements: str, folder: Path) -> dict[str, Contestant]:
    """Install what the Dockerfile installs, once as it comes and once as the image has it."""
    plain, slim = folder / "plain", folder / "slim"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    listed = str(BACKEND / "requirements" / requirements)
    print(f"Installing the packages of {requirements}…")
    subprocess.run([*pip, "--target", str(plain), "--require-hashes", "-r", listed], check=True)
    shutil.copytree(plain, slim)
    shutil.copytree(BACKEND / "recognizer", slim / "recognizer")
    slimming = [sys.executable, str(BACKEND / "image" / "slim.py"), str(slim)]
    subprocess.run(slimming, check=True, stdout=subprocess.DEVNULL)
    encoded = base64.b64encode(seven()).decode()
    as_body = write_event(folder / "body.json", "image/png", encoded, in_base64=True)
    in_json = json.dumps({"image": encoded})
    as_json = write_event(folder / "json.json", "application/json", in_json, in_base64=False)
    return {
        OURS: Contestant(OURS, slim, IMAGE_ENVIRONMENT, as_body),
        BASELINE: Contestant(BASELINE, plain, {}, as_json),
        FLOOR: Contestant(FLOOR, slim, IMAGE_ENVIRONMENT, as_body),
    }


def write_event(path: Path, content_type: str, body: str, *, in_base64: bool) -> Path:
    """A function URL's event that posts a picture."""
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
        "isBase64Encoded": in_base64,
    }
    path.write_text(json.dumps(event))
    return path


def start(contestant: Contestant) -> tuple[float, float]:
    """Seconds and peak megabytes of a fresh process that answers one event."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        contestant.command(1), env=contestant.environment(), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{contestant.module} failed.")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


@contextmanager
def server(contestant: Contestant, *arguments: str) -> Iterator[int]:
    """One uvicorn worker on a free port, which logs each request as its way of writing does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [*PYTHON, "uvicorn", *arguments, "--port", str(port)],
        env=contestant.environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/docs")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def answer_times(contestant: Contestant, events: int) -> list[float]:
    """Seconds of each answer of one process, the cold start's first."""
    # Into a file, since whoever reads a pipe competes for the processor.
    with TemporaryFile() as output:
        command = contestant.command(events)
        subprocess.run(command, env=contestant.environment(), stdout=output, check=True)
        output.seek(0)
        times: list[float] = json.loads(output.read().splitlines()[-1])  # below the log
    return times


def instructions(contestant: Contestant) -> float:
    """Instructions of a fresh process that answers one event, counted by callgrind."""
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*tool, *contestant.command(1)],
        env=contestant.environment() | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stderr.partition("Collected : ")[2].split()[0])


def paired_ratio(ours: list[float], baseline: list[float]) -> float:
    """Median of the ratios of figures taken right after each other."""
    return statistics.median(one / other for one, other in zip(ours, baseline, strict=True))
