"""What README.md shows is what happens: its commands run, its response is the server's."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from support.paths import BACKEND, ROOT
from support.server import Server

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAX_LINES = 130

ADDRESS = "http://127.0.0.1:8000"


def code_blocks(language: str, section: str) -> list[str]:
    """Return the code blocks of a language in a section of README.md."""
    after = README.split(f"\n## {section}\n", 1)[1]
    lines = takewhile(lambda line: not line.startswith("## "), after.split("\n"))
    return re.findall(rf"```{language}\n(.*?)```", "\n".join(lines), re.DOTALL)


def test_readme_commands_run_as_printed_return_the_response_shown(server: Server) -> None:
    (commands,) = code_blocks("sh", "Call it")
    (shown,) = code_blocks("json", "Call it")
    assert commands.count(ADDRESS) == 3
    run = subprocess.run(
        ["bash", "-ec", commands.replace(ADDRESS, server.url)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    responses = decode_all(run.stdout)
    assert len(responses) == 3
    for response in responses:
        expected = json.loads(shown)
        assert list(response) == list(expected)
        del response["id"], expected["id"]
        assert_is_shown(response, expected)


def decode_all(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects that follow one another in a text."""
    objects = []
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        objects.append(document)
        text = text[end:].lstrip()
    return objects


def assert_is_shown(value: object, shown: object) -> None:
    """Compare a response with the one shown, whose probabilities are rounded to three decimals.

    Their last digits also depend on the processor's instruction set.
    """
    if isinstance(value, float):
        assert value == pytest.approx(shown, abs=6e-4)
    elif isinstance(value, dict):
        assert isinstance(shown, dict)
        assert list(value) == list(shown)
        for name in value:
            assert_is_shown(value[name], shown[name])
    elif isinstance(value, list):
        assert isinstance(shown, list)
        for each, shown_each in zip(value, shown, strict=True):
            assert_is_shown(each, shown_each)
    else:
        assert value == shown


def test_readme_library_example_runs_as_printed() -> None:
    (example,) = code_blocks("python", "Call it")
    run = subprocess.run(
        [sys.executable, "-c", example],
        cwd=ROOT,
        env={"PYTHONPATH": str(BACKEND)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(r"7 digit 99\.\d%\n", run.stdout)


def test_readme_is_short_enough_to_read() -> None:
    assert len(README.splitlines()) <= MAX_LINES


LINK = re.compile(r"\]\((?!https?:)([^)#]+)")

INSTALLED = {"node_modules", ".venv", ".uv", "runs"}
"""Folders that are not part of the repository: large, so they are not walked through."""


def documents() -> Iterator[str]:
    """Return the paths of all Markdown files of the repository."""
    for folder, subfolders, files in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if name not in INSTALLED]
        for name in files:
            # The links of the model card's templates hold where the card is written.
            if name.endswith(".md") and not name.startswith("model_card_"):
                yield (Path(folder) / name).relative_to(ROOT).as_posix()


DOCUMENTS = sorted(documents())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_in_documents_lead_to_files(document: str) -> None:
    folder = (ROOT / document).parent
    targets = LINK.findall((ROOT / document).read_text(encoding="utf-8"))
    assert not [target for target in targets if not (folder / target).exists()]
