"""The server behaves as its OpenAPI document says, by all checks of schemathesis.

https://schemathesis.readthedocs.io/en/stable/reference/checks/
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from api.unlimited_server import create_unlimited_server

from support.paths import BACKEND, ROOT
from support.processes import TIMEOUT, free_port, running
from support.server import server_environment

CONFIGURATION = ROOT / "tests" / "api" / "schemathesis.toml"


@pytest.mark.parametrize("stores_inputs", ["0", "1"])
def test_server_fulfills_its_openapi_document(
    stores_inputs: str, page_dir: Path, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    paths = {"PYTHONPATH": os.pathsep.join((str(BACKEND), str(ROOT / "tests")))}
    settings = {"DIGITS_PAGE_DIR": str(page_dir), "DIGITS_STORE_INPUTS": stores_inputs}
    factory = f"{create_unlimited_server.__module__}:{create_unlimited_server.__name__}"
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port)]
    with running(command, f"{url}/health", server_environment({**settings, **paths})):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(CONFIGURATION), "run", f"{url}/openapi.json"),
                *("--checks", "all", "--no-color"),
            ],
            env={**os.environ, **paths},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b(\d{2,}) generated, \1 passed\b", done.stdout), done.stdout
