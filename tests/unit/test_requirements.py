"""Locked packages: pinned by hash, and without the address that they were downloaded from."""

import json
import re

import pytest

from support.paths import BACKEND, ROOT

REQUIREMENTS = BACKEND / "requirements"

LOCKS = [
    *(f"backend/requirements/{name}.txt" for name in ("run", "lambda", "dev", "train", "uv")),
    "infra/requirements.txt",
    "infra/compose/tensorboard/requirements.txt",
]


def read_entries(lock: str) -> list[str]:
    """Return the requirements of a lock file, each with its hashes."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / lock).read_text())
    return re.split(r"\n(?=\S)", text.strip())


def read_versions(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    names = (entry.split()[0].partition("==") for entry in read_entries(lock))
    return {name: version for name, _, version in names}


@pytest.mark.parametrize("lock", LOCKS)
def test_python_requirement_is_pinned_with_a_hash(lock: str) -> None:
    entries = read_entries(lock)
    assert len(entries) == 1 if lock.endswith("/uv.txt") else len(entries) > 10
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", [*LOCKS, "backend/requirements/torch.txt"])
def test_python_requirement_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i|-f|--(index-url|extra-index-url|find-links))\b", text)


def test_locks_for_the_same_environment_agree_on_versions() -> None:
    run, dev, train = (
        read_versions(f"backend/requirements/{name}.txt") for name in ("run", "dev", "train")
    )
    for first, second in ((run, dev), (run, train), (dev, train)):
        shared = first.keys() & second.keys()
        assert {name: first[name] for name in shared} == {name: second[name] for name in shared}


def test_lambda_installs_a_subset_of_the_server_packages() -> None:
    server = read_versions("backend/requirements/run.txt")
    assert read_versions("backend/requirements/lambda.txt").items() < server.items()


def test_only_training_installs_torch() -> None:
    for name in ("run.txt", "lambda.txt", "dev.txt"):
        assert not re.search(r"(?m)^(torch|nvidia)", (REQUIREMENTS / name).read_text())


def test_uv_can_be_installed_by_any_python() -> None:
    (entry,) = read_entries("backend/requirements/uv.txt")
    assert ";" not in entry  # a marker could exclude the Pythons that uv replaces


@pytest.mark.parametrize(
    "folder",
    [
        "frontend",
        "backend/training/font_packages",
        "tests/tools/lighthouse",
        "tests/monitoring/grafana",
    ],
)
def test_npm_package_has_a_hash_and_no_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    for path, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), path
        assert "resolved" not in entry, path
