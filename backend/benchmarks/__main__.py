"""Measures this project against the plain way of writing it, in pairs within one run.

    make bench

Prints a table and writes it to results.json beside this file and into the README. Ratios are to
the baseline; the absolute figures are of the machine at hand. Instructions are counted by
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
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.ablation import measure_each
from benchmarks.load_generator import call
from benchmarks.report import BASELINE, OURS, tables, with_measures
from benchmarks.targets import (
    Contestant,
    answer_times,
    install,
    instructions,
    paired_ratio,
    server,
    seven,
    start,
)
from scripts.readme_tables import README

RESULTS = Path(__file__).with_name("results.json")

COLD_PAIRS = 20
WARM_TURNS, WARM_EVENTS, WARM_UP = 9, 1_000, 200
CALLERS = (1, 8, 32)
LOAD_SECONDS, LOAD_ROUNDS = 4.0, 3


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0]).parse_args()
    if shutil.which("valgrind") is None:
        raise SystemExit("Instructions are counted by callgrind: install valgrind.")
    results: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        functions = install("lambda.txt", Path(folder) / "function")
        servers = install("run.txt", Path(folder) / "server")
        results["cold"] = cold_starts(functions)
        results["instructions"] = counted(functions)
        results["warm"] = warm_handlers(functions)
        results["http"] = over_http(servers)
        results["measures"] = measure_each(functions[OURS], Path(folder))
        results["packages"] = package_sizes(functions)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_measures(readme, results), encoding="utf-8")
    print(tables(results))


def machine() -> str:
    """What it ran on, in a few words."""
    return f"{os.cpu_count()} processors, Python {sys.version.split()[0]}"


def cold_starts(contestants: dict[str, Contestant]) -> dict[str, dict[str, float]]:
    """Wall time and peak memory of fresh processes that answer one event, in turns."""
    seconds: dict[str, list[float]] = {module: [] for module in contestants}
    peaks: dict[str, list[float]] = {module: [] for module in contestants}
    for number in tqdm(range(COLD_PAIRS + 1), "cold starts", unit="pair"):
        for module, contestant in contestants.items():
            wall, peak = start(contestant)
            if number:  # the first pair only fills the disk's cache
                seconds[module].append(wall)
                peaks[module].append(peak)
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


def counted(contestants: dict[str, Contestant]) -> dict[str, dict[str, float]]:
    """Instructions of one cold start each."""
    counts = {
        module: instructions(contestant)
        for module, contestant in tqdm(contestants.items(), "callgrind", unit="start")
    }
    return {
        module: {"millions": count / 1e6, "ratio": count / counts[BASELINE]}
        for module, count in counts.items()
    }


def warm_handlers(contestants: dict[str, Contestant]) -> dict[str, dict[str, float]]:
    """Time of a handler's answers once it is warm, in turns.

    In many: a process of the plain way is of one of two speeds, as its threads spin or do not.
    """
    times: dict[str, list[list[float]]] = {module: [] for module in contestants}
    for _ in tqdm(range(WARM_TURNS), "warm handlers", unit="turn"):
        for module, contestant in contestants.items():
            times[module].append(answer_times(contestant, WARM_UP + WARM_EVENTS)[WARM_UP:])
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


def over_http(
    contestants: dict[str, Contestant],
) -> dict[str, dict[str, dict[str, float]]]:
    """Requests a second and time of the answers with several callers, in turns."""
    picture = seven()
    in_json = json.dumps({"image": base64.b64encode(picture).decode()}).encode()
    times: dict[str, dict[int, list[list[float]]]] = {
        module: {callers: [] for callers in CALLERS} for module in (OURS, BASELINE)
    }
    # Without uvicorn's own access log, as the Makefile and the image start it.
    own = ("--factory", "recognizer.api.server:create_server", "--log-level", "warning")
    with (
        server(contestants[OURS], *own) as ours,
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
