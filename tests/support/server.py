"""The real server, started the way people start it, as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from support.paths import BACKEND
from support.processes import free_port, responds, wait_until
from support.requirements import UnavailableError

START_TIMEOUT = 60.0
"""Seconds; loading the model takes about one on an idle machine."""

RESPONSE_TIMEOUT = 30.0
"""Seconds that a client waits for a response: far more than any takes, so that only hangs end."""


class Server:
    """The application on a free port; can be stopped and started again."""

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
        """Start the server and wait until it responds.

        Raises UnavailableError with its log if it ends or does not respond in time.
        """
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                server_command(self.port),
                cwd=BACKEND,
                env=server_environment(self.settings),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._process = process
        health = f"{self.url}/health"
        try:
            wait_until(lambda: process.poll() is not None or responds(health), START_TIMEOUT)
            assert process.poll() is None
        except AssertionError as error:
            self.stop()
            message = f"The server did not start; its log:\n{self.log.read_text()}"
            raise UnavailableError(message) from error

    def stop(self) -> None:
        """Stop the process, if it runs, and wait until it has ended."""
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
        """End the process without a chance to clean up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the process wait, so that all that is sent meanwhile is there when it goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def peak_memory(self) -> int | None:
        """Return the peak memory in bytes; None on systems without /proc."""
        return self._memory("VmHWM")

    def memory(self) -> int | None:
        """Return the present memory in bytes; None on systems without /proc."""
        return self._memory("VmRSS")

    def _memory(self, name: str) -> int | None:
        status = self._proc("status")
        if status is None:
            return None
        (kilobytes,) = re.findall(rf"^{name}:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        return 1024 * int(kilobytes)

    def descriptors(self) -> int | None:
        """Return the number of open files and connections; None on systems without /proc."""
        folder = self._proc("fd")
        return None if folder is None else len(list(folder.iterdir()))

    def _proc(self, name: str) -> Path | None:
        """Return what the system says of the process; None without a process or /proc."""
        if self._process is None:
            return None
        path = Path(f"/proc/{self._process.pid}/{name}")
        return path if path.exists() else None


def worker_ids(server: Server) -> list[int]:
    """Return the process IDs of the workers that a server has started, dead ones included."""
    return [
        int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", server.log.read_text())
    ]


def server_command(port: int) -> list[str]:
    """Return the command that starts the server on a port of this machine."""
    app = ("--factory", "recognizer.api.server:create_server")
    protocol = ("--http", "recognizer.api.http_protocol:HttpProtocol")
    address = ("--host", "127.0.0.1", "--port", str(port))
    return [sys.executable, "-m", "uvicorn", *app, *protocol, *address]


def server_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with exactly the given DIGITS_ settings."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("DIGITS_")}
    return {**inherited, **settings}


def failed_start(directory: Path, settings: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit status and output of a server that must fail to start."""
    finished = subprocess.run(
        server_command(free_port()),
        cwd=directory,
        env=server_environment(settings),
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr
