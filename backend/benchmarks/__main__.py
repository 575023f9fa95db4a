"""Benchmarks of this project against two baselines, in turns within one run.

    make bench
    make bench ARGS="--only http"

Prints the tables and writes them to results.json beside this file and into the READMEs. Ratios are
to the baselines; the absolute figures are those of the machine at hand. Instructions are counted by
callgrind, so valgrind must be installed, unless a part without them is measured alone.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.ablation import measure_ablations
from benchmarks.images import SEARCHED, File, make_images, seven_png
from benchmarks.load_generator import generate_load, generate_open_load, predict_request
from benchmarks.report import RESULTS, full_report, write_reports
from benchmarks.rows import Row, compare
from benchmarks.targets import (
    BASELINE,
    PROJECT,
    PROJECT_JSON,
    SMALL_BASELINE,
    TORCH,
    Target,
    cold_start,
    count_instructions,
    install,
    install_torch,
    response_times,
    server,
)

COLD_TURNS, TORCH_TURNS, WARM_TURNS, HTTP_TURNS = 8, 5, 5, 3
CLIENTS = (1, 8, 32)
LOAD_SECONDS = 4.0
OVERLOAD, OVERLOAD_SECONDS, OVERLOAD_WARM_UP = 5, 12.0, 4.0

PROJECT_APP = (
    *("--factory", "recognizer.api.server:create_server"),
    *("--http", "recognizer.api.http_protocol:HttpProtocol"),
    *("--log-level", "warning", "--timeout-keep-alive", "75"),
)
"""As the container image starts it; without uvicorn's own access log."""

PATIENCE = {"DIGITS_MAX_WAIT_MS": "60000"}
"""For the project's server: it rejects no client, as the baselines do."""

IMAGE = "canvas"
"""The image of what is measured with one only."""

EVENTS, PHOTO_EVENTS = (150, 50), (4, 2)
"""How many events a process handles after it has warmed up, and before."""

SEARCH_EVENTS = 20
"""How many events a process handles after as many to warm up, when the search is measured."""

HTTP_SECONDS, PHOTO_HTTP_SECONDS = 1.0, 2.5

Targets = Mapping[str, Target]


@dataclass
class Bench:
    """The images, and the targets, which are installed when the first of them is measured."""

    folder: Path

    @cached_property
    def images(self) -> dict[str, File]:
        """The images by name."""
        return make_images()

    @cached_property
    def compared(self) -> dict[str, File]:
        """The images that baselines are compared on."""
        return {name: file for name, file in self.images.items() if name != SEARCHED}

    @cached_property
    def functions(self) -> dict[str, Target]:
        """The targets with the packages of the Lambda function."""
        return install("lambda.txt", self.images, self.folder / "function")

    @cached_property
    def servers(self) -> dict[str, Target]:
        """The targets with the packages of the server."""
        return install("run.txt", self.images, self.folder / "server")


PARTS: dict[str, Callable[[Bench], Any]] = {
    "images": lambda bench: {name: len(file.content) for name, file in bench.images.items()},
    "cold_start": lambda bench: measure_cold_starts(bench.functions, bench.compared, COLD_TURNS),
    "instructions": lambda bench: measure_instructions(bench.functions),
    "warm": lambda bench: measure_warm_requests(bench.functions, bench.compared),
    "http": lambda bench: measure_http(bench.servers, bench.compared),
    "search": lambda bench: measure_search(bench.functions[PROJECT]),
    "overload": lambda bench: measure_overload(bench.servers[PROJECT]),
    "torch": lambda bench: measure_torch(bench.functions, bench.folder),
    "ablations": lambda bench: measure_ablations(bench.functions[PROJECT], bench.folder),
    "packages": lambda bench: {
        name: package_sizes(bench.functions[name].packages) for name in (PROJECT, BASELINE)
    },
}
"""The parts of results.json, and how they are measured."""

COUNTED = {"instructions", "ablations"}
"""The parts that count instructions."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--only", choices=PARTS, help="measure this part, keep the others' figures")
    only = parser.parse_args().only
    parts = [only] if only else [*PARTS]
    if not COUNTED.isdisjoint(parts) and shutil.which("valgrind") is None:
        raise SystemExit("Instructions are counted by callgrind: install valgrind.")
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if only else {"machine": machine()}
    if results["machine"] != machine():
        raise SystemExit(
            f"The other parts' figures are of another machine ({results['machine']}): "
            "measure all parts."
        )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for part in parts:
            results[part] = PARTS[part](bench)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(full_report(results))
    write_reports(results)


def machine() -> str:
    """Return what the figures depend on most."""
    return f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"


def measure_cold_starts(
    targets: Targets,
    images: Iterable[str],
    turns: int,
    baselines: Sequence[str] = (BASELINE, SMALL_BASELINE),
) -> list[Row]:
    """Return wall time and peak memory of new processes that handle one event."""
    rows = []
    for image in tqdm(images, "cold starts", unit="image"):
        seconds, peaks = defaultdict(list), defaultdict(list)
        for turn in range(turns + 1):
            for name, target in targets.items():
                wall, peak = cold_start(target, image)
                if turn:  # the first only fills the disk's cache
                    seconds[name].append(1_000 * wall)
                    peaks[name].append(peak)
        rows.append(compare(image, "cold start, ms", seconds, baselines))
        rows.append(compare(image, "cold start, peak MB", peaks, baselines))
    return rows


def measure_instructions(targets: Targets) -> list[Row]:
    """Return the instructions of one cold start of each target."""

    def count(target: Target) -> list[float]:
        return [count_instructions(target, IMAGE) / 1e6]

    # In all cores, because counts do not depend on what else runs.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(count, targets.values())
        bar = tqdm(counts, "callgrind", total=len(targets), unit="start")
        turns = dict(zip(targets, bar, strict=True))
    return [compare(IMAGE, "cold start, million instructions", turns)]


def measure_warm_requests(targets: Targets, images: Iterable[str]) -> list[Row]:
    """Return the time of a handler's responses after it has warmed up, in processes run in turns.

    Several processes, because one of the baseline is either fast or slow: its threads spin or not.
    """
    rows = []
    for image in tqdm(images, "warm requests", unit="image"):
        events, warm_up = PHOTO_EVENTS if image == "photo" else EVENTS
        medians = defaultdict(list)
        for _ in range(WARM_TURNS):
            for name, target in targets.items():
                times = response_times(target, image, warm_up + events)[warm_up:]
                medians[name].append(1_000 * statistics.median(times))
        rows.append(compare(image, "warm request, ms", medians))
    return rows


def measure_http(targets: Targets, images: Mapping[str, File]) -> list[Row]:
    """Return requests per second and response times over HTTP, by image and number of clients."""
    project, baseline, small = (targets[name] for name in (PROJECT, BASELINE, SMALL_BASELINE))
    patient = replace(project, variables={**project.variables, **PATIENCE})
    rows = []
    with (
        server(patient, *PROJECT_APP) as project_port,
        server(baseline, "benchmarks.baseline:app") as baseline_port,
        server(small, "benchmarks.baseline:app") as small_port,
    ):
        ports = {
            PROJECT: project_port,
            PROJECT_JSON: project_port,
            BASELINE: baseline_port,
            SMALL_BASELINE: small_port,
        }
        for image, clients in tqdm([*product(images, CLIENTS)], "over HTTP", unit="load"):
            seconds = PHOTO_HTTP_SECONDS if image == "photo" else HTTP_SECONDS
            in_json = images[image].in_json()
            rates, medians, slowest = defaultdict(list), defaultdict(list), defaultdict(list)
            for _ in range(HTTP_TURNS):
                for name, port in ports.items():
                    file = images[image] if name == PROJECT else in_json
                    request = predict_request(port, file.content, file.content_type)
                    start = time.perf_counter()
                    times = generate_load(port, request, clients, seconds)
                    rates[name].append(len(times) / (time.perf_counter() - start))
                    medians[name].append(1_000 * statistics.median(times))
                    slowest[name].append(1_000 * float(np.percentile(times, 99)))
            label = f"{clients} client{'s' * (clients > 1)}"
            rows.append(compare(image, f"{label}, requests/s", rates))
            rows.append(compare(image, f"{label}, p50 ms", medians))
            rows.append(compare(image, f"{label}, p99 ms", slowest))
    return rows


def measure_search(project: Target) -> dict[str, dict[str, float]]:
    """Return what an image that this project searches costs, beside one that it does not.

    Of each: milliseconds of a warm request and of a cold start, and its peak memory in MB.
    """
    figures: dict[str, dict[str, list[float]]] = {
        image: defaultdict(list) for image in (IMAGE, SEARCHED)
    }
    for _ in tqdm(range(COLD_TURNS), "search", unit="turn"):
        for image, figure in figures.items():
            seconds, peak_mb = cold_start(project, image)
            times = response_times(project, image, 2 * SEARCH_EVENTS)[SEARCH_EVENTS:]
            figure["cold_start_ms"].append(1_000 * seconds)
            figure["peak_mb"].append(peak_mb)
            figure["warm_ms"].append(1_000 * statistics.median(times))
    return {
        image: {name: statistics.median(values) for name, values in figure.items()}
        for image, figure in figures.items()
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


def measure_torch(functions: Targets, folder: Path) -> list[Row]:
    """Return what the baseline costs with torch in place of onnxruntime, and without."""
    targets = {name: functions[name] for name in (PROJECT, BASELINE)}
    targets[TORCH] = install_torch(functions[BASELINE], folder)
    sizes = {name: package_sizes(target.packages).values() for name, target in targets.items()}
    unpacked, compressed = (
        {name: [sum(size[key] for size in packages)] for name, packages in sizes.items()}
        for key in ("unpacked_mb", "compressed_mb")
    )
    return [
        compare(IMAGE, "packages, MB", unpacked, [TORCH]),
        compare(IMAGE, "packages, compressed MB", compressed, [TORCH]),
        *measure_cold_starts(targets, [IMAGE], TORCH_TURNS, [TORCH]),
    ]


def package_sizes(folder: Path) -> dict[str, dict[str, float]]:
    """Return the megabytes of each package, bytecode included: unpacked and as a tar.gz file.

    The folders of one package are added up.
    """
    sizes: dict[str, dict[str, float]] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.partition("-")[0].removesuffix(".libs").lower()
        package = "pillow" if name == "pil" else name
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        archive = BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=6) as tar:
            tar.add(path, arcname=path.name)
        total = sizes.setdefault(package, {"unpacked_mb": 0.0, "compressed_mb": 0.0})
        total["unpacked_mb"] += sum(file.stat().st_size for file in files) / 1e6
        total["compressed_mb"] += archive.tell() / 1e6
    return sizes


if __name__ == "__main__":
    main()
