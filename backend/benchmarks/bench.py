"""Measures this project against the plain way of writing it, in pairs within one run.

    make bench

Prints a table and writes it to results.json beside this file and into the README. Ratios are to
the baseline; the absolute figures are of the machine at hand. Instructions are counted by
callgrind, if valgrind is installed.
"""

import argparse
import base64
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw
from tqdm import tqdm

from benchmarks.callers import call
from benchmarks.report import BASELINE, FLOOR, OURS, tables, with_measures
from readme import README

BACKEND = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results.json")

PYTHON = [sys.executable, "-S", "-m"]
"""Without the environment's own packages."""

COLD_PAIRS = 20
WARM_EVENTS, WARM_UP = 1_000, 200
CALLERS = (1, 8, 32)
LOAD_SECONDS, LOAD_ROUNDS = 4.0, 3

IMAGE_ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDANTIC_DISABLE_PLUGINS": "1",
}
"""What the Dockerfile sets for the function; the baseline has nothing set."""


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0]).parse_args()
    results: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        contestants = install(Path(folder))
        results["cold"] = cold_starts(contestants)
        results["instructions"] = instructions(contestants)
        results["warm"] = warm_handlers(contestants)
        results["http"] = over_http(contestants)
        results["packages"] = package_sizes(contestants)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_measures(readme, results), encoding="utf-8")
    print(tables(results))


def machine() -> str:
    """What it ran on, in a few words."""
    return f"{os.cpu_count()} processors, Python {sys.version.split()[0]}"


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
        return [*PYTHON, "benchmarks.child", self.module, str(self.event), str(events)]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        paths = {"PYTHONPATH": os.pathsep.join([str(self.packages), str(BACKEND)])}
        return kept | paths | {"DIGITS_PAGE_DIR": "/nonexistent"} | self.variables


def install(folder: Path) -> dict[str, Contestant]:
    """Install what the Dockerfile installs, once as it comes and once as the image has it."""
    plain, slim = folder / "plain", folder / "slim"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    requirements = str(BACKEND / "requirements" / "run.txt")
    print("Installing the packages…")
    subprocess.run(
        [*pip, "--target", str(plain), "--require-hashes", "-r", requirements], check=True
    )
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


def cold_starts(contestants: dict[str, Contestant]) -> dict[str, dict[str, float]]:
    """Wall time and peak memory of fresh processes that answer one event, in turns."""
    seconds: dict[str, list[float]] = {module: [] for module in contestants}
    peaks: dict[str, list[float]] = {module: [] for module in contestants}
    for number in tqdm(range(COLD_PAIRS + 1), "cold starts", unit="pair"):
        for module, contestant in contestants.items():
            begun = time.perf_counter()
            process = subprocess.Popen(
                contestant.command(1), env=contestant.environment(), stdout=subprocess.DEVNULL
            )
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                sys.exit(f"{module} failed.")
            if number:  # the first pair only fills the disk's cache
                seconds[module].append(time.perf_counter() - begun)
                peaks[module].append(usage.ru_maxrss / 1024)
    return {
        module: {
            "median_ms": 1_000 * statistics.median(seconds[module]),
            "p95_ms": 1_000 * float(np.percentile(seconds[module], 95)),
            "ratio": paired_ratio(seconds[module], seconds[BASELINE]),
            "peak_mb": statistics.median(peaks[module]),
            "peak_ratio": paired_ratio(peaks[module], peaks[BASELINE]),
        }
        for module in contestants
    }


def paired_ratio(ours: list[float], baseline: list[float]) -> float:
    """Median of the ratios of figures taken right after each other."""
    return statistics.median(one / other for one, other in zip(ours, baseline, strict=True))


def instructions(contestants: dict[str, Contestant]) -> dict[str, dict[str, float]]:
    """Instructions of one cold start each, by callgrind; empty where valgrind is missing."""
    if shutil.which("valgrind") is None:
        print("Instructions are not counted: valgrind is not installed.")
        return {}
    counts = {}
    for module, contestant in tqdm(contestants.items(), "callgrind", unit="start"):
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        done = subprocess.run(
            [*tool, *contestant.command(1)],
            env=contestant.environment() | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
        counts[module] = int(done.stderr.partition("Collected : ")[2].split()[0])
    return {
        module: {"millions": count / 1e6, "ratio": count / counts[BASELINE]}
        for module, count in counts.items()
    }


def warm_handlers(contestants: dict[str, Contestant]) -> dict[str, dict[str, float]]:
    """Time of a handler's answers once it is warm, in turns."""
    times: dict[str, list[list[float]]] = {module: [] for module in contestants}
    for _ in tqdm(range(3), "warm handlers", unit="turn"):
        for module, contestant in contestants.items():
            done = subprocess.run(
                contestant.command(WARM_UP + WARM_EVENTS),
                env=contestant.environment(),
                capture_output=True,
                check=True,
            )
            times[module].append(json.loads(done.stdout)[WARM_UP:])
    medians = {
        module: [statistics.median(turn) for turn in turns] for module, turns in times.items()
    }
    return {
        module: {
            "p50_ms": 1_000 * statistics.median(medians[module]),
            "p99_ms": 1_000 * float(np.percentile(np.concatenate(times[module]), 99)),
            "ratio": paired_ratio(medians[module], medians[BASELINE]),
        }
        for module in contestants
    }


@contextmanager
def server(contestant: Contestant, *app: str) -> Iterator[int]:
    """One uvicorn worker on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    options = ["--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(
        [*PYTHON, "uvicorn", *app, *options],
        env=contestant.environment(),
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


def over_http(
    contestants: dict[str, Contestant],
) -> dict[str, dict[str, dict[str, float]]]:
    """Requests a second and time of the answers with several callers, in turns."""
    picture = seven()
    in_json = json.dumps({"image": base64.b64encode(picture).decode()}).encode()
    times: dict[str, dict[int, list[list[float]]]] = {
        module: {callers: [] for callers in CALLERS} for module in (OURS, BASELINE)
    }
    with (
        server(contestants[OURS], "--factory", "recognizer.app:create_app") as ours,
        server(contestants[BASELINE], "benchmarks.baseline:app") as baseline,
    ):
        requests = {
            OURS: (ours, picture, "image/png"),
            BASELINE: (baseline, in_json, "application/json"),
        }
        for callers in tqdm(CALLERS * LOAD_ROUNDS, "over HTTP", unit="turn"):
            for module, (port, body, content_type) in requests.items():
                times[module][callers].append(call(port, body, content_type, callers, LOAD_SECONDS))
    rates = {
        module: {
            callers: [len(turn) / LOAD_SECONDS for turn in turns]
            for callers, turns in by_callers.items()
        }
        for module, by_callers in times.items()
    }
    return {
        str(callers): {
            module: {
                "per_second": statistics.median(rates[module][callers]),
                "ratio": paired_ratio(rates[module][callers], rates[BASELINE][callers]),
                "p50_ms": 1_000 * float(np.median(np.concatenate(times[module][callers]))),
                "p99_ms": 1_000 * float(np.percentile(np.concatenate(times[module][callers]), 99)),
            }
            for module in (OURS, BASELINE)
        }
        for callers in CALLERS
    }


def package_sizes(contestants: dict[str, Contestant]) -> dict[str, dict[str, dict[str, float]]]:
    """Megabytes of each package, bytecode included, unpacked and as a compressed tar file."""
    return {module: sizes_below(contestants[module].packages) for module in (OURS, BASELINE)}


def sizes_below(folder: Path) -> dict[str, dict[str, float]]:
    """Megabytes by package; what belongs to one in several folders is added up."""
    sizes: dict[str, dict[str, float]] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.partition("-")[0].removesuffix(".libs").lower()
        package = "pillow" if name == "pil" else name
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        packed = BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            tar.add(path, arcname=path.name)
        total = sizes.setdefault(package, {"unpacked_mb": 0.0, "compressed_mb": 0.0})
        total["unpacked_mb"] += sum(file.stat().st_size for file in files) / 1e6
        total["compressed_mb"] += packed.tell() / 1e6
    return sizes


if __name__ == "__main__":
    main()
