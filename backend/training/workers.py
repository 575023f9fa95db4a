"""Work that all processors share."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import torch

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Result = TypeVar("Result")


def in_workers(
    work: Callable[[Shared, Job], Result], shared: Shared, jobs: Sequence[Job]
) -> Iterator[Result]:
    """Yield what `work` makes of each job, in their order.

    As many processes as torch has threads do it, each of which gets `shared` once.
    """
    # A forked process would have torch's locks, but not the threads that release them.
    with multiprocessing.get_context("spawn").Pool(
        torch.get_num_threads(), initializer=start_worker, initargs=(partial(work, shared),)
    ) as pool:
        yield from pool.imap(run, jobs)


work_of_process: list[Callable[[Any], Any]] = []
"""What a worker process does with a job."""


def start_worker(work: Callable[[Any], Any]) -> None:
    """Prepare a worker process."""
    torch.set_num_threads(1)
    work_of_process[:] = [work]


def run(job: Any) -> Any:
    """Return what this worker process makes of a job."""
    (work,) = work_of_process
    return work(job)
