"""moto, which stands in for AWS, and a registry, which stands in for ECR, as processes."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from image.engine import host_address
from serving import ROOT, free_port

TOOLS = ROOT / "infra" / ".venv" / "bin"
"""aws, moto_server, act and others, which `make test-deploy` installs."""

STARTS_WITHIN = 60.0
"""Seconds; moto takes about two on an idle machine."""

CONFIGURATION = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def missing() -> str:
    """What is not there to try a deploy with; empty where all is."""
    if not (TOOLS / "moto_server").exists():
        return "moto is not installed: make test-deploy"
    for tool, source in {
        "docker-registry": "the package docker-registry of Debian and Ubuntu",
        "jq": "the package jq",
        "curl": "the package curl",
    }.items():
        if shutil.which(tool) is None:
            return f"there is no {tool} on this machine; it is in {source}"
    return ""


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """A registry that keeps images in a folder: its host and port, as images are named by."""
    port = free_port()
    configuration = folder / "registry.yml"
    configuration.write_text(CONFIGURATION.format(folder=folder / "images", port=port))
    with _running(["docker-registry", "serve", str(configuration)], f"http://127.0.0.1:{port}/v2/"):
        yield f"127.0.0.1:{port}"


@contextmanager
def moto() -> Iterator[str]:
    """An empty AWS account: its address, which functions reach too."""
    host, port = host_address(), free_port()
    # So that a function can only be made of an image that is in its ECR.
    settings = {"MOTO_LAMBDA_STUB_ECR": "false"}
    command = [str(TOOLS / "moto_server"), "--host", host, "--port", str(port)]
    with _running(command, f"http://{host}:{port}/moto-api/data.json", settings):
        yield f"http://{host}:{port}"


@contextmanager
def _running(
    command: list[str], url: str, settings: Mapping[str, str] | None = None
) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **(settings or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(url, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}."
        assert time.monotonic() < deadline, f"{process.args!r} does not answer."
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
