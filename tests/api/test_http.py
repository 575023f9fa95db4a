"""HTTP as monitors, proxies and programs speak it: HEAD, slashes, long bodies, proxies' headers."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request as UrllibRequest
from urllib.request import urlopen

import httpx
import pytest
from api.errors import assert_is_error
from api.invalid_requests import valid_png
from api.requests import BODY_KINDS, CHUNK_SIZE, Request, json_request, raw_request

from support.frontend_files import INDEX
from support.processes import wait_until
from support.server import RESPONSE_TIMEOUT, Server

MEGABYTE = 1_000_000

TOO_LONG = 16 * MEGABYTE
"""Bytes: over the limit on requests, and within the bound up to which the server reads on."""

ENDLESS = 100 * MEGABYTE
"""Bytes: more than the server reads and the system buffers."""


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    """Connect to a server."""
    address = urlsplit(server.url)
    with socket.create_connection(
        (str(address.hostname), address.port or 0), timeout=RESPONSE_TIMEOUT
    ) as connection:
        yield connection


def read_all(connection: socket.socket) -> bytes:
    """Return all bytes until the other side closes the connection."""
    return b"".join(iter(lambda: connection.recv(CHUNK_SIZE), b""))


def record_of(server: Server, request_id: str) -> dict[str, Any]:
    """Return the record of a request in a server's log."""

    def lines() -> list[str]:
        return [line for line in server.log.read_text().splitlines() if f'"{request_id}"' in line]

    # It is written after the response.
    (line,) = wait_until(lines)
    record: dict[str, Any] = json.loads(line)
    return record


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server without frontend that trusts no proxy on this machine."""
    folder = tmp_path_factory.mktemp("bare")
    settings = {"DIGITS_PAGE_DIR": str(folder / "none"), "FORWARDED_ALLOW_IPS": "10.0.0.0/20"}
    with (
        Server(folder / "log.txt", settings) as server,
        httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client,
    ):
        yield client


# HEAD


def assert_head_is_get(client: httpx.Client, path: str) -> None:
    """Assert that HEAD gets the status and headers of GET."""
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    varying = {"x-request-id", "date", "content-length" if path == "/metrics" else ""}
    for response in (get, head):
        for name in varying & response.headers.keys():
            del response.headers[name]
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/index.html", "/assets/index-Bx3k.js", "/health", "/metrics", "/dashboard"),
        *("/docs", "/docs/style.css", "/openapi.json", "/unknown", "/predict"),
    ],
)
def test_head_gets_the_headers_of_get(client: httpx.Client, path: str) -> None:
    assert_head_is_get(client, path)


@pytest.mark.parametrize("path", ["/", "/docs", "/health"])
def test_head_without_frontend_gets_the_headers_of_get(bare: httpx.Client, path: str) -> None:
    assert bare.head(path).status_code == 200
    assert_head_is_get(bare, path)


@pytest.mark.parametrize("path", ["/", "/health", "/docs", "/metrics", "/unknown"])
def test_head_gets_no_body(server: Server, path: str) -> None:
    with connected(server) as connection:
        connection.sendall(f"HEAD {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        response = read_all(connection)
    assert response.endswith(b"\r\n\r\n")


def test_record_of_head_has_its_method_and_route(client: httpx.Client, server: Server) -> None:
    client.head("/health", headers={"x-request-id": "head-of-health"})
    record = record_of(server, "head-of-health")
    assert (record["method"], record["route"], record["status"]) == ("HEAD", "/health", 200)


# A slash at the end of the path


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_predict_with_a_slash_is_served(client: httpx.Client, server: Server, kind: str) -> None:
    request = BODY_KINDS[kind](valid_png())
    slashed = Request(request.body, request.content_type, "/predict/?explain=true")
    response = slashed.send(client)
    assert response.status_code == 200
    assert (response.json()["digit"], "input" in response.json()) == (7, True)
    assert record_of(server, response.headers["x-request-id"])["route"] == "/predict"


@pytest.mark.parametrize("path", ["/health/", "/docs/", "/openapi.json/", "/metrics/"])
def test_get_with_a_slash_is_served(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == client.head(path).status_code == 200


@pytest.mark.parametrize("path", ["/predict/7/", "/assets/"])
def test_other_path_with_a_slash_gets_404(client: httpx.Client, path: str) -> None:
    response = client.request("GET", client.base_url.join("/").copy_with(path=path))
    assert response.status_code == 404
    assert_is_error(response.text, "not_found")


def test_slash_is_not_documented(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert [path for path in paths if path.endswith("/")] == []


# Behind a proxy


@pytest.fixture
def folder_site(tmp_path: Path) -> Callable[..., Server]:
    """A function that returns a server whose page has a folder: it redirects to its slash."""
    (tmp_path / "dist" / "folder").mkdir(parents=True)
    for name in ("index.html", "folder/index.html"):
        (tmp_path / "dist" / name).write_text(INDEX)

    def site(**settings: str) -> Server:
        page = {"DIGITS_PAGE_DIR": str(tmp_path / "dist")}
        return Server(tmp_path / "log.txt", {**page, **settings})

    return site


@pytest.mark.parametrize(
    ("trusted", "scheme"), [("127.0.0.0/8", "https"), ("10.0.0.0/20,10.0.16.0/20", "http")]
)
def test_scheme_is_believed_from_trusted_proxies_only(
    folder_site: Callable[..., Server], trusted: str, scheme: str
) -> None:
    with folder_site(FORWARDED_ALLOW_IPS=trusted) as server:
        headers = {"x-forwarded-proto": "https", "host": "digits.example"}
        response = httpx.get(f"{server.url}/folder", headers=headers)
        assert response.headers["location"] == f"{scheme}://digits.example/folder/"
        assert httpx.get(f"{server.url}/folder/").text == INDEX


# Bodies that are not wanted


def chunks(size: int) -> Iterator[bytes]:
    """Yield bytes in pieces, so that urllib sends no Content-Length."""
    for _ in range(0, size, CHUNK_SIZE):
        yield bytes(CHUNK_SIZE)


UNWANTED: dict[str, tuple[int, str, str, str]] = {
    "too long": (413, "too_many_bytes", "/predict", "image/png"),
    "too long JSON": (413, "too_many_bytes", "/predict", "application/json"),
    "too long feedback": (413, "too_many_bytes", "/feedback", "application/json"),
    "content type": (415, "unsupported_media_type", "/predict", "video/mp4"),
    "query": (422, "bad_parameter", "/predict?explain=maybe", "image/png"),
    "path": (405, "method_not_allowed", "/unknown", "image/png"),
    "method": (405, "method_not_allowed", "/health", "image/png"),
}


@pytest.mark.parametrize("chunked", [False, True], ids=["with length", "chunked"])
@pytest.mark.parametrize("name", UNWANTED)
def test_client_that_sends_all_before_it_reads_gets_the_error(
    server_url: str, name: str, chunked: bool
) -> None:
    """Of urllib, which closes the connection after each response."""
    status, code, path, content_type = UNWANTED[name]
    body = chunks(TOO_LONG) if chunked else bytes(TOO_LONG)
    request = UrllibRequest(server_url + path, body, {"content-type": content_type})  # noqa: S310
    with pytest.raises(HTTPError) as error, urlopen(request, timeout=RESPONSE_TIMEOUT):  # noqa: S310
        pass
    assert error.value.code == status
    assert_is_error(error.value.read().decode(), code)
    error.value.close()


@pytest.mark.parametrize("path", ["/predict", "/unknown"])
def test_connection_is_closed_after_a_body_over_the_limit(client: httpx.Client, path: str) -> None:
    response = Request(bytes(TOO_LONG), "video/mp4", path).send(client)
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/predict", "/unknown"])
def test_connection_is_used_again_after_a_body_within_the_limit(server_url: str, path: str) -> None:
    connection = HTTPConnection(urlsplit(server_url).netloc, timeout=RESPONSE_TIMEOUT)
    for _ in range(3):
        connection.request("POST", path, bytes(MEGABYTE), {"content-type": "video/mp4"})
        response = connection.getresponse()
        assert_is_error(response.read().decode())
        assert response.getheader("connection") is None
        sock = connection.sock
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    assert connection.sock is sock
    connection.close()


def head(size: int, *lines: str) -> bytes:
    """Return the first lines of a request."""
    first = ("POST /predict HTTP/1.1", "Host: a", "Content-Type: image/png")
    return "\r\n".join((*first, f"Content-Length: {size}", *lines, "", "")).encode()


def test_client_that_reads_before_it_sends_gets_the_error_at_once(server: Server) -> None:
    with connected(server) as connection:
        connection.sendall(head(TOO_LONG))
        assert connection.recv(CHUNK_SIZE).startswith(b"HTTP/1.1 413 ")


def test_client_that_asks_first_gets_the_error_without_sending(server: Server) -> None:
    with connected(server) as connection:
        connection.sendall(head(TOO_LONG, "Expect: 100-continue"))
        response = read_all(connection)
    assert response.startswith(b"HTTP/1.1 413 ")
    assert_is_error(response.partition(b"\r\n\r\n")[2].decode(), "too_many_bytes")


def test_client_that_asks_first_is_told_to_send_an_image(server: Server) -> None:
    with connected(server) as connection:
        connection.sendall(head(len(valid_png()), "Expect: 100-continue", "Connection: close"))
        assert connection.recv(CHUNK_SIZE) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(valid_png())
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


def test_endless_body_is_cut_off(client: httpx.Client, server: Server) -> None:
    with connected(server) as connection:
        connection.sendall(head(ENDLESS))
        with pytest.raises(ConnectionError):
            connection.sendall(bytes(ENDLESS))
    assert client.get("/health").status_code == 200


def test_client_that_offers_http_2_is_answered_in_http_1(server: Server) -> None:
    """As Java's HttpClient and `curl --http2` do; the server ignores the offer."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIA")
    with connected(server) as connection:
        connection.sendall(head(len(valid_png()), *offer) + valid_png())
        connection.sendall(head(len(valid_png()), "Connection: close") + valid_png())
        response = read_all(connection)
    assert response.count(b"HTTP/1.1 200 ") == 2
    assert response.count(b'"digit":7') >= 2


def test_endless_head_is_cut_off(client: httpx.Client, server: Server) -> None:
    header = b"Accept: " + b"a" * 1_000 + b"\r\n"
    with connected(server) as connection:
        connection.sendall(head(0)[:-2])
        with pytest.raises(ConnectionError):
            connection.sendall(header * (ENDLESS // len(header)))
    assert client.get("/health").status_code == 200


def test_long_head_is_read(server: Server) -> None:
    cookies = (f"Cookie: {'a' * 9_000}" for _ in range(50))
    with connected(server) as connection:
        connection.sendall(head(len(valid_png()), *cookies, "Connection: close") + valid_png())
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


# Responses without a body


def test_feedback_response_has_no_body_and_no_content_type(client: httpx.Client) -> None:
    prediction = raw_request(valid_png()).send(client).json()
    response = json_request({"id": prediction["id"], "digit": 7}, "/feedback").send(client)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers.keys().isdisjoint({"content-type", "content-length"})


# Documentation


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/docs/style.css", "/docs/try.js"])
def test_documentation_has_the_policy_of_the_page(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    policy = client.get("/").headers["content-security-policy"]
    assert response.headers["content-security-policy"] == policy
    assert response.headers["cache-control"] == "no-cache"


def test_documentation_lists_every_operation_and_nothing_from_elsewhere(
    bare: httpx.Client,
) -> None:
    page = bare.get("/docs").text
    for path, methods in bare.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"<h2>{method.upper()} {path}</h2>" in page
    assert "//" not in page


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect", "/docs/__init__.py"])
def test_no_other_documentation_is_served(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert_is_error(response.text, "not_found")
