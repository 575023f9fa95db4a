"""A server without frontend and with low limits, and errors that prevent a start."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from api.errors import assert_is_error
from api.invalid_requests import valid_png
from api.requests import BODY_KINDS, Request, raw_request

from support.images import digit_image, encode
from support.paths import BACKEND
from support.server import RESPONSE_TIMEOUT, Server, failed_start

PAGE_URL = "https://digits.example"

MAX_BYTES = 3_000

MAX_PIXELS = 90_000


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server without the frontend and with low limits."""
    folder = tmp_path_factory.mktemp("limited")
    settings = {
        "DIGITS_PAGE_DIR": str(folder / "no frontend"),
        "DIGITS_PAGE_URL": PAGE_URL,
        "DIGITS_MAX_BYTES": str(MAX_BYTES),
        "DIGITS_MAX_PIXELS": str(MAX_PIXELS),
    }
    with (
        Server(folder / "log.txt", settings) as server,
        httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client,
    ):
        yield client


def test_root_without_frontend_links_to_documentation_and_page(limited: httpx.Client) -> None:
    links = limited.get("/").json()
    assert links["documentation"] == "/docs"
    assert links["page"] == PAGE_URL
    assert limited.get(links["documentation"]).status_code == 200


def test_dashboard_without_tensorboard_gets_404(limited: httpx.Client) -> None:
    response = limited.get("/dashboard")
    assert response.status_code == 404
    assert_is_error(response.text, "not_found")


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_image_over_a_lower_byte_limit_is_rejected(limited: httpx.Client, kind: str) -> None:
    longest = valid_png().ljust(MAX_BYTES, b"\0")
    assert BODY_KINDS[kind](longest).send(limited).json()["digit"] == 7
    rejected = BODY_KINDS[kind](longest + b"\0").send(limited)
    assert rejected.status_code == 413
    assert_is_error(rejected.text, "too_many_bytes")


def test_body_over_a_lower_byte_limit_is_rejected(limited: httpx.Client) -> None:
    rejected = Request(b" " * 100_000, "application/json").send(limited)
    assert rejected.status_code == 413
    assert_is_error(rejected.text, "too_many_bytes")


def test_image_over_a_lower_pixel_limit_is_rejected(limited: httpx.Client) -> None:
    accepted = raw_request(encode(digit_image(7, size=(300, 300)))).send(limited)
    assert accepted.json()["digit"] == 7
    rejected = raw_request(encode(digit_image(7, size=(301, 300)))).send(limited)
    assert rejected.status_code == 413
    assert_is_error(rejected.text, "too_many_pixels")


# Errors that prevent a start; tests/unit has more of each

SENTENCE = re.compile(r"[A-Z][^\n]{15,250}\.\n")
"""The whole output."""


def test_server_with_an_invalid_setting_does_not_start() -> None:
    status, output = failed_start(BACKEND, {"DIGITS_MAX_BYTES": "4MB"})
    assert status != 0
    assert SENTENCE.fullmatch(output), output
    assert "DIGITS_MAX_BYTES" in output


def test_server_with_an_altered_model_does_not_start(tmp_path: Path) -> None:
    shutil.copytree(BACKEND / "recognizer", tmp_path / "recognizer")
    model = tmp_path / "recognizer" / "model" / "digits.onnx"
    model.write_bytes(model.read_bytes()[:-1])
    status, output = failed_start(tmp_path, {})
    assert status != 0
    assert SENTENCE.fullmatch(output), output
    assert str(model) in output
