"""What is installed is pinned by hash, never by the address it came from."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "backend" / "requirements"
LOCKED = [
    *(f"backend/requirements/{name}.txt" for name in ("run", "lambda", "dev", "train")),
    "infra/requirements.txt",
    "infra/compose/tensorboard/requirements.txt",
]


@pytest.mark.parametrize("name", LOCKED)
def test_every_python_requirement_is_pinned_with_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", [*LOCKED, "backend/requirements/torch.txt"])
def test_no_requirement_names_an_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i|-f|--(index-url|extra-index-url|find-links))\b", text)


def test_running_and_developing_never_install_torch() -> None:
    for name in ("run.txt", "lambda.txt", "dev.txt"):
        assert not re.search(r"(?m)^(torch|nvidia)", (REQUIREMENTS / name).read_text())


@pytest.mark.parametrize(
    "folder",
    ["frontend", "backend/training/font_packages", "tests/lighthouse", "tests/watch/grafana"],
)
def test_every_npm_package_has_a_hash_and_no_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    for path, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), path
        assert "resolved" not in entry, path
