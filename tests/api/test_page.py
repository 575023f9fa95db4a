"""The page beside the API, the settings, and a server that says why it cannot start."""

import re
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from api.errors import assert_is_problem
from api.invalid_requests import good_picture
from api.requests import WAYS, Call, as_body

from support.frontend_files import INDEX, SCRIPT
from support.images import digit_image, encode
from support.paths import BACKEND
from support.server import Server, failed_start

PAGE_URL = "https://digits.example"

SMALL = 3_000
"""Bytes: DIGITS_MAX_BYTES of the second server."""

FEW = 90_000
"""Pixels: DIGITS_MAX_PIXELS of the second server."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A caller of a server without a page and with low limits."""
    folder = tmp_path_factory.mktemp("bare")
    settings = {
        "DIGITS_PAGE_DIR": str(folder / "no page"),
        "DIGITS_PAGE_URL": PAGE_URL,
        "DIGITS_MAX_BYTES": str(SMALL),
        "DIGITS_MAX_PIXELS": str(FEW),
    }
    with (
        Server(folder / "log.txt", settings) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client


# With the page


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_index_is_fresh_and_safe(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.text) == (200, INDEX)
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-cache"
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in response.headers["content-security-policy"].split(";")
    )
    for directive in ("default-src", "frame-ancestors", "base-uri", "form-action"):
        assert policy[directive] == "'none'"
    for directive in ("script-src", "style-src", "connect-src"):
        assert policy[directive] == "'self'"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_unchanged_index_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get("/").headers["etag"]
    response = client.get("/", headers={"if-none-match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["cache-control"] == "no-cache"


def test_assets_are_sent_compressed_to_those_who_can_read_that(client: httpx.Client) -> None:
    squeezed = client.get("/assets/index-Bx3k.js", headers={"accept-encoding": "gzip"})
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.text == SCRIPT
    assert squeezed.num_bytes_downloaded < len(SCRIPT) / 2
    plain = client.get("/assets/index-Bx3k.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    assert "accept-encoding" in plain.headers["vary"].lower()


def test_assets_are_kept_for_ever(client: httpx.Client) -> None:
    response = client.get("/assets/index-Bx3k.js")
    assert (response.status_code, response.text) == (200, SCRIPT)
    caching = {part.strip() for part in response.headers["cache-control"].split(",")}
    assert caching == {"public", "immutable", "max-age=31536000"}
    assert "javascript" in response.headers["content-type"]


@pytest.mark.parametrize("path", ["/assets/index-old.js", "/assets/", "/assets", "/missing.txt"])
def test_missing_files_are_not_found_nor_kept(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert_is_problem(response.text)
    assert "immutable" not in response.headers.get("cache-control", "")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/assets//etc/passwd",
    ],
)
def test_files_beside_the_page_are_out_of_reach(server_url: str, page_dir: Path, path: str) -> None:
    assert (page_dir.parent / "secret.txt").is_file()
    connection = HTTPConnection(urlsplit(server_url).netloc, timeout=30)
    connection.request("GET", path)  # as it stands: other clients would tidy it up
    response = connection.getresponse()
    assert response.status == 404
    assert_is_problem(response.read().decode())
    connection.close()


def test_page_leaves_the_api_alone(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/openapi.json").json()["paths"].keys() >= {"/predict", "/health"}
    assert client.get("/predict").status_code == 405
    assert client.post("/").status_code == 405


# Without the page, and with other settings


def test_root_without_a_page_says_where_to_go(bare: httpx.Client) -> None:
    answered = bare.get("/").json()
    assert answered["documentation"] == "/docs"
    assert answered["page"] == PAGE_URL
    assert bare.get(answered["documentation"]).status_code == 200


@pytest.mark.parametrize("way", WAYS)
def test_lower_limit_of_bytes_holds(bare: httpx.Client, way: str) -> None:
    longest = good_picture().ljust(SMALL, b"\0")
    assert WAYS[way](longest).send(bare).json()["digit"] == 7
    refused = WAYS[way](longest + b"\0").send(bare)
    assert refused.status_code == 413
    assert_is_problem(refused.text)


def test_lower_limit_holds_for_what_is_read_at_all(bare: httpx.Client) -> None:
    refused = Call(b" " * 100_000, "application/json").send(bare)
    assert refused.status_code == 413


def test_lower_limit_of_pixels_holds(bare: httpx.Client) -> None:
    allowed = as_body(encode(digit_image(7, size=(300, 300)))).send(bare)
    assert allowed.json()["digit"] == 7
    assert as_body(encode(digit_image(7, size=(301, 300)))).send(bare).status_code == 413


# Refusing to start

SENTENCE = re.compile(r"[A-Z][^\n]{15,250}\.\n")
"""All that is printed."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("DIGITS_MAX_BYTES", text) for text in ("", "0", "-1", "4MB", "1e6", "4_000", "²")],
        ("DIGITS_MAX_PIXELS", "16MP"),
    ],
)
def test_nonsense_settings_are_named(name: str, text: str) -> None:
    status, output = failed_start(BACKEND, {name: text})
    assert status != 0
    assert SENTENCE.fullmatch(output), output
    assert name in output


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, to be damaged."""
    shutil.copytree(BACKEND / "recognizer", tmp_path / "recognizer")
    return tmp_path


@pytest.mark.parametrize(
    "damage", ["missing", "altered", "cut off", "checksum missing", "checksum empty"]
)
def test_model_that_cannot_be_trusted_is_named(copy: Path, damage: str) -> None:
    model = copy / "recognizer" / "model" / "digits.onnx"
    checksum = model.with_name("digits.onnx.sha256")
    content = model.read_bytes()
    match damage:
        case "missing":
            model.unlink()
        case "altered":
            model.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
        case "cut off":
            model.write_bytes(content[:-1])
        case "checksum missing":
            checksum.unlink()
        case "checksum empty":
            checksum.write_text("")
    status, output = failed_start(copy, {})
    assert status != 0
    assert SENTENCE.fullmatch(output), output
    assert str(model) in output
