"""Containers of the built images, run by the engine's command line."""

import json
import socket
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from support.processes import responds, wait_until

LAMBDA, SERVER = "digit-recognizer:lambda", "digit-recognizer:server"

START_TIMEOUT = 60.0
"""Seconds; a container takes about one."""

RESPONSE_TIMEOUT = 60.0


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of the container engine."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=check)


def missing_images() -> str:
    """Return why images cannot be tested here; empty if they can."""
    try:
        found = docker("version", check=False)
    except FileNotFoundError:
        return "The images are not tested: this machine has no container engine (docker)."
    if found.returncode:
        return f"The images are not tested: the engine does not respond: {found.stderr.strip()}"
    for image in (LAMBDA, SERVER):
        if docker("image", "inspect", image, check=False).returncode:
            return f"The images are not tested: {image} is not built; run `make image`."
    return ""


def host_address() -> str:
    """Return this machine's address for containers; 127.0.0.1 on a shared network."""
    gateway = "{{(index .IPAM.Config 0).Gateway}}"
    found = docker("network", "inspect", "bridge", "--format", gateway, check=False).stdout.strip()
    try:
        with socket.socket() as listener:
            listener.bind((found, 0))
    except OSError:
        return "127.0.0.1"
    return found or "127.0.0.1"


def run_once(
    image: str, *command: str, options: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command in a new container until it ends."""
    program, *arguments = command
    return docker("run", "--rm", *options, "--entrypoint", program, image, *arguments, check=False)


class Container:
    """A container that listens on a port for the duration of a `with` block."""

    def __init__(self, image: str, port: int, *options: str) -> None:
        self.image = image
        self.port = port
        self.options = options
        self.name = ""
        self.url = ""

    def __enter__(self) -> "Container":
        published = ("--publish", f"127.0.0.1::{self.port}")
        self.name = docker("run", "--detach", *published, *self.options, self.image).stdout.strip()
        try:
            address = docker("port", self.name, str(self.port)).stdout.split()[0]
            self.url = f"http://{address}"
        except (IndexError, subprocess.CalledProcessError) as error:
            log = self.log()
            self._remove()
            raise AssertionError(f"The container did not start; its log:\n{log}") from error
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._remove()

    def wait_for(self, path: str) -> None:
        """Wait until a GET gets a 200."""
        wait_until(lambda: responds(self.url + path), START_TIMEOUT, failure=self.log)

    def log(self) -> str:
        """Return everything that the container has printed."""
        printed = docker("logs", self.name, check=False)
        return printed.stdout + printed.stderr

    def state(self) -> dict[str, Any]:
        """Return the container's state: whether it runs, its exit code, its health."""
        state: dict[str, Any] = json.loads(docker("inspect", self.name).stdout)[0]["State"]
        return state

    def _remove(self) -> None:
        docker("rm", "--force", self.name, check=False)
