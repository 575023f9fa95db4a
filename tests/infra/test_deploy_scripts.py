"""The deploy scripts' options and their checks before they change anything."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.paths import ROOT

FOLDER = ROOT / "infra" / "deploy"
SCRIPTS = sorted(
    file.name for file in FOLDER.iterdir() if file.is_file() and os.access(file, os.X_OK)
)


def run(
    script: str, *arguments: str, folder: Path = ROOT, path: str = os.environ["PATH"]
) -> subprocess.CompletedProcess[str]:
    """Run a script without access to an AWS account."""
    return subprocess.run(
        [os.path.relpath(FOLDER / script, folder), *arguments],
        cwd=folder,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_scripts_match_the_make_targets() -> None:
    targets = {"all", "backend", "frontend", "rollback", "destroy"}
    assert set(SCRIPTS) == targets | {"push-image", "check-scan", "apply-serverless", "release"}


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_help_prints_usage_and_requirements(script: str, option: str) -> None:
    finished = run(script, option, folder=FOLDER / "lib")
    assert finished.returncode == 0
    assert f"infra/deploy/{script} " in finished.stdout
    assert ("[--dry-run" in finished.stdout) == (script != "check-scan")  # which changes nothing
    assert "\nNeeds " in finished.stdout
    assert "shellcheck" not in finished.stdout
    assert finished.stderr == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_unknown_option_is_rejected(script: str) -> None:
    finished = run(script, "--quickly")
    assert finished.returncode == 1
    assert f"{script} --help" in finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_missing_command_is_named(script: str, tmp_path: Path) -> None:
    for tool in ("bash", "dirname", "mktemp", "rm"):
        found = next(
            Path(folder) / tool
            for folder in os.environ["PATH"].split(":")
            if (Path(folder) / tool).exists()
        )
        (tmp_path / tool).symlink_to(found)
    arguments = ["lambda"] if script == "push-image" else []
    finished = run(script, *arguments, path=str(tmp_path))
    assert finished.returncode == 1
    assert "is not on the PATH; install it" in finished.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_requires_first_what_the_scripts_that_it_runs_need(script: str) -> None:
    texts = {name: (FOLDER / name).read_text() for name in SCRIPTS}
    required = {
        name: set(re.findall(r"(?m)^require_commands (.*)$", text)[0].split())
        for name, text in texts.items()
    }
    for name in re.findall(r"(?m)^(?:run )?infra/deploy/([\w-]+)", texts[script]):
        assert required[name] <= required[script], name
