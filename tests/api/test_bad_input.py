"""Nothing that a stranger sends breaks the server, and every refusal says why."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from api.errors import assert_is_problem
from api.invalid_requests import BAD_CALLS, UNUSUAL_CALLS, good_picture
from api.requests import Call, as_body
from PIL import Image

from support.server import Server

MEGABYTE = 1_000_000

CALLERS = 4

MOST_GROWTH = 650 * MEGABYTE
"""Two pictures are decoded at once. The largest have 16 million pixels, and the costliest kind
(WebP: three RGBA canvases inside the decoder, one picture outside) takes 16 bytes for each: 2 × 256
MB. The rest is room for the bodies of those that wait. An unchecked bomb takes gigabytes."""


def assert_well(client: httpx.Client, server: Server) -> None:
    """Assert that the server is up, answers rightly and has logged no failure of its own."""
    assert client.get("/health").json()["status"] == "ok"
    assert as_body(good_picture()).send(client).json()["digit"] == 7
    assert "Traceback" not in server.log.read_text()


def test_corpus_is_large_enough() -> None:
    assert len(BAD_CALLS) >= 50


@pytest.mark.parametrize("name", ["picture: TIFF", "picture: ICO", "picture: PPM"])
def test_other_formats_are_refused_though_whole(name: str) -> None:
    """Pillow itself can read them: they are refused for what they are."""
    assert Image.open(BytesIO(BAD_CALLS[name][1]().body)).size >= (32, 32)


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_refused(client: httpx.Client, server: Server, name: str) -> None:
    status, make = BAD_CALLS[name]
    response = make().send(client)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert_is_problem(response.text)
    assert_well(client, server)


@pytest.mark.parametrize("name", UNUSUAL_CALLS)
def test_unusual_calls_are_answered(client: httpx.Client, server: Server, name: str) -> None:
    digit, make = UNUSUAL_CALLS[name]
    response = make().send(client)
    assert response.status_code == 200, response.text
    assert response.json()["digit"] == digit
    assert_well(client, server)


def test_refused_methods_name_the_allowed_one(client: httpx.Client) -> None:
    assert Call(method="PUT").send(client).headers["allow"] == "POST"


# Below HTTP


def exchanged(server: Server, head: str, body: bytes, *, answered: bool = True) -> bytes:
    """What a server answers to bytes on its socket; nothing where the caller hangs up at once."""
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    lines = f"POST /predict HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{head}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(lines.encode() + body)
        received = b""
        while answered and (piece := connection.recv(65_536)):
            received += piece
    return received


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_length_that_claims_too_little(client: httpx.Client, server: Server) -> None:
    answer = exchanged(server, "Content-Type: image/png\r\nContent-Length: 100", good_picture())
    assert status_of(answer) == 400
    assert_is_problem(answer.partition(b"\r\n\r\n")[2].decode())
    assert_well(client, server)


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/json", "multipart/form-data; boundary=a"]
)
def test_length_that_claims_too_much(
    client: httpx.Client, server: Server, content_type: str
) -> None:
    head = f"Content-Type: {content_type}\r\nContent-Length: 3000000"
    exchanged(server, head, b"--a\r\n", answered=False)
    assert_well(client, server)


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
def test_headers_that_are_no_http(client: httpx.Client, server: Server, head: str) -> None:
    assert status_of(exchanged(server, head, b"")) in (400, 501)
    assert_well(client, server)


def test_chunks_that_are_no_chunks(client: httpx.Client, server: Server) -> None:
    head = "Content-Type: image/png\r\nTransfer-Encoding: chunked"
    assert status_of(exchanged(server, head, b"not a length\r\n")) == 400
    assert_well(client, server)


# All at once


def test_flood_of_bad_calls_takes_bounded_memory(
    page_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Send everything above from several callers to one server whose memory nobody used yet."""
    calls: list[Callable[[], Call]] = [make for _, make in BAD_CALLS.values()]
    calls += [make for _, make in UNUSUAL_CALLS.values()]
    log = tmp_path_factory.mktemp("flooded") / "log.txt"
    with (
        Server(log, {"DIGITS_PAGE_DIR": str(page_dir)}) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
        ThreadPoolExecutor(CALLERS) as callers,
    ):
        assert_well(client, server)
        before = server.peak_memory()
        if before is None:
            pytest.skip("this system does not tell a process's peak memory in /proc")
        answers = callers.map(lambda make: make().send(client).status_code, calls)
        assert max(answers) < 500
        after = server.peak_memory()
        assert after is not None
        assert after - before < MOST_GROWTH, f"{(after - before) // MEGABYTE} MB"
        assert_well(client, server)
