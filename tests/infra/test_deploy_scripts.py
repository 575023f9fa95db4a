"""What every deploy script does before it does anything."""

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "infra" / "deploy"
SCRIPTS = sorted(file.name for file in FOLDER.iterdir() if os.access(file, os.X_OK))


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a script answers that can reach no account."""
    return subprocess.run(
        [str(FOLDER / command[0]), *command[1:]],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_is_a_script_for_each_thing_to_do() -> None:
    assert {"backend", "destroy", "first", "frontend", "rollback"} <= set(SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_says_what_it_does_and_needs(script: str) -> None:
    done = run(script, "--help")
    assert done.returncode == 0
    usage, needs = f"infra/deploy/{script} ", "\nNeeds "
    assert usage in done.stdout
    assert needs in done.stdout
    assert "[--dry-run]" in done.stdout
    assert "shellcheck" not in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_refuses_what_it_does_not_know(script: str) -> None:
    done = run(script, "--quickly")
    assert done.returncode == 1
    assert f"{script} --help" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_names_the_tool_that_is_missing(script: str, tmp_path: Path) -> None:
    for tool in ("bash", "dirname", "mktemp", "rm"):
        found = next(
            Path(folder) / tool
            for folder in os.environ["PATH"].split(":")
            if (Path(folder) / tool).exists()
        )
        (tmp_path / tool).symlink_to(found)
    which = ["lambda"] if script == "push" else []
    done = run(script, *which, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "is not on the PATH; install it" in done.stderr
