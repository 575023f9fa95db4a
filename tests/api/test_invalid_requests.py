"""Invalid requests get an error response with its code and never break the server."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from api.errors import assert_is_error
from api.invalid_requests import (
    INVALID_REQUESTS,
    UNUSUAL_REQUESTS,
    MakeRequest,
    valid_png,
)
from api.requests import Request, raw_request
from PIL import Image

from support.server import RESPONSE_TIMEOUT, Server

MEGABYTE = 1_000_000

CLIENTS = 4

MAX_GROWTH = 650 * MEGABYTE
"""Two images are decoded at once. The largest have 16 million pixels, and the most expensive kind
(WebP: three RGBA canvases inside the decoder, one image outside) takes 16 bytes for each: 2 × 256
MB. The rest is room for the bodies of those that wait. An unchecked bomb takes gigabytes."""


@pytest.fixture(scope="module", autouse=True)
def healthy_afterwards(client: httpx.Client, server: Server) -> Iterator[None]:
    """Assert once, after all tests of this module, that the server is well."""
    yield
    assert_healthy(client, server)


def assert_healthy(client: httpx.Client, server: Server) -> None:
    """Assert that the server is up, recognizes a 7 and has logged no exception."""
    assert client.get("/health").json()["status"] == "ok"
    assert raw_request(valid_png()).send(client).json()["digit"] == 7
    assert "Traceback" not in server.log.read_text()


def test_invalid_requests_are_at_least_fifty() -> None:
    assert len(INVALID_REQUESTS) >= 50


@pytest.mark.parametrize("name", ["image: TIFF", "image: ICO", "image: PPM"])
def test_image_in_unaccepted_format_is_otherwise_valid(name: str) -> None:
    """Pillow can read it, so it is rejected for its format alone."""
    assert Image.open(BytesIO(INVALID_REQUESTS[name].make().body)).size >= (32, 32)


@pytest.mark.parametrize("name", INVALID_REQUESTS)
def test_invalid_request_is_rejected_with_its_code(
    client: httpx.Client, server: Server, name: str
) -> None:
    expected = INVALID_REQUESTS[name]
    response = expected.make().send(client)
    assert response.status_code == expected.status, response.text
    assert response.headers["content-type"] == "application/json"
    assert_is_error(response.text, expected.code)
    if name.startswith(("bomb", "pixels")):
        assert_healthy(client, server)


@pytest.mark.parametrize("name", UNUSUAL_REQUESTS)
def test_unusual_request_is_served(client: httpx.Client, name: str) -> None:
    digit, make = UNUSUAL_REQUESTS[name]
    response = make().send(client)
    assert response.status_code == 200, response.text
    assert response.json()["digit"] == digit


def test_method_not_allowed_names_the_allowed_one(client: httpx.Client) -> None:
    assert Request(method="PUT").send(client).headers["allow"] == "POST"


# Below HTTP


def exchange(server: Server, head: str, body: bytes, *, wait: bool = True) -> bytes:
    """Send bytes to a server's socket and return the response.

    Disconnects at once and returns nothing unless `wait`.
    """
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    lines = f"POST /predict HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{head}\r\n\r\n"
    with socket.create_connection(
        (address.hostname, address.port), timeout=RESPONSE_TIMEOUT
    ) as connection:
        connection.sendall(lines.encode() + body)
        received = b""
        while wait and (piece := connection.recv(65_536)):
            received += piece
    return received


def status_of(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def test_content_length_below_the_body_is_rejected(server: Server) -> None:
    response = exchange(server, "Content-Type: image/png\r\nContent-Length: 100", valid_png())
    assert status_of(response) == 400
    assert_is_error(response.partition(b"\r\n\r\n")[2].decode(), "unreadable")


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/json", "multipart/form-data; boundary=a"]
)
def test_client_that_disconnects_while_sending_breaks_nothing(
    client: httpx.Client, server: Server, content_type: str
) -> None:
    head = f"Content-Type: {content_type}\r\nContent-Length: 3000000"
    exchange(server, head, b"--a\r\n", wait=False)
    assert_healthy(client, server)


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: many",
        "Content-Length: -1",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: gzip",
        "Content-Type\x00: image/png",
    ],
)
def test_invalid_headers_are_rejected(server: Server, head: str) -> None:
    assert status_of(exchange(server, head, b"")) in (400, 501)


def test_invalid_chunks_are_rejected(server: Server) -> None:
    head = "Content-Type: image/png\r\nTransfer-Encoding: chunked"
    assert status_of(exchange(server, head, b"not a length\r\n")) == 400


# All at once


def test_flood_of_invalid_requests_takes_bounded_memory(
    page_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Send all requests above from several clients to a new server."""
    requests: list[MakeRequest] = [expected.make for expected in INVALID_REQUESTS.values()]
    requests += [make for _, make in UNUSUAL_REQUESTS.values()]
    settings = {"DIGITS_PAGE_DIR": str(page_dir), "DIGITS_MAX_WAIT_MS": str(60_000)}
    log = tmp_path_factory.mktemp("flood") / "log.txt"
    with (
        Server(log, settings) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        assert_healthy(client, server)
        before = server.peak_memory()
        if before is None:
            pytest.skip("This system does not show a process's peak memory in /proc.")
        statuses = clients.map(lambda make: make().send(client).status_code, requests)
        assert max(statuses) < 500
        after = server.peak_memory()
        assert after is not None
        assert after - before < MAX_GROWTH, f"{(after - before) // MEGABYTE} MB"
        assert_healthy(client, server)
