"""Programs that tests start and end, and what tests wait for."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

T = TypeVar("T")

WITHIN = 120.0
"""Seconds in which whatever is waited for must come: far more than any takes, so that hangs end."""


@contextmanager
def running(
    command: list[str],
    url: str | None = None,
    settings: Mapping[str, str] | None = None,
    log: Path = Path(os.devnull),
) -> Iterator[subprocess.Popen[bytes]]:
    """A program, from when it answers at a URL, if it has one, until the end of the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(settings or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def answers(url: str) -> bool:
        told = f"{command[0]} ended; its log:\n{log.read_text()[-2000:]}"
        assert process.poll() is None, told
        return is_there(url)

    try:
        if url is not None:
            eventually(partial(answers, url))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=WITHIN)


def is_there(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def eventually(condition: Callable[[], T], within: float = WITHIN) -> T:
    """What a condition gives once it holds; fail where it does not within so many seconds."""
    deadline = time.monotonic() + within
    while not (given := condition()):
        assert time.monotonic() < deadline, f"{condition} never came true."
        time.sleep(0.1)
    return given
