"""moto, which stands in for AWS, and a registry, which stands in for ECR, as processes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.containers import host_address
from support.paths import ROOT
from support.processes import free_port, running

TOOLS = ROOT / "infra" / ".venv" / "bin"
"""aws, moto_server, act and others, which `make test-deploy` installs."""

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
    with running(["docker-registry", "serve", str(configuration)], f"http://127.0.0.1:{port}/v2/"):
        yield f"127.0.0.1:{port}"


@contextmanager
def moto() -> Iterator[str]:
    """An empty AWS account: its address, which functions reach too."""
    host, port = host_address(), free_port()
    # So that a function can only be made of an image that is in its ECR.
    settings = {"MOTO_LAMBDA_STUB_ECR": "false"}
    command = [str(TOOLS / "moto_server"), "--host", host, "--port", str(port)]
    with running(command, f"http://{host}:{port}/moto-api/data.json", settings):
        yield f"http://{host}:{port}"
