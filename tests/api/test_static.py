"""The frontend's files, served beside the API with caching and security headers."""

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from api.errors import assert_is_error

from support.frontend_files import INDEX, SCRIPT
from support.server import RESPONSE_TIMEOUT


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_index_has_caching_and_security_headers(client: httpx.Client, path: str) -> None:
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
    for directive in ("script-src", "style-src", "connect-src", "manifest-src"):
        assert policy[directive] == "'self'"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_unchanged_index_gets_304(client: httpx.Client) -> None:
    tag = client.get("/").headers["etag"]
    response = client.get("/", headers={"if-none-match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["cache-control"] == "no-cache"


def test_range_of_a_file_is_the_whole_file(client: httpx.Client) -> None:
    for wanted in ("bytes=0-1", "bytes=99999-", "lines=1"):
        response = client.get("/index.html", headers={"range": wanted})
        assert (response.status_code, response.text) == (200, INDEX)
        assert "accept-ranges" not in response.headers


def test_asset_is_compressed_if_the_client_accepts_gzip(client: httpx.Client) -> None:
    compressed = client.get("/assets/index-Bx3k.js", headers={"accept-encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.text == SCRIPT
    assert compressed.num_bytes_downloaded < len(SCRIPT) / 2
    plain = client.get("/assets/index-Bx3k.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    assert "accept-encoding" in plain.headers["vary"].lower()
    # They differ byte by byte (RFC 9110, section 8.8.3.3).
    assert all(response.headers["etag"].startswith("W/") for response in (compressed, plain))


def test_asset_is_cached_forever(client: httpx.Client) -> None:
    response = client.get("/assets/index-Bx3k.js")
    assert (response.status_code, response.text) == (200, SCRIPT)
    caching = {part.strip() for part in response.headers["cache-control"].split(",")}
    assert caching == {"public", "immutable", "max-age=31536000"}
    assert "javascript" in response.headers["content-type"]


@pytest.mark.parametrize("path", ["/assets/index-old.js", "/assets/", "/assets", "/missing.txt"])
def test_missing_file_gets_404_that_is_not_cached(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert_is_error(response.text, "not_found")
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
def test_file_outside_the_frontend_gets_404(server_url: str, page_dir: Path, path: str) -> None:
    assert (page_dir.parent / "secret.txt").is_file()
    connection = HTTPConnection(urlsplit(server_url).netloc, timeout=RESPONSE_TIMEOUT)
    connection.request("GET", path)  # unchanged: httpx would normalize the path
    response = connection.getresponse()
    assert response.status == 404
    assert_is_error(response.read().decode(), "not_found")
    connection.close()


def test_frontend_does_not_hide_the_api(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/openapi.json").json()["paths"].keys() >= {"/predict", "/health"}
    assert client.get("/predict").status_code == 405
    assert client.post("/").status_code == 405
