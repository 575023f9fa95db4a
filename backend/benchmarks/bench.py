"""Measures this project against the plain way of writing it, in pairs within one run.

    make bench

Prints a table and writes it to results.json beside this file and into the README. Ratios are to
the baseline; the absolute figures are of the machine at hand. Instructions are counted by
callgrind, if valgrind is installed; the sizes are of the Lambda image, if it is built.
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
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw
from tqdm import tqdm

from benchmarks.callers import call
from benchmarks.report import BASELINE, FLOOR, OURS, README, table, with_measures

BACKEND = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results.json")

COLD_PAIRS = 20
WARM_EVENTS, WARM_UP = 1_000, 200
CALLERS = (1, 8, 32)
LOAD_SECONDS, LOAD_ROUNDS = 4.0, 3

IMAGE_ENVIRONMENT = {"ORT_DISABLE_TELEMETRY": "1", "OPENBLAS_NUM_THREADS": "1"}
"""What the Dockerfile sets for the function; the baseline has nothing set."""


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0]).parse_args()
    results: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        events = write_events(Path(folder))
        results["cold"] = cold_starts(events)
        results["instructions"] = instructions(events)
        results["warm"] = warm_handlers(events)
    results["http"] = over_http()
    results["image"] = image_sizes()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_measures(readme, results), encoding="utf-8")
    print(table(results))


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


def write_events(folder: Path) -> dict[str, Path]:
    """The same picture as a function URL's event: as a body for us, in JSON for the baseline."""
    encoded = base64.b64encode(seven()).decode()
    bodies = {
        OURS: ("image/png", encoded, True),
        FLOOR: ("image/png", encoded, True),
        BASELINE: ("application/json", json.dumps({"image": encoded}), False),
    }
    events = {}
    for module, (content_type, body, in_base64) in bodies.items():
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
        events[module] = folder / f"{module}.json"
        events[module].write_text(json.dumps(event))
    return events


def command(module: str, event: Path, count: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.child", module, str(event), str(count)]


def environment(module: str) -> dict[str, str]:
    """The caller's environment, with what the image adds for us and nothing for the baseline."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGITS_")}
    added = {} if module == BASELINE else IMAGE_ENVIRONMENT | {"DIGITS_PAGE_DIR": "/nonexistent"}
    return kept | added | {"PYTHONPATH": str(BACKEND)}


def cold_starts(events: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Wall time and peak memory of fresh processes that answer one event, in turns."""
    seconds: dict[str, list[float]] = {module: [] for module in events}
    peaks: dict[str, list[float]] = {module: [] for module in events}
    for number in tqdm(range(COLD_PAIRS + 1), "cold starts", unit="pair"):
        for module, event in events.items():
            begun = time.perf_counter()
            process = subprocess.Popen(
                command(module, event, 1), env=environment(module), stdout=subprocess.DEVNULL
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
        for module in events
    }


def paired_ratio(ours: list[float], baseline: list[float]) -> float:
    """Median of the ratios of figures taken right after each other."""
    return statistics.median(one / other for one, other in zip(ours, baseline, strict=True))


def instructions(events: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Instructions of one cold start each, by callgrind; empty where valgrind is missing."""
    if shutil.which("valgrind") is None:
        print("Instructions are not counted: valgrind is not installed.")
        return {}
    counts = {}
    for module, event in tqdm(events.items(), "callgrind", unit="start"):
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        done = subprocess.run(
            [*tool, *command(module, event, 1)],
            env=environment(module) | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
        counts[module] = int(done.stderr.partition("Collected : ")[2].split()[0])
    return {
        module: {"millions": count / 1e6, "ratio": count / counts[BASELINE]}
        for module, count in counts.items()
    }


def warm_handlers(events: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Time of a handler's answers once it is warm, on one processor, in turns."""
    pin = ["taskset", "--cpu-list", "0"]
    times: dict[str, list[list[float]]] = {module: [] for module in events}
    for _ in tqdm(range(3), "warm handlers", unit="turn"):
        for module, event in events.items():
            done = subprocess.run(
                [*pin, *command(module, event, WARM_UP + WARM_EVENTS)],
                env=environment(module),
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
        for module in events
    }


@contextmanager
def server(module: str, *uvicorn: str) -> Iterator[int]:
    """One uvicorn worker on a free port, on the first processor."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [
            "taskset",
            "--cpu-list",
            "0",
            sys.executable,
            "-m",
            "uvicorn",
            *uvicorn,
            "--port",
            str(port),
            "--log-level",
            "warning",
        ],
        env=environment(module),
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


def over_http() -> dict[str, dict[str, dict[str, float]]]:
    """Requests a second and time of the answers with several callers, in turns."""
    picture = seven()
    in_json = json.dumps({"image": base64.b64encode(picture).decode()}).encode()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # beside the servers
    times: dict[str, dict[int, list[list[float]]]] = {
        module: {callers: [] for callers in CALLERS} for module in (OURS, BASELINE)
    }
    with (
        server(OURS, "--factory", "recognizer.app:create_app") as ours,
        server(BASELINE, "benchmarks.baseline:app") as baseline,
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


def image_sizes() -> dict[str, dict[str, float]]:
    """Megabytes of each package in the Lambda image, unpacked and as a compressed tar file."""
    code = (
        "import io, json, tarfile\n"
        "from pathlib import Path\n"
        "sizes = {}\n"
        "for path in sorted(Path('/var/task').iterdir()):\n"
        "    files = [path] if path.is_file() else [f for f in path.rglob('*') if f.is_file()]\n"
        "    packed = io.BytesIO()\n"
        "    with tarfile.open(fileobj=packed, mode='w:gz') as tar:\n"
        "        tar.add(path)\n"
        "    sizes[path.name] = [sum(f.stat().st_size for f in files), packed.tell()]\n"
        "print(json.dumps(sizes))\n"
    )
    docker = [
        "docker",
        "run",
        "--rm",
        "--entrypoint",
        "python",
        "digit-recognizer:lambda",
        "-c",
        code,
    ]
    try:
        found = subprocess.run(docker, capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        print("The image is not measured: `make image` builds it where there is an engine.")
        return {}
    sizes: dict[str, tuple[int, int]] = json.loads(found.stdout)
    packages: dict[str, list[float]] = {}
    for name, (unpacked, packed) in sizes.items():
        package = name.partition("-")[0].removesuffix(".libs").lower()
        total = packages.setdefault({"pil": "pillow"}.get(package, package), [0.0, 0.0])
        total[0] += unpacked / 1e6
        total[1] += packed / 1e6
    return {
        name: {"unpacked_mb": unpacked, "compressed_mb": compressed}
        for name, (unpacked, compressed) in packages.items()
    }


if __name__ == "__main__":
    main()
