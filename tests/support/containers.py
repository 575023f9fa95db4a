"""Containers of the built images, started and stopped by the engine's command line."""

import json
import socket
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import httpx

LAMBDA, SERVER = "digit-recognizer:lambda", "digit-recognizer:server"

STARTS_WITHIN = 60.0
"""Seconds; a container takes about one."""

LONGEST_ANSWER = 60.0


def engine(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of the container engine."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=check)


def missing() -> str:
    """Why images cannot be tested here; empty where they can."""
    try:
        found = engine("version", check=False)
    except FileNotFoundError:
        return "there is no container engine (docker) on this machine"
    if found.returncode:
        return f"the container engine does not answer: {found.stderr.strip()}"
    for image in (LAMBDA, SERVER):
        if engine("image", "inspect", image, check=False).returncode:
            return f"{image} is not built: make image"
    return ""


def host_address() -> str:
    """This machine's address for its containers; 127.0.0.1 where they have none to reach it by."""
    gateway = "{{(index .IPAM.Config 0).Gateway}}"
    found = engine("network", "inspect", "bridge", "--format", gateway, check=False).stdout.strip()
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
    return engine("run", "--rm", *options, "--entrypoint", program, image, *arguments, check=False)


class Container:
    """A container that listens on a port, from `with` on until its end."""

    def __init__(self, image: str, port: int, *options: str) -> None:
        self.image = image
        self.port = port
        self.options = options
        self.name = ""
        self.url = ""

    def __enter__(self) -> "Container":
        published = ("--publish", f"127.0.0.1::{self.port}")
        self.name = engine("run", "--detach", *published, *self.options, self.image).stdout.strip()
        try:
            address = engine("port", self.name, str(self.port)).stdout.split()[0]
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
        """Return once a GET is answered with 200."""
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                if httpx.get(self.url + path, timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"No answer; its log:\n{self.log()}"
            time.sleep(0.1)

    def log(self) -> str:
        """All that it has printed."""
        printed = engine("logs", self.name, check=False)
        return printed.stdout + printed.stderr

    def state(self) -> dict[str, Any]:
        """What the engine knows of it: whether it runs, how it ended, its health."""
        state: dict[str, Any] = json.loads(engine("inspect", self.name).stdout)[0]["State"]
        return state

    def _remove(self) -> None:
        engine("rm", "--force", self.name, check=False)
