"""What Terraform creates from mocks: the state at the end of a root's own test."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

from support.paths import TERRAFORM
from support.requirements import require

Resource = dict[str, Any]


def missing_terraform(root: str) -> str:
    """Return why a root cannot be tested here; empty if it can."""
    if shutil.which("terraform") is None:
        return f"The root {root} is not tested: terraform is not installed."
    if not (TERRAFORM / root / ".terraform").is_dir():
        return f"The root {root} is not tested: it is not initialized; run `make test-infra`."
    return ""


def created_resources(root: str, test: str) -> list[Resource]:
    """Return all resources of a root that the first run of one of its tests creates."""
    require(missing_terraform(root))
    result = subprocess.run(
        ["terraform", "test", "-json", "-verbose", f"-filter=tests/{test}.tftest.hcl"],
        cwd=TERRAFORM / root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    messages = map(json.loads, result.stdout.splitlines())
    state = next(message["test_state"] for message in messages if message["type"] == "test_state")
    return list(walk_resources(state["root_module"]))


def walk_resources(module: dict[str, Any]) -> Iterator[Resource]:
    """Iterate over the resources of a module and of its child modules."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from walk_resources(child)
