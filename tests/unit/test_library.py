"""The library without the web application, in the source tree and installed."""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.paths import BACKEND, ROOT
from support.requirements import require

PACKAGE = BACKEND / "recognizer"
SEVEN = ROOT / "tests" / "seven.png"

WEB = {"fastapi", "mangum", "prometheus_client", "pydantic", "starlette", "uvicorn"}
"""Packages of the web application."""

BLOCK_IMPORTS = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted({*WEB, "boto3", "botocore"})}:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Blocker())
"""

RECOGNIZE = """
import json
from pathlib import Path
from recognizer import ImageError, recognize

prediction = recognize(Path(sys.argv[1]).read_bytes())
try:
    recognize(b"words")
except ImageError as error:
    code = error.code
print(json.dumps([prediction.digit, prediction.verdict, prediction.confidence, code]))
"""


def run_python(code: str, *arguments: str, isolated: bool = False) -> str:
    """Run Python code in a new process and return its output.

    Its working directory, from which it imports, is backend/, unless it is isolated.
    """
    options = ["-I"] if isolated else []
    finished = subprocess.run(
        [sys.executable, *options, "-c", code, *arguments],
        cwd=BACKEND,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def assert_is_seven(output: str) -> None:
    """Assert that RECOGNIZE recognized a 7 and rejected bytes that are not an image."""
    digit, verdict, confidence, code = json.loads(output)
    assert (digit, verdict, code) == (7, "digit", "unreadable")
    assert 0.9 < confidence <= 1


def test_library_without_web_packages_recognizes_a_digit() -> None:
    with pytest.raises(AssertionError, match="fastapi is blocked"):
        run_python(BLOCK_IMPORTS + "import fastapi")
    assert_is_seven(run_python(BLOCK_IMPORTS + RECOGNIZE, str(SEVEN)))


# Which module may import which


def imports_of(path: Path) -> Iterator[str]:
    """Return the full names of all modules that a module imports anywhere in its code."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


LIBRARY = sorted(path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(PACKAGE / "api"))
CORE = [path for path in LIBRARY if not path.is_relative_to(PACKAGE / "feedback")]


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(PACKAGE)) for path in paths]


def test_library_has_its_core_and_feedback() -> None:
    assert {"__init__.py", "recognizer.py", "classifier.py"} <= set(names(CORE))
    assert {"feedback/__init__.py", "feedback/s3.py"} <= set(names(LIBRARY)) - set(names(CORE))


@pytest.mark.parametrize("path", LIBRARY, ids=names(LIBRARY))
def test_library_module_does_not_import_the_web_application(path: Path) -> None:
    forbidden = {"recognizer.api", *WEB}
    if path != PACKAGE / "feedback" / "s3.py":
        forbidden |= {"boto3", "botocore"}
    found = {name for name in imports_of(path) if any(is_within(name, top) for top in forbidden)}
    assert not found


@pytest.mark.parametrize("path", CORE, ids=names(CORE))
def test_core_module_does_not_import_feedback(path: Path) -> None:
    assert not [name for name in imports_of(path) if is_within(name, "recognizer.feedback")]


# Installed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the library."""
    missing = not importlib.util.find_spec("hatchling")
    require("The package cannot be built without hatchling; run `make setup`." if missing else "")
    folder = tmp_path_factory.mktemp("installed")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    finished = subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "--target", str(folder), str(BACKEND)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return folder


def test_installed_library_recognizes_a_digit(installed: Path) -> None:
    paths = f"import sys\nsys.path.insert(0, {str(installed)!r})\n"
    check = f"import recognizer\nassert recognizer.__file__.startswith({str(installed)!r})\n"
    assert_is_seven(run_python(paths + check + RECOGNIZE, str(SEVEN), isolated=True))


def test_installed_library_has_types_and_model_but_no_charts(installed: Path) -> None:
    package = installed / "recognizer"
    assert (package / "py.typed").is_file()
    for name in ("digits.onnx", "digits.onnx.sha256", "MODEL_CARD.md"):
        assert (package / "model" / name).is_file(), name
    assert not list(package.rglob("*.png"))
