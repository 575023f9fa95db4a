"""Sends cases through doors and judges the answers, in one process or several.

A process that ends or hangs is replaced, and the case that it worked on is a failure.
"""

import logging
import multiprocessing
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import SynchronizedArray

from fuzz.cases import Case, make_case
from fuzz.doors import Door
from fuzz.judge import code_of, fault_of
from fuzz.report import MAX_SECONDS, SLOW, Failure, Report, Slowest
from tqdm import tqdm

HANGS_AFTER = 30.0
"""Seconds after which a process that works on one case is killed."""

REPORTS_EVERY = 0.5
"""Seconds."""

Open = Callable[[], AbstractContextManager[Sequence[Door]]]
"""Opens the doors; it is called in each process."""


@dataclass(frozen=True)
class Plan:
    """What to send."""

    first: int
    """The seed of the first case."""
    cases: int | None = None
    seconds: float | None = None
    kind: str | None = None
    """The kind of all cases; None for a mixture."""


def seeds(plan: Plan, worker: int, workers: int) -> Iterator[int]:
    """Return the seeds of one of several workers."""
    if plan.cases is None:
        return count(plan.first + worker, workers)
    return iter(range(plan.first + worker, plan.first + plan.cases, workers))


def try_case(case: Case, doors: Iterable[Door], report: Report) -> None:
    """Send a case through the doors that take it, and add the outcome to a report."""
    for door in doors:
        if not door.takes(case):
            continue
        start = time.perf_counter()
        answer = door.send(case)
        seconds = time.perf_counter() - start
        if seconds > MAX_SECONDS:  # perhaps the machine was busy
            start = time.perf_counter()
            door.send(case)
            seconds = min(seconds, time.perf_counter() - start)
        fault = fault_of(case, answer)
        if not fault and seconds > MAX_SECONDS:
            fault = SLOW
        report.cases += 1
        report.kinds[case.kind] += 1
        report.codes[code_of(answer)] += 1
        report.slowest = max(report.slowest, Slowest(seconds, case.kind, case.seed))
        if fault:
            report.failures.append(Failure(case.kind, case.seed, fault, answer.trace))


def peak_memory() -> int:
    """Return this process's peak memory in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def work(
    open_doors: Open,
    plan: Plan,
    numbers: Sequence[int],
    current: "SynchronizedArray[float]",
    reports: Connection,
) -> None:
    """Try cases in a process of its own, which sends its reports through a pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the request log
    logging.disable()  # the form parser's warnings
    warnings.simplefilter("ignore")  # Pillow's
    worker, workers, skipped = numbers
    with open_doors() as doors:
        baseline = peak_memory()
        report, reported = Report(), time.monotonic()
        for seed in seeds(plan, worker, workers):
            if seed <= skipped:
                continue
            current[0], current[1] = seed, time.time()
            try_case(make_case(seed, plan.kind), doors, report)
            if report.failures or time.monotonic() - reported > REPORTS_EVERY:
                report.memory = peak_memory() - baseline
                reports.send(report)
                report, reported = Report(), time.monotonic()
        report.memory = peak_memory() - baseline
        reports.send(report)


class Worker:
    """A process that tries every n-th case."""

    def __init__(self, open_doors: Open, plan: Plan, index: int, workers: int) -> None:
        self.arguments = (open_doors, plan)
        self.numbers = (index, workers)
        self.start(skipped=-1)

    def start(self, skipped: int) -> None:
        """Start the process after the case with the seed `skipped`."""
        context = multiprocessing.get_context("spawn")
        self.current = context.Array("d", [-1, time.time()])
        self.reports, sending = context.Pipe(duplex=False)
        self.process = context.Process(
            target=work,
            args=(*self.arguments, (*self.numbers, skipped), self.current, sending),
            daemon=True,
        )
        self.process.start()
        sending.close()

    def failure(self, kind: str | None) -> Failure | None:
        """Return the case with which the process ended or hangs; None if it is well."""
        seed, since = int(self.current[0]), self.current[1]
        if self.process.exitcode:
            fault = f"the process ended with code {self.process.exitcode}"
        elif self.process.is_alive() and time.time() - since > HANGS_AFTER and seed >= 0:
            fault = f"no answer in {HANGS_AFTER:g} s"
            self.process.kill()
        else:
            return None
        return Failure(make_case(seed, kind).kind if seed >= 0 else "", seed, fault)

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.reports.close()


def run(open_doors: Open, plan: Plan, workers: int) -> Report:
    """Try cases in several processes until a number or a time is reached, with a progress bar."""
    total, start = Report(), time.monotonic()
    running = [Worker(open_doors, plan, index, workers) for index in range(workers)]
    with tqdm(total=plan.cases, unit=" cases", mininterval=1, file=sys.stderr) as bar:
        try:
            while running and (plan.seconds is None or time.monotonic() - start < plan.seconds):
                wait([worker.reports for worker in running], timeout=1)
                for worker in list(running):
                    alive = worker.process.is_alive()
                    for report in received(worker.reports):
                        total.add(report)
                        bar.update(report.cases)
                    if failure := worker.failure(plan.kind):
                        total.failures.append(failure)
                        worker.stop()
                        if failure.seed < 0:
                            raise SystemExit("A process of the fuzzer could not start.")
                        worker.start(skipped=failure.seed)
                    elif not alive:
                        running.remove(worker)
                bar.set_postfix(failures=len(total.failures), refresh=False)
        except KeyboardInterrupt:
            print("Interrupted.", file=sys.stderr)
        finally:
            for worker in running:
                worker.stop()
    return total


def received(reports: Connection) -> Iterator[Report]:
    """Return the reports that have arrived."""
    try:
        while reports.poll():
            yield reports.recv()
    except (EOFError, OSError):
        return
