"""The Lambda handler, called with the events that AWS sends."""

import asyncio
import base64
import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from api.bad_calls import BAD_CALLS, good_picture
from api.calls import WAYS, Call, as_body, document
from api.events import NO_REQUESTS, event_of, parsed
from api.problems import assert_is_problem

Handler = Callable[[object, object], dict[str, Any]]

BAD_BY_STATUS = {
    "JSON: words": 400,
    "picture: words": 400,
    "pixels: PNG of 13,000 by 13,000": 413,
    "too long: body": 413,
    "content type: text/plain": 415,
    "content type: None": 415,
    "JSON: no image": 422,
    "form: no parts": 422,
    "query: explain=maybe": 422,
    "path: unknown": 404,
    "method: PUT": 405,
}


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handler]:
    """The handler as in the Lambda image, where there is no page."""
    # Mangum uses the thread's event loop, and opens one that nobody closes where there is none.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_PAGE_DIR", str(tmp_path_factory.mktemp("lambda") / "no page"))
        module = importlib.import_module("recognizer.aws_lambda")
    yield module.handler
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize("way", WAYS)
def test_pictures_are_read(handler: Handler, way: str) -> None:
    answered = parsed(handler(event_of(WAYS[way](good_picture())), None))
    assert (answered["digit"], answered["verdict"]) == (7, "digit")


def test_json_as_text_is_read(handler: Handler) -> None:
    call = document({"image": base64.b64encode(good_picture()).decode()})
    assert parsed(handler(event_of(call, as_text=True), None))["digit"] == 7


def test_query_is_heard(handler: Handler) -> None:
    call = as_body(good_picture(), path="/predict?explain=true")
    assert parsed(handler(event_of(call), None))["input"].startswith("data:image/png;base64,")


def test_health(handler: Handler) -> None:
    answered = parsed(handler(event_of(Call(path="/health", method="GET")), None))
    assert answered["status"] == "ok"
    assert answered["model"] == parsed(handler(event_of(as_body(good_picture())), None))["model"]


def test_root_points_to_the_documentation(handler: Handler) -> None:
    answered = parsed(handler(event_of(Call(path="/", method="GET")), None))
    assert answered["documentation"] == "/docs"


@pytest.mark.parametrize("name", BAD_BY_STATUS)
def test_bad_calls_are_refused(handler: Handler, name: str) -> None:
    answer = handler(event_of(BAD_CALLS[name][1]()), None)
    assert "detail" in parsed(answer, BAD_BY_STATUS[name])
    assert_is_problem(answer["body"])
    assert parsed(handler(event_of(as_body(good_picture())), None))["digit"] == 7


@pytest.mark.parametrize("name", NO_REQUESTS)
def test_what_is_no_request_is_answered_calmly(
    handler: Handler,
    name: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    answer = handler(NO_REQUESTS[name], None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["status"] == "ok"
    json.dumps(answer)
    printed = capfd.readouterr()
    assert "Traceback" not in caplog.text + printed.out + printed.err
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
    assert parsed(handler(event_of(as_body(good_picture())), None))["digit"] == 7
