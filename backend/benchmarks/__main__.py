"""Benchmarks of this project against the baseline, in pairs within one run.

    make bench

Prints the tables and writes them to results.json beside this file and into the READMEs. Ratios are
to the baseline; the absolute figures are those of the machine at hand. Instructions are counted by
callgrind, so valgrind must be installed.
"""

import argparse
import base64
import json
import os
import shutil
import statistics
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.ablation import measure_ablations
from benchmarks.load_generator import generate_load, generate_open_load, predict_request
from benchmarks.report import RESULTS, full_report, write_reports
from benchmarks.targets import (
    BASELINE,
    PROJECT,
    Target,
    cold_start,
    count_instructions,
    install,
    paired_ratio,
    response_times,
    server,
    seven_png,
)

COLD_PAIRS = 20
WARM_PROCESSES, WARM_EVENTS, WARM_UP = 9, 1_000, 200
CLIENTS = (1, 8, 32)
LOAD_SECONDS, LOAD_ROUNDS = 4.0, 3
OVERLOAD, OVERLOAD_SECONDS, OVERLOAD_WARM_UP = 5, 12.0, 4.0

PROJECT_APP = (
    *("--factory", "recognizer.api.server:create_server"),
    *("--log-level", "warning", "--timeout-keep-alive", "75"),
)
"""As the container image starts it; without uvicorn's own access log."""

Targets = Mapping[str, Target]
Figures = dict[str, dict[str, float]]


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0]).parse_args()
    if shutil.which("valgrind") is None:
        raise SystemExit("Instructions are counted by callgrind: install valgrind.")
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(full_report(results))
    write_reports(results)


def measure(folder: Path) -> dict[str, Any]:
    """Install all targets below a folder and return every figure, as results.json holds them."""
    functions = install("lambda.txt", folder / "function")
    servers = install("run.txt", folder / "server")
    return {
        "machine": f"{os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "cold_start": measure_cold_starts(functions),
        "instructions": measure_instructions(functions),
        "warm": measure_warm_requests(functions),
        "http": measure_http(servers),
        "overload": measure_overload(servers[PROJECT]),
        "ablations": measure_ablations(functions[PROJECT], folder),
        "packages": {name: package_sizes(functions[name].packages) for name in (PROJECT, BASELINE)},
    }


def measure_cold_starts(targets: Targets) -> Figures:
    """Return wall time and peak memory of new processes that handle one event, run in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in targets}
    peaks: dict[str, list[float]] = {name: [] for name in targets}
    for number in tqdm(range(COLD_PAIRS + 1), "cold starts", unit="pair"):
        for name, target in targets.items():
            wall, peak = cold_start(target)
            if number:  # the first pair only fills the disk's cache
                seconds[name].append(wall)
                peaks[name].append(peak)
    return {
        name: {
            "median_ms": 1_000 * statistics.median(seconds[name]),
            "p95_ms": 1_000 * float(np.percentile(seconds[name], 95)),
            "ratio": paired_ratio(seconds[name], seconds[BASELINE]),
            "peak_mb": statistics.median(peaks[name]),
            "peak_ratio": paired_ratio(peaks[name], peaks[BASELINE]),
        }
        for name in targets
    }


def measure_instructions(targets: Targets) -> Figures:
    """Return the instructions of one cold start of each target."""
    counts = {
        name: count_instructions(target)
        for name, target in tqdm(targets.items(), "callgrind", unit="start")
    }
    return {
        name: {"millions": count / 1e6, "ratio": count / counts[BASELINE]}
        for name, count in counts.items()
    }


def measure_warm_requests(targets: Targets) -> Figures:
    """Return the time of a handler's responses after it has warmed up, in processes run in turns.

    Several processes, because one of the baseline is either fast or slow: its threads spin or not.
    """
    times: dict[str, list[list[float]]] = {name: [] for name in targets}
    for _ in tqdm(range(WARM_PROCESSES), "warm requests", unit="turn"):
        for name, target in targets.items():
            times[name].append(response_times(target, WARM_UP + WARM_EVENTS)[WARM_UP:])
    medians = {name: [statistics.median(turn) for turn in turns] for name, turns in times.items()}
    return {
        name: {
            "p50_ms": 1_000 * statistics.median(medians[name]),
            "p99_ms": 1_000 * float(np.percentile(np.concatenate(times[name]), 99)),
            "ratio": paired_ratio(medians[name], medians[BASELINE]),
        }
        for name in targets
    }


def measure_http(targets: Targets) -> dict[str, Figures]:
    """Return requests per second and response times over HTTP, by number of clients."""
    image = seven_png()
    in_json = json.dumps({"image": base64.b64encode(image).decode()}).encode()
    times: dict[str, dict[int, list[list[float]]]] = {
        name: {clients: [] for clients in CLIENTS} for name in (PROJECT, BASELINE)
    }
    with (
        server(targets[PROJECT], *PROJECT_APP) as project_port,
        server(targets[BASELINE], "benchmarks.baseline:app") as baseline_port,
    ):
        requests = {
            PROJECT: (project_port, predict_request(project_port, image, "image/png")),
            BASELINE: (
                baseline_port,
                predict_request(baseline_port, in_json, "application/json"),
            ),
        }
        for clients in tqdm(CLIENTS * LOAD_ROUNDS, "over HTTP", unit="turn"):
            for name, (port, request) in requests.items():
                times[name][clients].append(generate_load(port, request, clients, LOAD_SECONDS))
    rates = {
        name: {
            clients: [len(turn) / LOAD_SECONDS for turn in turns]
            for clients, turns in by_clients.items()
        }
        for name, by_clients in times.items()
    }
    return {
        str(clients): {
            name: {
                "requests_per_second": statistics.median(rates[name][clients]),
                "ratio": paired_ratio(rates[name][clients], rates[BASELINE][clients]),
                "p50_ms": 1_000 * float(np.median(np.concatenate(times[name][clients]))),
                "p99_ms": 1_000 * float(np.percentile(np.concatenate(times[name][clients]), 99)),
            }
            for name in (PROJECT, BASELINE)
        }
        for clients in CLIENTS
    }


def measure_overload(project: Target) -> dict[str, float]:
    """Return what becomes of five times as many requests as this project's server can serve."""
    print("overload…")
    with server(project, *PROJECT_APP) as port:
        request = predict_request(port, seven_png(), "image/png")
        unloaded = generate_load(port, request, 1, LOAD_SECONDS)
        capacity = len(generate_load(port, request, 8, LOAD_SECONDS)) / LOAD_SECONDS
        responses, health_checks = generate_open_load(
            port, request, OVERLOAD * capacity, OVERLOAD_SECONDS
        )
    # At first the queue fills, and is served before the rest.
    steady = [response for response in responses if response.due >= OVERLOAD_WARM_UP]
    served = [response.seconds for response in steady if response.status == 200]
    sent = OVERLOAD * capacity * (OVERLOAD_SECONDS - OVERLOAD_WARM_UP)
    return {
        "requests_per_second": OVERLOAD * capacity,
        "served": len(served) / sent,
        "rejected": (len(steady) - len(served)) / sent,
        "unloaded_p99_ms": 1_000 * float(np.percentile(unloaded, 99)),
        "served_p99_ms": 1_000 * float(np.percentile(served, 99)),
        "health_p99_ms": 1_000 * float(np.percentile(health_checks, 99)),
    }


def package_sizes(folder: Path) -> Figures:
    """Return the megabytes of each package, bytecode included: unpacked and as a tar.gz file.

    The folders of one package are added up.
    """
    sizes: Figures = {}
    for path in sorted(folder.iterdir()):
        name = path.name.partition("-")[0].removesuffix(".libs").lower()
        package = "pillow" if name == "pil" else name
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        archive = BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            tar.add(path, arcname=path.name)
        total = sizes.setdefault(package, {"unpacked_mb": 0.0, "compressed_mb": 0.0})
        total["unpacked_mb"] += sum(file.stat().st_size for file in files) / 1e6
        total["compressed_mb"] += archive.tell() / 1e6
    return sizes


if __name__ == "__main__":
    main()
