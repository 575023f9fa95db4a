"""The real server, started the way people start it, as a process of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from running import is_there

ROOT = Path(__file__).parents[1]
BACKEND = ROOT / "backend"

STARTS_WITHIN = 60.0
"""Seconds; loading the model takes about one on an idle machine."""


class Unavailable(Exception):  # noqa: N818  # what it is
    """Something the tests stand on is not there; the message says how to get it."""


class Server:
    """The application on a free port of this machine; can be stopped and started again."""

    def __init__(self, log: Path, settings: Mapping[str, str]) -> None:
        self.log = log
        self.settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return once the server answers; raise Unavailable with its log where it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                server_command(self.port),
                cwd=BACKEND,
                env=server_environment(self.settings),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not is_there(f"{self.url}/health"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Unavailable(f"The server did not start; its log:\n{self.log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process, if it runs, and wait until it is gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process without a chance to say goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def peak_memory(self) -> int | None:
        """Bytes of memory the process held at most so far; None where the system cannot tell."""
        if self._process is None:
            return None
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return None
        peak = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        return None if peak is None else int(peak[1]) * 1024


def server_command(port: int) -> list[str]:
    """Starts the server on a port of this machine."""
    arguments = ["--factory", "recognizer.server:create_server", "--host", "127.0.0.1"]
    return [sys.executable, "-m", "uvicorn", *arguments, "--port", str(port)]


def server_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with just the given settings of the application."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("DIGITS_")}
    return {**inherited, **settings}


def refusal_to_start(directory: Path, settings: Mapping[str, str]) -> tuple[int, str]:
    """Exit status and output of a server started in a folder, which must give up by itself."""
    finished = subprocess.run(
        server_command(free_port()),
        cwd=directory,
        env=server_environment(settings),
        capture_output=True,
        text=True,
        timeout=STARTS_WITHIN,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
