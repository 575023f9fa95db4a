"""The Lambda handler, called with the events that AWS sends."""

import asyncio
import base64
import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from api.bad_calls import BAD_CALLS, good_picture
from api.calls import WAYS, Call, as_body, document
from api.problems import assert_is_problem

Event = dict[str, Any]
Handler = Callable[[object, object], dict[str, Any]]

# From AWS's documentation of EventBridge: what a schedule sends.
SCHEDULED: Event = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2015-10-08T16:53:06Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule"],
    "detail": {},
}

NO_REQUESTS: dict[str, object] = {
    "nothing": None,
    "an empty object": {},
    "a list": [SCHEDULED],
    "words": "warm up",
    "a schedule": SCHEDULED,
    "an empty context": {"requestContext": {}},
    "a context of words": {"requestContext": "http"},
    "a context with words for HTTP": {"version": "2.0", "requestContext": {"http": "GET"}},
    "a queue's message": {"Records": [{"eventSource": "aws:sqs", "body": "7"}]},
    "a load balancer's health check": {"requestContext": {"elb": {"targetGroupArn": "arn"}}},
}

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


def event_of(call: Call, *, as_text: bool = False) -> Event:
    """What a function URL makes of a request: payload version 2.0, bodies in base64 or as text.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    address = urlsplit(call.path)
    body = call.body.decode() if as_text else base64.b64encode(call.body).decode()
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": address.path,
        "rawQueryString": address.query,
        "headers": {
            "host": "abcdefg.lambda-url.eu-central-1.on.aws",
            "x-forwarded-proto": "https",
            "x-forwarded-port": "443",
            "x-forwarded-for": "203.0.113.7",
            "content-length": str(len(call.body)),
            **call.headers,
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefg",
            "domainName": "abcdefg.lambda-url.eu-central-1.on.aws",
            "domainPrefix": "abcdefg",
            "http": {
                "method": call.method,
                "path": address.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "test",
            },
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
            "routeKey": "$default",
            "stage": "$default",
            "time": "22/Nov/2026:06:00:00 +0000",
            "timeEpoch": 1795327200000,
        },
        "isBase64Encoded": bool(call.body) and not as_text,
    }
    # A function URL sends no body where the request has none.
    return {**event, "body": body} if call.body else event


def parsed(answer: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """The JSON in an answer, which must have the shape that a function URL takes."""
    assert set(answer) <= {"statusCode", "headers", "body", "isBase64Encoded", "cookies"}
    assert answer["statusCode"] == status, answer["body"]
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["isBase64Encoded"] is False
    json.dumps(answer)  # Lambda sends it on as JSON
    content: dict[str, Any] = json.loads(answer["body"])
    return content


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
