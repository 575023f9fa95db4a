"""The Lambda handler, called with the events that a function URL sends."""

import base64
import gc
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3
import jsonschema
import pytest
from api.embedded_metric_format import SCHEMA
from api.errors import assert_is_error
from api.events import Context, Handler, Load, event_of, logged_records, response_json
from api.invalid_requests import INVALID_REQUESTS, valid_png
from api.requests import BODY_KINDS, Request, json_request, raw_request
from moto import mock_aws

from recognizer.api.cloudwatch import METRIC_UNITS, NAMESPACE
from recognizer.feedback import Feedback, open_store
from support.images import digit_image, encode

REJECTED = (
    "JSON: words",
    "image: words",
    "pixels: PNG of 13,000 by 13,000",
    "too long: body",
    "content type: text/plain",
    "content type: None, words",
    "JSON: no image",
    "form: no parts",
    "query: explain=maybe",
    "path: unknown",
    "method: PUT",
)


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_digit_in_every_kind_of_body_is_recognized(handler: Handler, kind: str) -> None:
    prediction = response_json(handler(event_of(BODY_KINDS[kind](valid_png())), None))
    assert (prediction["digit"], prediction["verdict"]) == (7, "digit")


def test_json_body_as_text_is_accepted(handler: Handler) -> None:
    request = json_request({"image": base64.b64encode(valid_png()).decode()})
    assert response_json(handler(event_of(request, as_text=True), None))["digit"] == 7


def test_query_is_passed_on(handler: Handler) -> None:
    request = raw_request(valid_png(), path="/predict?explain=true")
    prediction = response_json(handler(event_of(request), None))
    assert prediction["input"].startswith("data:image/png;base64,")


def test_health_has_the_predictions_model(handler: Handler) -> None:
    health = response_json(handler(event_of(Request(path="/health", method="GET")), None))
    prediction = response_json(handler(event_of(raw_request(valid_png())), None))
    assert (health["status"], health["model"]) == ("ok", prediction["model"])


def test_root_links_to_the_documentation(handler: Handler) -> None:
    links = response_json(handler(event_of(Request(path="/", method="GET")), None))
    assert links["documentation"] == "/docs"


def test_documentation_comes_with_the_function(handler: Handler) -> None:
    for path, content_type in (("/docs", "text/html"), ("/docs/try.js", "text/javascript")):
        response = handler(event_of(Request(path=path, method="GET")), None)
        assert response["statusCode"] == 200
        assert response["headers"]["content-type"].startswith(content_type)
        assert response["isBase64Encoded"] is False


@pytest.mark.parametrize("path", ["/", "/health", "/docs", "/openapi.json"])
def test_head_gets_the_headers_of_get(handler: Handler, path: str) -> None:
    get, head = (
        handler(event_of(Request(path=path, method=method)), None) for method in ("GET", "HEAD")
    )
    assert (head["statusCode"], head["body"]) == (200, "")
    assert get["body"]
    for name in ("content-type", "content-length"):
        assert head["headers"][name] == get["headers"][name]


def test_path_with_a_slash_at_its_end_is_served(handler: Handler) -> None:
    request = raw_request(valid_png(), path="/predict/")
    assert response_json(handler(event_of(request), None))["digit"] == 7


def test_image_without_a_content_type_is_recognized(handler: Handler) -> None:
    assert response_json(handler(event_of(Request(valid_png())), None))["digit"] == 7


@pytest.mark.parametrize("name", REJECTED)
def test_invalid_request_is_rejected_with_its_code(handler: Handler, name: str) -> None:
    expected = INVALID_REQUESTS[name]
    response = handler(event_of(expected.make()), None)
    response_json(response, expected.status)
    assert_is_error(response["body"], expected.code)
    assert response_json(handler(event_of(raw_request(valid_png())), None))["digit"] == 7


def test_garbage_is_collected_once_the_function_is_loaded(load: Load) -> None:
    load()
    assert gc.isenabled()


# The log


def record_of(
    handler: Handler, request: Request, capfd: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """Send a request and return its only record."""
    capfd.readouterr()
    handler(event_of(request), Context())
    (record,) = logged_records(capfd)
    return record


def metric_names(record: dict[str, Any]) -> set[str]:
    """Return the names of the metrics that CloudWatch finds in a record."""
    return {
        metric["Name"]
        for directive in record["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


METERED_REQUESTS = {
    "digit": raw_request(valid_png()),
    "blank image": raw_request(encode(digit_image(7, ink=255))),
    "invalid image": raw_request(b"words"),
    "invalid feedback": json_request({}, path="/feedback"),
}


@pytest.mark.parametrize("name", METERED_REQUESTS)
def test_record_is_in_the_embedded_metric_format(
    handler: Handler, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    record = record_of(handler, METERED_REQUESTS[name], capfd)
    jsonschema.validate(record, SCHEMA)
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    for dimension in directive["Dimensions"][0]:
        assert isinstance(record[dimension], str)
    for metric in directive["Metrics"]:
        assert isinstance(record[metric["Name"]], int | float)
        assert metric["Unit"] == METRIC_UNITS[metric["Name"]]


def test_prediction_and_feedback_have_every_metric(
    handler: Handler, capfd: pytest.CaptureFixture[str]
) -> None:
    prediction = record_of(handler, METERED_REQUESTS["digit"], capfd)
    request = json_request({"id": prediction["prediction_id"], "digit": 7}, path="/feedback")
    feedback = record_of(handler, request, capfd)
    assert metric_names(prediction) | metric_names(feedback) == set(METRIC_UNITS)
    assert (prediction["digit"], prediction["verdict"]) == (7, "digit")
    assert (feedback["label"], feedback["correct"]) == (7, 1)
    assert len(METRIC_UNITS) <= 10, "the eleventh costs money"


def test_unmetered_route_is_logged_without_metrics(
    handler: Handler, capfd: pytest.CaptureFixture[str]
) -> None:
    record = record_of(handler, Request(path="/health", method="GET"), capfd)
    assert (record["route"], record["status"]) == ("/health", 200)
    assert "_aws" not in record


def test_only_the_first_request_is_a_cold_start(
    load: Load, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = load()
    records = [record_of(handler, METERED_REQUESTS["digit"], capfd) for _ in range(3)]
    assert [record["cold_start"] for record in records] == [1, 0, 0]


def test_request_without_an_id_gets_lambdas(handler: Handler) -> None:
    response = handler(event_of(raw_request(valid_png())), Context())
    assert response["headers"]["x-request-id"] == Context().aws_request_id


# Feedback in S3


class BucketFunction(NamedTuple):
    """A function that stores feedback in S3."""

    handler: Handler
    uri: str

    def predict(self) -> dict[str, Any]:
        """Return the prediction for an image of a 7, with its model input."""
        request = raw_request(valid_png(), path="/predict?explain=true")
        return response_json(self.handler(event_of(request), None))

    def send_feedback(self, **fields: Any) -> dict[str, Any]:
        """Send feedback and return the response."""
        return self.handler(event_of(json_request(fields, path="/feedback")), None)

    def stored(self) -> list[Feedback]:
        """Return all feedback in the bucket."""
        return list(open_store(self.uri))


@pytest.fixture
def function(load: Load, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketFunction]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    uri = "s3://digits-feedback/some/prefix"
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="digits-feedback")
        yield BucketFunction(load(DIGITS_FEEDBACK=uri, DIGITS_STORE_INPUTS="1"), uri)


def test_feedback_is_stored_as_an_object_in_s3(function: BucketFunction) -> None:
    prediction = function.predict()
    response = function.send_feedback(id=prediction["id"], digit=1, input=prediction["input"])
    assert response["statusCode"] == 204
    (feedback,) = function.stored()
    assert feedback.prediction_id == prediction["id"]
    assert feedback.model_version == prediction["model"]
    assert (feedback.predicted, feedback.label) == ("7", "1")
    assert feedback.input is not None
    assert len(feedback.input) == 28 * 28
    (entry,) = boto3.client("s3").list_objects_v2(Bucket="digits-feedback")["Contents"]
    date = datetime.fromtimestamp(feedback.predicted_at, UTC).date()
    assert entry["Key"] == f"some/prefix/{date}/{prediction['id']}.json"


def test_repeated_feedback_overwrites_the_label_but_counts_once(
    function: BucketFunction, capfd: pytest.CaptureFixture[str]
) -> None:
    prediction = function.predict()
    capfd.readouterr()
    for label in (7, 1):
        assert function.send_feedback(id=prediction["id"], digit=label)["statusCode"] == 204
    assert [record.get("correct") for record in logged_records(capfd)] == [1, None]
    assert [feedback.label for feedback in function.stored()] == ["1"]


def test_feedback_without_a_digit_is_stored_as_null_and_logged_as_none(
    function: BucketFunction, capfd: pytest.CaptureFixture[str]
) -> None:
    prediction = function.predict()
    capfd.readouterr()
    response = function.send_feedback(id=prediction["id"], digit=None, input=prediction["input"])
    assert response["statusCode"] == 204
    (record,) = logged_records(capfd)
    assert (record["label"], record["correct"]) == ("none", 0)
    (feedback,) = function.stored()
    assert (feedback.predicted, feedback.label) == ("7", None)
    s3 = boto3.client("s3")
    (entry,) = s3.list_objects_v2(Bucket="digits-feedback")["Contents"]
    content = s3.get_object(Bucket="digits-feedback", Key=entry["Key"])["Body"].read()
    assert json.loads(content)["label"] is None


def test_feedback_with_a_number_is_stored_and_logged_as_text(
    function: BucketFunction, capfd: pytest.CaptureFixture[str]
) -> None:
    prediction = function.predict()
    capfd.readouterr()
    response = function.send_feedback(id=prediction["id"], number="007 42")
    assert response["statusCode"] == 204
    (record,) = logged_records(capfd)
    assert (record["label"], record["correct"]) == ("007 42", 0)
    assert [feedback.label for feedback in function.stored()] == ["007 42"]


def test_feedback_on_many_predictions_is_all_found(function: BucketFunction) -> None:
    prediction_ids = {function.predict()["id"] for _ in range(20)}
    for prediction_id in prediction_ids:
        assert function.send_feedback(id=prediction_id, digit=7)["statusCode"] == 204
    assert {feedback.prediction_id for feedback in function.stored()} == prediction_ids


def test_missing_bucket_gives_503_and_predictions_go_on(
    function: BucketFunction, capfd: pytest.CaptureFixture[str]
) -> None:
    prediction = function.predict()
    boto3.client("s3").delete_bucket(Bucket="digits-feedback")
    rejected = function.send_feedback(id=prediction["id"], digit=7)
    assert "try again" in response_json(rejected, 503)["detail"]
    assert_is_error(rejected["body"], "store_unavailable")
    assert int(rejected["headers"]["retry-after"]) > 0
    assert f"Feedback cannot be stored in {function.uri}" in capfd.readouterr().err
    assert function.predict()["digit"] == 7
