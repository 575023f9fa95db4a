"""Fuzzes the application: `make fuzz`, or `python -m fuzz --help`."""

import argparse
import os
import secrets
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.cases import KINDS
from fuzz.doors import in_process, over_http
from fuzz.judge import code_of, fault_of
from fuzz.report import read, save
from fuzz.run import Plan, run

from support.paths import ROOT
from support.server import Server

FOLDER = ROOT / "fuzz-failures"

MMAP_THRESHOLD = ("MALLOC_MMAP_THRESHOLD_", str(4 << 20))
"""Makes glibc return the memory of a large image to the system at once. It would keep blocks of up
to 32 MB for later ones, so that a process would grow by more than any one image takes."""


def main() -> None:
    options = parse_arguments()
    os.environ.setdefault(*MMAP_THRESHOLD)  # for the processes that are started
    if options.replay:
        sys.exit(replay(options.replay))
    seconds = None if options.cases else 60 * options.minutes
    plan = Plan(options.seed, options.cases, seconds, options.kind)
    start = time.monotonic()
    if options.http:
        settings = {"DIGITS_STORE_INPUTS": "1"}
        with TemporaryDirectory() as folder, Server(Path(folder) / "log.txt", settings) as server:
            before = server.peak_memory() or 0
            report = run(partial(over_http, server.url), plan, options.workers)
            report.memory = (server.peak_memory() or 0) - before
    else:
        report = run(in_process, plan, options.workers)
    print(report.summary(time.monotonic() - start))
    print(f"first seed: {options.seed}")
    for failure in report.failures[:1_000]:
        save(failure, FOLDER)
    if report.failures:
        print(f"The cases are in {FOLDER.name}/; try them again with ARGS='--replay FILE'.")
    sys.exit(0 if report.passed else 1)


def replay(paths: list[Path]) -> int:
    """Send saved cases again, print the answers, and return an exit status."""
    faults = 0
    with in_process() as doors:
        for case in read(paths):
            for door in doors:
                if door.takes(case):
                    answer = door.send(case)
                    fault = fault_of(case, answer)
                    faults += bool(fault)
                    print(case.kind, case.seed, code_of(answer), fault or "right", answer.trace)
    return 1 if faults else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long (default: 5)")
    parser.add_argument("--cases", type=int, help="how many cases, instead of --minutes")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--kind", choices=KINDS, help="one kind of cases only")
    parser.add_argument("--http", action="store_true", help="to a server process, over HTTP")
    parser.add_argument("--replay", type=Path, nargs="+", help="send saved cases again")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**40), help="seed of the first case"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
