"""The middleware's request records, with an application in this process."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from recognizer.api import middleware
from recognizer.api.errors import APIError
from recognizer.api.middleware import BodySizeLimitMiddleware, RequestLogMiddleware
from recognizer.api.request_log import RequestRecord


@pytest.fixture
def records() -> list[RequestRecord]:
    return []


@pytest.fixture
def app(records: list[RequestRecord]) -> FastAPI:
    app = FastAPI()

    @app.get("/items/{number}")
    def item(request: Request, number: int) -> None:
        request.state.record["digit"] = number

    @app.get("/fail")
    def fail() -> None:
        raise LookupError("unexpected")

    app.add_middleware(RequestLogMiddleware, sinks=[records.append])
    return app


def get(app: FastAPI, *paths: str) -> None:
    """Send GET requests to an application in this process."""

    async def send() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for path in paths:
                await client.get(path)

    asyncio.run(send())


def test_only_the_first_request_is_a_cold_start(app: FastAPI, records: list[RequestRecord]) -> None:
    get(app, "/items/1", "/items/2", "/items/3")
    assert [record["cold_start"] for record in records] == [1, 0, 0]


def test_record_has_the_route_and_what_it_added(app: FastAPI, records: list[RequestRecord]) -> None:
    get(app, "/items/4")
    (record,) = records
    assert (record["method"], record["route"], record["digit"]) == ("GET", "/items/{number}", 4)
    assert (record["status"], record["failed"], record["rejected"]) == (200, 0, 0)
    assert 0 < record["duration_ms"] < 10_000


def test_record_of_an_unknown_path_has_the_route_other(
    app: FastAPI, records: list[RequestRecord]
) -> None:
    get(app, "/unknown")
    assert [(record["route"], record["status"]) for record in records] == [("other", 404)]


def test_unexpected_exception_is_recorded_as_a_failure(
    app: FastAPI, records: list[RequestRecord]
) -> None:
    get(app, "/fail")
    (record,) = records
    assert (record["status"], record["failed"], record["exception"]) == (500, 1, "LookupError")


def test_body_that_never_ends_is_not_awaited_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application does not read the body, and its client sends no more of it."""
    monkeypatch.setattr(middleware, "UNREAD_SECONDS", 0.01)
    monkeypatch.setattr(middleware, "DISCARD_SECONDS", 0.01)
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"content-length", b"100")]}
    app = BodySizeLimitMiddleware(PlainTextResponse("unread"), max_bytes=1_000)
    asyncio.run(app(scope, receive, send))
    start, body, end = sent
    assert (b"connection", b"close") in start["headers"]
    assert (body["body"], body["more_body"]) == (b"unread", True)
    assert not end.get("more_body", False)


@pytest.mark.parametrize("arrived", [0, 1])
def test_body_that_takes_too_long_is_an_error(
    monkeypatch: pytest.MonkeyPatch, arrived: int
) -> None:
    monkeypatch.setattr(middleware, "UPLOAD_SECONDS", 0.05)
    messages = [{"type": "http.request", "body": b"begin", "more_body": True}] * arrived

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    async def read(scope: Scope, receive: Receive, _: Send) -> None:
        await Request(scope, receive).body()

    scope = {"type": "http", "headers": [(b"content-length", b"100")]}
    with pytest.raises(APIError) as error:
        asyncio.run(BodySizeLimitMiddleware(read, max_bytes=1_000)(scope, receive, send))
    assert error.value.code == "upload_timeout"


def test_client_may_stay_connected_after_its_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long responses wait for the message that their client is gone."""
    monkeypatch.setattr(middleware, "UPLOAD_SECONDS", 0)
    disconnect: Message = {"type": "http.disconnect"}
    received: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0.01)
        return disconnect

    async def send(_: Message) -> None:
        raise AssertionError

    async def wait(_: Scope, receive: Receive, __: Send) -> None:
        received.append(await receive())

    app = BodySizeLimitMiddleware(wait, max_bytes=1_000)
    asyncio.run(app({"type": "http", "headers": []}, receive, send))
    assert received == [disconnect]
