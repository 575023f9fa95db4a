"""moto in place of AWS and a container registry in place of ECR, as processes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.containers import host_address
from support.paths import ROOT
from support.processes import free_port, running

TOOLS = ROOT / "infra" / ".venv" / "bin"
"""aws, moto_server, act and others, which `make test-deploy` installs."""

REGISTRY_CONFIG = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def missing_tools() -> str:
    """Return why deployments cannot be tested here; empty if they can."""
    if not (TOOLS / "moto_server").exists():
        return "Deployments are not tested: moto is not installed; run `make test-deploy`."
    for tool in ("docker-registry", "jq", "curl"):
        if shutil.which(tool) is None:
            return (
                f"Deployments are not tested: {tool} is not on the PATH; install the package"
                f" {tool} (Debian's name)."
            )
    return ""


def missing_terraform() -> str:
    """Return why Terraform cannot be used here; empty if it can."""
    if shutil.which("terraform") is None:
        return "The deployment from scratch is not tested: terraform is not on the PATH."
    return ""


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run a registry that stores container images in a folder; yield its host and port."""
    port = free_port()
    config = folder / "registry.yml"
    config.write_text(REGISTRY_CONFIG.format(folder=folder / "images", port=port))
    with running(["docker-registry", "serve", str(config)], f"http://127.0.0.1:{port}/v2/"):
        yield f"127.0.0.1:{port}"


@contextmanager
def moto() -> Iterator[str]:
    """Run an empty AWS account; yield its URL, which containers can reach too."""
    host, port = host_address(), free_port()
    # Otherwise moto accepts functions whose image is not in its ECR.
    settings = {"MOTO_LAMBDA_STUB_ECR": "false"}
    command = [str(TOOLS / "moto_server"), "--host", host, "--port", str(port)]
    with running(command, f"http://{host}:{port}/moto-api/data.json", settings):
        yield f"http://{host}:{port}"
