"""Processes that tests start and stop, and waiting for them."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

T = TypeVar("T")

TIMEOUT = 120.0
"""Seconds to wait for anything: far more than it takes, so that only hangs end."""


@contextmanager
def running(
    command: list[str],
    url: str | None = None,
    env: Mapping[str, str] | None = None,
    log: Path = Path(os.devnull),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process for the duration of the block, which begins once `url` responds."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def is_up(url: str) -> bool:
        message = f"{command[0]} ended; its log:\n{log.read_text()[-2000:]}"
        assert process.poll() is None, message
        return responds(url)

    try:
        if url is not None:
            wait_until(partial(is_up, url))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=TIMEOUT)


def responds(url: str) -> bool:
    """Return whether a GET gets a 200."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(
    condition: Callable[[], T],
    timeout: float = TIMEOUT,
    failure: Callable[[], str] = lambda: "",
    interval: float = 0.05,
) -> T:
    """Return the condition's value once it is truthy.

    Fails after `timeout` seconds with the message of `failure`.
    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{condition} never became true. {failure()}"
        time.sleep(interval)
    return value


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
