"""The Lambda handler, called with the events that AWS sends."""

import asyncio
import base64
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3
import jsonschema
import pytest
from api.embedded_metric_format import SCHEMA
from api.errors import assert_is_problem
from api.events import NO_REQUESTS, event_of, parsed
from api.invalid_requests import BAD_CALLS, good_picture
from api.requests import WAYS, Call, as_body, document
from moto import mock_aws

from recognizer.api.cloudwatch import NAMESPACE, UNITS
from recognizer.feedback import Feedback, open_store
from support.images import digit_image, encode

Handler = Callable[[object, object], dict[str, Any]]
Load = Callable[..., Handler]

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
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """Starts the function anew with the given settings, in this process."""
    # Mangum uses the thread's event loop, and opens one that nobody closes where there is none.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    no_page = tmp_path_factory.mktemp("lambda") / "no page"

    def load(**settings: str) -> Handler:
        sys.modules.pop("recognizer.api.aws_lambda", None)
        with pytest.MonkeyPatch.context() as patch:
            for name, text in {"DIGITS_PAGE_DIR": str(no_page), **settings}.items():
                patch.setenv(name, text)
            handler: Handler = importlib.import_module("recognizer.api.aws_lambda").handler
        return handler

    yield load
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="module")
def handler(load: Load) -> Handler:
    """The handler as in the Lambda image, where there is no page."""
    return load()


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


class Context(NamedTuple):
    """What AWS hands to a function beside the event."""

    aws_request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged since the last look."""
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def line_of(handler: Handler, call: Call, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that a call logs."""
    capfd.readouterr()
    handler(event_of(call), Context())
    (line,) = lines(capfd)
    return line


def metric_names(line: dict[str, Any]) -> set[str]:
    """The metrics that CloudWatch finds in a line."""
    return {
        metric["Name"]
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


CALLS = {
    "a digit": as_body(good_picture()),
    "a blank": as_body(encode(digit_image(7, ink=255))),
    "no picture": as_body(b"words"),
    "no feedback": Call(b"{}", "application/json", "/feedback"),
}


@pytest.mark.parametrize("name", CALLS)
def test_lines_are_in_the_embedded_metric_format(
    handler: Handler, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    line = line_of(handler, CALLS[name], capfd)
    jsonschema.validate(line, SCHEMA)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    for dimension in directive["Dimensions"][0]:
        assert isinstance(line[dimension], str)
    for metric in directive["Metrics"]:
        assert isinstance(line[metric["Name"]], int | float)
        assert metric["Unit"] == UNITS[metric["Name"]]


def test_a_reading_and_feedback_carry_every_metric(
    handler: Handler, capfd: pytest.CaptureFixture[str]
) -> None:
    reading = line_of(handler, CALLS["a digit"], capfd)
    said = {"id": reading["answer"], "digit": 7}
    feedback = line_of(handler, document(said, path="/feedback"), capfd)
    assert metric_names(reading) | metric_names(feedback) == set(UNITS)
    assert (reading["digit"], reading["verdict"], feedback["right"]) == (7, "digit", 1)
    assert len(UNITS) <= 10, "the eleventh costs"


def test_what_is_neither_is_logged_without_metrics(
    handler: Handler, capfd: pytest.CaptureFixture[str]
) -> None:
    line = line_of(handler, Call(path="/health", method="GET"), capfd)
    assert (line["route"], line["status"]) == ("/health", 200)
    assert "_aws" not in line


def test_the_first_answer_of_a_process_is_a_cold_start(
    load: Load, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = load()
    cold = [line_of(handler, CALLS["a digit"], capfd)["cold_start"] for _ in range(3)]
    assert cold == [1, 0, 0]


def test_lambdas_request_id_is_used_where_the_caller_has_none(handler: Handler) -> None:
    answer = handler(event_of(as_body(good_picture())), Context())
    assert answer["headers"]["x-request-id"] == Context().aws_request_id


class Bucket(NamedTuple):
    """A function that keeps feedback in S3, and what is there."""

    handler: Handler
    place: str

    def ask(self) -> dict[str, Any]:
        """The answer to a picture of a seven."""
        return parsed(
            self.handler(event_of(as_body(good_picture(), path="/predict?explain=true")), None)
        )

    def say(self, **feedback: Any) -> dict[str, Any]:
        """What the function answers to feedback."""
        return self.handler(event_of(document(feedback, path="/feedback")), None)

    def all(self) -> list[Feedback]:
        return list(open_store(self.place))


@pytest.fixture
def bucket(load: Load, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    place = "s3://digits-feedback/kept/here"
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="digits-feedback")
        yield Bucket(load(DIGITS_FEEDBACK=place, DIGITS_KEEP_INK="1"), place)


def test_feedback_is_an_object_in_s3(bucket: Bucket) -> None:
    answer = bucket.ask()
    assert bucket.say(id=answer["id"], digit=1, ink=answer["input"])["statusCode"] == 204
    (feedback,) = bucket.all()
    assert (feedback.answer, feedback.model) == (answer["id"], answer["model"])
    assert (feedback.read, feedback.drawn) == (7, 1)
    assert feedback.ink is not None
    assert len(feedback.ink) == 28 * 28
    (entry,) = boto3.client("s3").list_objects_v2(Bucket="digits-feedback")["Contents"]
    day = datetime.fromtimestamp(feedback.answered, UTC).date()
    assert entry["Key"] == f"kept/here/{day}/{answer['id']}.json"


def test_of_what_is_said_twice_the_last_stays_and_the_first_counts(
    bucket: Bucket, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = bucket.ask()
    capfd.readouterr()
    for digit in (7, 1):
        assert bucket.say(id=answer["id"], digit=digit)["statusCode"] == 204
    assert [line.get("right") for line in lines(capfd)] == [1, None]
    assert [feedback.drawn for feedback in bucket.all()] == [1]


def test_many_are_all_found_again(bucket: Bucket) -> None:
    answers = {bucket.ask()["id"] for _ in range(20)}
    for answer in answers:
        assert bucket.say(id=answer, digit=7)["statusCode"] == 204
    assert {feedback.answer for feedback in bucket.all()} == answers


def test_a_bucket_that_is_not_there_is_said_to_be(
    bucket: Bucket, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = bucket.ask()
    boto3.client("s3").delete_bucket(Bucket="digits-feedback")
    refused = bucket.say(id=answer["id"], digit=7)
    assert "try again" in parsed(refused, 503)["detail"]
    assert int(refused["headers"]["retry-after"]) > 0
    assert "Feedback cannot be kept in s3://digits-feedback/kept/here" in capfd.readouterr().err
    assert bucket.ask()["digit"] == 7
