"""More images than can be served in time: the rest gets 503 at once, and the server stays well."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from secrets import token_hex
from typing import NamedTuple

import pytest
from api.errors import assert_is_error
from api.invalid_requests import valid_png
from api.metrics_text import changes, metrics_of, series
from api.observed_server import ObservedServer
from api.requests import raw_request
from PIL import Image

from benchmarks.load_generator import generate_open_load, predict_request
from support.images import digit_image, encode, pair_image
from support.server import RESPONSE_TIMEOUT

CLIENTS, SEARCHED = 60, 2

LARGE = (3_900, 4_000)
"""Takes far longer to decode than to send."""


class Response(NamedTuple):
    """A whole response."""

    status: int
    retry_after: str | None
    request_ids: list[str]
    body: str


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObservedServer]:
    """A server in which only one image of a kind may wait for its turn."""
    with ObservedServer(tmp_path_factory.mktemp("busy"), DIGITS_MAX_WAIT_MS="1") as busy:
        yield busy


def send_at_once(busy: ObservedServer, image: bytes, path: str = "/predict") -> list[Response]:
    """Send an image from several clients before any of them reads; return all responses.

    Each request has an ID of its own, and each connection is used again.
    """
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(busy)) for _ in range(CLIENTS)]
        for connection in connections:
            check_health(connection)  # from here on, the server reads from it
        request_ids = [token_hex(8) for _ in connections]
        with busy.server.paused():
            for request_id, connection in zip(request_ids, connections, strict=True):
                send_image(connection, image, request_id, path)
        assert busy.client.get("/health").json()["status"] == "ok"
        responses = [received(connection) for connection in connections]
        assert [response.request_ids for response in responses] == [[sent] for sent in request_ids]
        for connection in connections:
            check_health(connection)
        return responses


def connect(observed: ObservedServer) -> socket.socket:
    """Return a new connection to a server."""
    return socket.create_connection(("127.0.0.1", observed.server.port), RESPONSE_TIMEOUT)


def send_image(
    connection: socket.socket, image: bytes, request_id: str, path: str = "/predict"
) -> None:
    """Send an image on a connection."""
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {raw_request(image).content_type}"
    fields = f"X-Request-ID: {request_id}\r\nContent-Length: {len(image)}"
    connection.sendall(f"{head}\r\n{fields}\r\n\r\n".encode() + image)


def check_health(connection: socket.socket) -> None:
    """Ask for the server's health on a connection."""
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    assert received(connection).status == 200


def received(connection: socket.socket) -> Response:
    """Return the response on a connection."""
    with HTTPResponse(connection) as response:
        response.begin()
        body = response.read().decode()
        request_ids = response.headers.get_all("x-request-id", [])
        return Response(response.status, response.getheader("retry-after"), request_ids, body)


@pytest.mark.parametrize(
    ("image", "path"),
    [
        (valid_png(), "/predict"),
        (valid_png(), "/predict/"),
        (encode(digit_image(7, size=LARGE)), "/predict"),
    ],
    ids=["small", "small, with a slash", "large"],
)
def test_images_that_would_wait_too_long_get_503(
    busy: ObservedServer, image: bytes, path: str
) -> None:
    before = metrics_of(busy.client)
    responses = send_at_once(busy, image, path)
    served = [response for response in responses if response.status == 200]
    rejected = [response for response in responses if response.status != 200]
    assert served
    assert {json.loads(response.body)["digit"] for response in served} == {7}
    assert rejected
    for response in rejected:
        assert (response.status, response.retry_after) == (503, "1")
        assert_is_error(response.body, "overloaded")
        record = busy.record(response.request_ids[0])
        assert (record["route"], record["status"], record["failed"]) == ("/predict", 503, 1)
        assert (record["rejected"], record["error_code"]) == (1, "overloaded")
    counted = changes(before, metrics_of(busy.client), "digits_")
    assert counted[series("digits_errors_total", code="overloaded")] == len(rejected)
    assert counted[series("digits_requests_total", route="/predict", status="503")] == len(rejected)


def test_server_predicts_again_after_an_overload(busy: ObservedServer) -> None:
    send_at_once(busy, valid_png())
    for _ in range(CLIENTS):
        assert busy.predict()["digit"] == 7


def test_new_connection_is_served_while_images_are_searched(observed: ObservedServer) -> None:
    sheet = Image.new("L", (480, 480), 255)
    for place in range(9):
        pair = pair_image("42").resize((160, 160))
        sheet.paste(pair, (160 * (place // 3), 160 * (place % 3)))
    image = encode(sheet)
    observed.client.post("/predict", content=image, headers={"content-type": "image/png"})
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(observed)) for _ in range(SEARCHED)]
        for connection in connections:
            check_health(connection)
        request_ids = [token_hex(8) for _ in connections]
        with observed.server.paused():
            for request_id, connection in zip(request_ids, connections, strict=True):
                send_image(connection, image, request_id)
            health = stack.enter_context(connect(observed))
            health.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nX-Request-ID: health\r\n\r\n")
        assert received(health).status == 200
        assert {received(connection).status for connection in connections} == {200}
    logged = [observed.record(each)["time"] for each in request_ids]
    assert observed.record("health")["time"] < min(logged)


def test_load_generator_notes_every_status_and_health_check(busy: ObservedServer) -> None:
    """That of `make bench`; it sends more in half a second than is recognized in one."""
    port = busy.server.port
    request = predict_request(port, valid_png(), "image/png")
    responses, health_checks = generate_open_load(port, request, rate=2_000, seconds=0.5)
    assert {response.status for response in responses} == {200, 503}
    assert all(0 <= response.due < 0.5 for response in responses)
    assert all(response.seconds > 0 for response in responses)
    assert health_checks
