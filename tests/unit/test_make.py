"""The Makefile without a supported Python, on a taken port, and before any training."""

import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.paths import ROOT
from support.processes import TIMEOUT, free_port, running
from support.requirements import require

SUPPORTED = ((3, 11), (3, 12))

COMMANDS = ("awk", "bash", "cat", "cp", "find", "grep", "ls", "make", "rm", "sh", "test", "touch")
"""Everything on the PATH of the tests beside Python."""

NOT_INHERITED = ("MAKE", "MFLAGS", "PYTHON", "UV", "VIRTUAL_ENV")
"""Beginnings of the names of variables that would change what the Makefile does."""

NO_PYTHON = (
    "Found no Python 3.11 or 3.12 with venv and could not download one: install one, name one with "
    "PYTHON=/path/to/python3.12, set UV_PYTHON_INSTALL_MIRROR to a mirror to download from, or use "
    "make image-run, which needs only Docker."
)

RELEASES = "https://github.com/astral-sh/python-build-standalone/releases/download"
"""The address that UV_PYTHON_INSTALL_MIRROR replaces."""

PRUNED = (
    *("config-", "dist-packages", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test"),
    *("tkinter", "turtledemo", "unittest"),
)
"""Beginnings of folders of the standard library that an environment does without."""


class Checkout:
    """A folder with the Makefile and the requirements, and with nothing installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = folder / "commands"
        self.commands.mkdir()
        for name in COMMANDS:
            if found := shutil.which(name):
                (self.commands / name).symlink_to(found)
        shutil.copy(ROOT / "Makefile", folder)
        for path in ("backend/requirements", "infra/compose/tensorboard"):
            shutil.copytree(ROOT / path, folder / path)
        for path in ("backend/recognizer/model", "frontend/src", "frontend/public"):
            (folder / path).mkdir(parents=True)

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run make with nothing but a few commands on the PATH."""
        return run_make(self.folder, *arguments, PATH=str(self.commands), **variables)


def run_make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, even if make runs these tests."""
    make = shutil.which("make")
    assert make is not None
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(NOT_INHERITED) and name not in ("HOST", "PORT", "RUN", "ARGS")
    }
    return subprocess.run(
        [make, *arguments],
        cwd=folder,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        timeout=3 * TIMEOUT,
        check=False,
    )


def supported_python() -> Path:
    """Return the Python that runs these tests, without its virtual environment."""
    return Path(sys.executable).resolve()


def unsupported_python() -> Path | None:
    """Return a Python 3 that is too old or too new for the project; None if none is installed."""
    names = [f"python3.{minor}" for minor in (14, 13, 10, 9)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [Path(found) for name in names if (found := shutil.which(name))]
    candidates += [path for name in names for path in sorted(pyenv.glob(f"*/bin/{name}"))]
    code = "import ensurepip, sys; print(*sys.version_info[:2])"
    for path in candidates:
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode == 0 and version_in(done.stdout) not in SUPPORTED:
            return path
    return None


def version_in(text: str) -> tuple[int, ...]:
    """Parse a major and a minor version separated by a space."""
    return tuple(int(part) for part in text.split())


def add_unsupported_python(commands: Path) -> None:
    """Put a `python3` on the PATH that the Makefile must not choose."""
    if python := unsupported_python():
        (commands / "python3").symlink_to(python)
        return
    # Without one, the tests' own Python fails the Makefile's version check as another would.
    script = commands / "python3"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *"version_info[:2]"*) exit 1 ;; esac\n'
        f'exec {supported_python()} "$@"\n'
    )
    script.chmod(0o755)


def create_mirror(folder: Path) -> dict[str, str]:
    """Pack the tests' own Python for uv to download; return the variables that make uv do so.

    Mirrors hold the archives of python-build-standalone. uv knows the checksums of those, so that
    an archive of another Python needs an index of its own.
    """
    version, build = platform.python_version(), "20260101"
    arch = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    if sys.platform == "darwin":
        system, libc, triple = "darwin", "none", f"{arch}-apple-darwin"
    else:
        system, libc = "linux", "gnu" if platform.libc_ver()[0] == "glibc" else "musl"
        triple = f"{arch}-unknown-linux-{libc}"
    name = f"cpython-{version}+{build}-{triple}-install_only_stripped.tar.gz"
    archive = folder / build / name
    archive.parent.mkdir(parents=True)
    pack_python(archive)
    major, minor, patch = version.split(".")
    key = f"cpython-{version}-{system}-{arch}-{libc}"
    download = {
        "name": "cpython",
        "arch": {"family": arch, "variant": None},
        "os": system,
        "libc": libc,
        "major": int(major),
        "minor": int(minor),
        "patch": int(patch),
        "prerelease": "",
        "url": f"{RELEASES}/{build}/{name.replace('+', '%2B')}",
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "variant": None,
        "build": build,
    }
    index = folder / "downloads.json"
    index.write_text(json.dumps({key: download}))
    return {
        "UV_PYTHON_INSTALL_MIRROR": folder.as_uri(),
        "UV_PYTHON_DOWNLOADS_JSON_URL": index.as_uri(),
    }


def pack_python(archive: Path) -> None:
    """Pack the interpreter and its standard library like python-build-standalone does."""
    library = Path(sysconfig.get_path("stdlib"))
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"

    def is_needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        unneeded = Path(entry.name).name.startswith(PRUNED)
        return None if unneeded and entry.isdir() else entry

    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        packed.add(supported_python(), f"python/bin/{name}")
        packed.add(library, Path("python") / library.relative_to(sys.base_prefix), filter=is_needed)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A new checkout on a machine without Python."""
    return Checkout(tmp_path)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout on a machine with an unsupported Python, after make has created .venv."""
    checkout = Checkout(tmp_path_factory.mktemp("newcomer"))
    add_unsupported_python(checkout.commands)
    mirror = create_mirror(tmp_path_factory.mktemp("mirror"))
    done = checkout.make(".venv/bin/python", **mirror)
    offline = "No matching distribution found for uv" in done.stderr
    require("uv could not be installed: the package index does not respond." if offline else "")
    assert done.returncode == 0, done.stdout + done.stderr
    yield checkout
    shutil.rmtree(checkout.folder)  # holds two copies of Python


def test_unsupported_python_is_replaced_by_a_download(newcomer: Checkout) -> None:
    code = "import pip, sys; print(*sys.version_info[:2]); print(sys.base_prefix)"
    python = newcomer.folder / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    version, prefix = done.stdout.splitlines()
    assert version_in(version) in SUPPORTED
    assert Path(prefix).is_relative_to(newcomer.folder / ".uv" / "python")


def test_failed_download_ends_with_one_sentence(newcomer: Checkout, checkout: Checkout) -> None:
    add_unsupported_python(checkout.commands)
    uv = checkout.folder / ".uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.symlink_to(newcomer.folder / ".uv" / "bin" / "uv")
    mirror = (checkout.folder / "empty").as_uri()
    done = checkout.make(".venv/bin/python", UV_PYTHON_INSTALL_MIRROR=mirror)
    assert done.returncode != 0
    assert "Failed to install cpython-3.12" in done.stderr
    assert done.stderr.count(NO_PYTHON) == 1
    assert not (checkout.folder / ".venv").exists()


def test_missing_python_ends_with_one_sentence(checkout: Checkout) -> None:
    done = checkout.make(".venv/bin/python")
    assert done.returncode != 0
    assert done.stderr.count(NO_PYTHON) == 1


def test_supported_python_is_used_without_uv(checkout: Checkout) -> None:
    (checkout.commands / "python3").symlink_to(supported_python())
    done = checkout.make("--dry-run", ".venv/bin/python")
    assert done.stdout == "python3 -m venv .venv\n", done.stderr


def test_named_python_is_used_without_uv(checkout: Checkout) -> None:
    done = checkout.make("--dry-run", ".venv/bin/python", "PYTHON=/opt/python3.12")
    assert done.stdout == "/opt/python3.12 -m venv .venv\n", done.stderr


# make takes what is installed and built for finished, and starts the tests' own Python.
SERVE = (
    *("--assume-old", ".venv/run", "--assume-old", "frontend/dist/index.html", "run"),
    f"BIN={Path(sys.executable).parent}",
)


def test_run_announces_the_address_that_it_serves(page_dir: Path, tmp_path: Path) -> None:
    url, log = f"http://127.0.0.1:{(port := free_port())}", tmp_path / "log.txt"
    settings = {"MAKEFLAGS": "", "DIGITS_PAGE_DIR": str(page_dir)}
    command = ["make", "--directory", str(ROOT), *SERVE, f"PORT={port}"]
    with running(command, f"{url}/health", settings, log):
        assert f"Draw a digit on {url}\n" in log.read_text()


def test_run_on_a_taken_port_names_the_variable_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = run_make(ROOT, *SERVE, f"PORT={port}")
    assert done.returncode != 0
    assert done.stdout == ""
    sentence, ending = done.stderr.splitlines()
    assert sentence == (
        f"Cannot listen on 127.0.0.1:{port} (Address already in use); "
        "choose another port with PORT=, for example: make run PORT=8080"
    )
    assert ending.startswith("make: ***")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("PORT=http", "invalid literal for int() with base 10: 'http'"),
        ("PORT=65536", "port must be 0-65535"),
        ("HOST=192.0.2.1", "assign requested address"),
    ],
)
def test_run_on_an_impossible_address_ends_with_one_sentence(address: str, reason: str) -> None:
    done = run_make(ROOT, *SERVE, address)
    assert done.returncode != 0
    assert done.stdout == ""
    sentence, _ = done.stderr.splitlines()
    assert sentence.startswith("Cannot listen on ")
    assert reason in sentence


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com/me/fork",
        "https://user:secret@github.com/me/fork.git",
        "git@github.com:me/fork.git",
        "ssh://git@github.com/me/fork",
    ],
)
def test_source_is_the_repository_on_github(checkout: Checkout, origin: str) -> None:
    assert source_of(checkout, origin) == "https://github.com/me/fork"


def test_source_elsewhere_is_unknown_unless_it_is_named(checkout: Checkout) -> None:
    origin = "https://git.example/github.com.git"
    assert source_of(checkout, origin) == ""
    named = "https://git.example/me/fork"
    assert source_of(checkout, origin, VITE_SOURCE_URL=named) == named


def source_of(checkout: Checkout, origin: str, **variables: str) -> str:
    """Return the address that make gives to the build of the page in a clone of a repository."""
    for name in ("git", "sed"):
        (checkout.commands / name).unlink(missing_ok=True)
        (checkout.commands / name).symlink_to(shutil.which(name) or name)
    for arguments in (["init", "--quiet"], ["config", "remote.origin.url", origin]):
        subprocess.run(["git", "-C", checkout.folder, *arguments], check=True)
    done = checkout.make("--eval", "show: ; @echo $$VITE_SOURCE_URL", "show", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_release_without_a_training_run_copies_nothing(checkout: Checkout) -> None:
    done = checkout.make("release")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith(
        "runs/release holds no finished training run; make train creates runs/release, "
        "RUN= chooses another run (none is finished).\n"
    )


def test_release_of_an_unfinished_run_lists_the_finished_ones(checkout: Checkout) -> None:
    for run in ("first", "second", "unfinished"):
        folder = checkout.folder / "runs" / run
        (folder / "tensorboard").mkdir(parents=True)
        (folder / "tensorboard" / "events.1").touch()
        (folder / "digits.onnx").touch()
        if run != "unfinished":
            (folder / "digits.onnx.sha256").touch()
    done = checkout.make("release", "RUN=unfinished")
    assert done.returncode != 0
    assert "runs/unfinished holds no finished training run" in done.stderr
    assert "(first second)" in done.stderr
    assert not list((checkout.folder / "backend" / "recognizer" / "model").iterdir())


@pytest.mark.parametrize("model", ["finder", "line-reader"])
def test_release_of_an_unfinished_model_says_how_to_get_one(checkout: Checkout, model: str) -> None:
    folder = checkout.folder / "runs" / model
    folder.mkdir(parents=True)
    (folder / f"{model.replace('-', '_')}.onnx").touch()
    done = checkout.make(f"release-{model}")
    assert done.returncode != 0
    assert f"runs/{model} holds no finished training run; make train-{model}" in done.stderr
    assert not list((checkout.folder / "backend" / "recognizer" / "model").iterdir())


@pytest.mark.parametrize(
    ("target", "run", "model"),
    [
        ("release", "release", "digits"),
        ("release-finder", "finder", "finder"),
        ("release-line-reader", "line-reader", "line_reader"),
    ],
)
def test_release_without_the_test_sets_copies_nothing(
    checkout: Checkout, target: str, run: str, model: str
) -> None:
    """Otherwise the figures of the model before would stay beside the new one."""
    folder = checkout.folder / "runs" / run
    (folder / "tensorboard").mkdir(parents=True)
    for name in (f"{model}.onnx", f"{model}.onnx.sha256", "tensorboard/events.1"):
        (folder / name).touch()
    python = checkout.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text('#!/bin/sh\necho "$@ found none" >&2\nexit 1\n')
    python.chmod(0o755)
    done = checkout.make(target)
    assert done.returncode != 0
    assert done.stderr.startswith("-m training.evaluation --check-data found none\n")
    assert not list((checkout.folder / "backend" / "recognizer" / "model").iterdir())


def test_tensorboard_needs_no_torch_and_names_an_empty_folder(checkout: Checkout) -> None:
    done = checkout.make("--dry-run", "tensorboard", "PYTHON=python3.12")
    assert done.returncode == 0, done.stderr
    assert "-r infra/compose/tensorboard/requirements.txt" in done.stdout
    assert "torch" not in done.stdout
    assert "runs/ holds no training run yet" in done.stdout
