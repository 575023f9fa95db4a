"""The Lambda handler, called with the events of every source: HTTP, schedules and all others."""

import copy
import json
import re
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import jsonschema
import pytest
from api.embedded_metric_format import SCHEMA
from api.errors import assert_is_error
from api.events import (
    BASE_PATH,
    HEALTH_CHECK,
    SOURCES,
    STAGE,
    WARM_UPS,
    Context,
    Event,
    Handler,
    Source,
    event_of,
    http_api_event,
    load_balancer_event,
    logged_records,
    response_headers,
    response_json,
    rest_api_event,
    source_json,
)
from api.invalid_requests import INVALID_REQUESTS, valid_png
from api.requests import BODY_KINDS, Request, json_request, raw_request
from api.unsupported_events import UNSUPPORTED_EVENTS
from hypothesis import given, settings
from hypothesis import strategies as st

PREDICT = raw_request(valid_png())
HEALTH = Request(path="/health", method="GET")


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> Source:
    return SOURCES[request.param]


def assert_serves(handler: Handler) -> None:
    """Assert that the function still recognizes a digit."""
    assert response_json(handler(event_of(PREDICT), None))["digit"] == 7


# HTTP requests


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_digit_is_recognized(handler: Handler, source: Source, kind: str) -> None:
    event = source.event(BODY_KINDS[kind](valid_png()))
    assert source_json(source, handler(event, None))["digit"] == 7


@pytest.mark.parametrize("value", ["true", "%74rue"])
def test_query_is_decoded_once(handler: Handler, source: Source, value: str) -> None:
    request = raw_request(valid_png(), path=f"/predict?explain={value}")
    assert "input" in source_json(source, handler(source.event(request), None))


@pytest.mark.parametrize(
    "name", ["image: words", "too long: body", "content type: text/plain", "path: unknown"]
)
def test_invalid_request_gets_its_code(handler: Handler, source: Source, name: str) -> None:
    invalid = INVALID_REQUESTS[name]
    response = handler(source.event(invalid.make()), None)
    source_json(source, response, invalid.status)
    assert_is_error(response["body"], invalid.code)


def test_feedback_is_stored_without_content(handler: Handler, source: Source) -> None:
    prediction = source_json(source, handler(source.event(PREDICT), None))
    request = json_request({"id": prediction["id"], "digit": 7}, path="/feedback")
    response = handler(source.event(request), None)
    assert (response["statusCode"], response["body"]) == (204, "")
    assert set(response) == source.fields
    assert "content-type" not in response_headers(response)


def test_record_has_metrics_and_the_request_id(
    handler: Handler, source: Source, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    response = handler(source.event(PREDICT), Context())
    (record,) = logged_records(capfd)
    jsonschema.validate(record, SCHEMA)
    assert (record["route"], record["method"], record["status"]) == ("/predict", "POST", 200)
    assert record["request_id"] == Context().aws_request_id
    assert response_headers(response)["x-request-id"] == Context().aws_request_id
    assert record["prediction_id"] == json.loads(response["body"])["id"]


def test_clients_request_id_is_returned(handler: Handler, source: Source) -> None:
    event = source.event(PREDICT)
    for headers in (event.get("headers"), event.get("multiValueHeaders")):
        if headers:
            is_list = isinstance(next(iter(headers.values())), list)
            headers["X-Request-Id"] = ["from-the-client"] if is_list else "from-the-client"
    headers = response_headers(handler(event, Context()))
    assert headers["x-request-id"] == "from-the-client"


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_links_begin_with_the_root_path(handler: Handler, source: Source, path: str) -> None:
    def get(path: str) -> dict[str, Any]:
        return handler(source.event(Request(path=path, method="GET")), None)

    root = source_json(source, get("/"))
    assert root["documentation"] == f"{source.root_path}/docs"
    links = re.findall(r'(?:href|src)="([^"#]+)"', get(path)["body"])
    assert {urljoin(f"{source.root_path}{path}", link) for link in links} >= {
        f"{source.root_path}/{path}" for path in ("openapi.json", "docs/style.css", "docs/try.js")
    }
    servers = source_json(source, get("/openapi.json")).get("servers", [{"url": ""}])
    assert servers[0]["url"] == source.root_path


def test_trailing_slash_leads_to_the_route(handler: Handler, source: Source) -> None:
    event = source.event(raw_request(valid_png(), path="/predict/"))
    response = handler(event, None)
    if response["statusCode"] != 200:
        location = urlsplit(response_headers(response)["location"])
        assert (location.scheme, location.path) == ("https", f"{source.root_path}/predict")
        assert location.hostname is not None
        assert location.hostname.endswith((".aws", ".com"))
    assert response["statusCode"] in (200, 307)


def test_stage_without_a_path_is_the_root(handler: Handler) -> None:
    event = http_api_event(Request(path="", method="GET"), stage="prod")
    assert response_json(handler(event, None))["documentation"] == f"{STAGE}/docs"
    event = rest_api_event(Request(path="/", method="GET"))
    event["requestContext"]["path"] = STAGE
    response = handler(event, None)
    assert json.loads(response["body"])["documentation"] == f"{STAGE}/docs"


def test_stage_named_like_a_route_is_not_mistaken_for_it(handler: Handler) -> None:
    event = http_api_event(PREDICT, stage="predict")
    assert response_json(handler(event, None))["digit"] == 7
    event = rest_api_event(PREDICT)
    event["requestContext"] |= {"stage": "predict", "path": "/predict/predict"}
    assert json.loads(handler(event, None)["body"])["digit"] == 7
    event = http_api_event(Request(path="/health", method="GET"), stage="heal")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/health"
    assert response_json(handler(event, None))["status"] == "ok"


def test_custom_domain_hides_the_stage(handler: Handler) -> None:
    event = http_api_event(Request(path="/", method="GET"), stage="prod")
    event["requestContext"]["domainName"] = "digits.example.com"
    assert response_json(handler(event, None))["documentation"] == "/docs"


@pytest.mark.parametrize("base_path", ["", BASE_PATH])
def test_resource_without_a_proxy_is_routed(handler: Handler, base_path: str) -> None:
    event = rest_api_event(PREDICT, base_path=base_path, resource="/predict")
    assert json.loads(handler(event, None)["body"])["digit"] == 7


@pytest.mark.parametrize("stage", ["$default", "prod"])
def test_payload_1_of_a_default_route_is_routed(handler: Handler, stage: str) -> None:
    event = SOURCES["HTTP API, payload 1.0"].event(PREDICT)
    path = "/predict" if stage == "$default" else "/prod/predict"
    event["path"] = event["requestContext"]["path"] = path
    event["requestContext"]["stage"] = stage
    assert json.loads(handler(event, None)["body"])["digit"] == 7


def test_load_balancer_gets_a_description_of_the_status(handler: Handler) -> None:
    served = handler(load_balancer_event(PREDICT), None)
    assert served["statusDescription"] == "200 OK"
    rejected = handler(load_balancer_event(raw_request(b"words")), None)
    assert rejected["statusDescription"] == "400 Bad Request"


def test_load_balancers_health_check_is_served(handler: Handler) -> None:
    response = handler(HEALTH_CHECK, None)
    assert source_json(SOURCES["load balancer"], response)["status"] == "ok"


# Malformed HTTP events

Change = Callable[[Event], object]


def with_context(**fields: object) -> Change:
    """Return a change of the request context."""
    return lambda event: event["requestContext"].update(fields)


def with_fields(**fields: object) -> Change:
    """Return a change of the event."""
    return lambda event: event.update(fields)


def without(*names: str) -> Change:
    """Return a change that removes fields of the event."""
    return lambda event: [event.pop(name, None) for name in names]


def without_http(*names: str) -> Change:
    """Return a change that removes fields of a function URL's `requestContext.http`."""
    return lambda event: [event["requestContext"].get("http", {}).pop(name, None) for name in names]


def with_header(name: str, value: object) -> Change:
    """Return a change of a header, in all places that an event has for it."""

    def change(event: Event) -> None:
        for field in ("headers", "multiValueHeaders"):
            if field in event:
                event[field][name] = value if field == "headers" else [value]

    return change


HARMLESS: dict[str, Change] = {
    "headers are null": with_fields(headers=None),
    "headers are a list": with_fields(headers=[]),
    "no headers": without("headers"),
    "header is a number": with_header("x-forwarded-port", 443),
    "header is null": with_header("accept", None),
    "header is an object": with_header("accept", {"value": "*/*"}),
    "header has half a surrogate pair": with_header("accept", "\ud83d"),
    "host of three parts": with_header("host", "a:b:c"),
    "host is an IPv6 address": with_header("host", "[2001:db8::7]:443"),
    "port of the host is a word": with_header("host", "example.com:https"),
    "port is a word": with_header("x-forwarded-port", "https"),
    "port of 5,000 digits": with_header("x-forwarded-port", "4" * 5_000),
    "scheme is a list": with_header("x-forwarded-proto", "https, http"),
    "no address of the client": without_http("sourceIp", "userAgent", "protocol"),
    "no identity": lambda event: event["requestContext"].pop("identity", None),
    "identity is null": with_context(identity=None),
    "identity is a string": with_context(identity="203.0.113.7"),
    "domain is a number": with_context(domainName=7),
    "no raw path": without("rawPath"),
    "no path beside the raw path": without_http("path"),
    "no raw query": without("rawQueryString"),
    "queries are null": with_fields(
        rawQueryString=None, queryStringParameters=None, multiValueQueryStringParameters=None
    ),
    "queries are numbers": with_fields(
        rawQueryString=1, queryStringParameters=1, multiValueQueryStringParameters=1
    ),
    "parameters are numbers": with_fields(
        queryStringParameters={"explain": 1}, multiValueQueryStringParameters={"explain": [1]}
    ),
    "parameter has half a surrogate pair": with_fields(
        rawQueryString="a=\ud83d", multiValueQueryStringParameters={"\ud83d": ["\ud83d"]}
    ),
    "cookies are null": with_fields(cookies=None),
    "cookie is a number": with_fields(cookies=[1]),
    "no encoding": without("isBase64Encoded"),
}
"""Changes of events that leave enough to serve GET /health."""


@pytest.mark.parametrize("name", HARMLESS)
def test_event_that_lacks_nothing_needed_is_served(
    handler: Handler, source: Source, name: str
) -> None:
    event = copy.deepcopy(source.event(HEALTH))
    HARMLESS[name](event)
    response = handler(event, None)
    assert response["statusCode"] == 200, response["body"]
    assert json.loads(response["body"])["status"] == "ok"


REJECTED: dict[str, tuple[Change, int, str]] = {
    "text is marked as base64": (
        with_fields(body='{"image": "…"}', isBase64Encoded=True),
        400,
        "bad_event",
    ),
    "base64 with a line break": (
        with_fields(body="iVBO\nRw0K", isBase64Encoded=True),
        400,
        "bad_event",
    ),
    "base64 is cut off": (with_fields(body="iVBORw0KG", isBase64Encoded=True), 400, "bad_event"),
    "body is an object": (
        with_fields(body={"image": "iVBORw0KGgo="}, isBase64Encoded=False),
        400,
        "bad_event",
    ),
    "body is a number": (with_fields(body=7), 400, "bad_event"),
    "body is null": (with_fields(body=None), 400, "empty"),
    "no body": (without("body"), 400, "empty"),
    "image is not marked as base64": (
        with_fields(body="iVBORw0KGgo=", isBase64Encoded=False),
        400,
        "unreadable",
    ),
    "body has half a surrogate pair": (
        with_fields(body="\ud83d", isBase64Encoded=False),
        400,
        "unreadable",
    ),
    "no method": (
        lambda event: (without("httpMethod")(event), without_http("method")(event)),
        405,
        "method_not_allowed",
    ),
    "method is null": (
        lambda event: (
            with_fields(httpMethod=None)(event),
            event["requestContext"].get("http", {}).update(method=None),
        ),
        405,
        "method_not_allowed",
    ),
    "no path": (
        lambda event: (
            without("path", "rawPath")(event),
            without_http("path")(event),
            with_context(path=None)(event),
        ),
        405,
        "method_not_allowed",
    ),
}
"""Changes of a valid prediction, with the status and code that it then gets."""


@pytest.mark.parametrize("name", REJECTED)
def test_malformed_event_is_rejected(
    handler: Handler, source: Source, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    change, status, code = REJECTED[name]
    event = copy.deepcopy(source.event(PREDICT))
    change(event)
    capfd.readouterr()
    response = handler(event, Context())
    source_json(source, response, status)
    assert_is_error(response["body"], code)
    (record,) = logged_records(capfd)
    assert record["status"] == status
    assert record["failed"] == 0
    if status == 400:
        assert (record["route"], record["error_code"]) == ("/predict", code)


def test_invalid_body_does_not_matter_where_none_is_read(handler: Handler, source: Source) -> None:
    event = source.event(HEALTH) | {"body": "not base64", "isBase64Encoded": True}
    assert source_json(source, handler(event, None))["status"] == "ok"


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the paths of all values within a JSON document."""
    if isinstance(value, dict):
        entries: list[tuple[object, object]] = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    else:
        entries = []
    inner = [place for key, entry in entries for place in places(entry, (*path, key))]
    return [path, *inner] if path else inner


UNUSUAL = ("", "/", "//", "\ud83d", "é", "%", "%ff", "a:b:c", "[::1]", "443, 443", "9" * 5_000)

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(UNUSUAL)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def damaged_events(draw: st.DrawFn) -> Event:
    """Draw an event of any source, with values replaced or removed."""
    source = SOURCES[draw(st.sampled_from(sorted(SOURCES)))]
    request = draw(st.sampled_from((HEALTH, PREDICT, raw_request(b"words", path="/feedback/"))))
    event = copy.deepcopy(source.event(request))
    for _ in range(draw(st.integers(1, 4))):
        *parents, key = draw(st.sampled_from(places(event)))
        parent: Any = event
        for step in parents:
            parent = parent[step]
        if draw(st.booleans()):
            parent[key] = draw(JSON_VALUES)
        else:
            del parent[key]
        if not event:
            break
    return event


@settings(derandomize=True, database=None, deadline=None, max_examples=1_000)
@given(event=damaged_events())
def test_damaged_event_is_served_rejected_or_not_accepted(handler: Handler, event: Event) -> None:
    try:
        response = handler(event, None)
    except Exception as error:
        assert type(error).__name__ == "UnsupportedEventError"  # noqa: PT017
        return
    json.dumps(response).encode()
    assert response["statusCode"] in (200, 307, 400, 404, 405, 410, 413, 415, 422, 429)
    if response["statusCode"] >= 400:
        assert_is_error(response["body"])


# Warm-ups, and events that are not accepted


@pytest.mark.parametrize("name", WARM_UPS)
def test_warm_up_gets_the_health_check(
    handler: Handler, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    response = handler(WARM_UPS[name], Context())
    assert response_json(response)["status"] == "ok"
    (record,) = logged_records(capfd)
    assert (record["route"], record["status"], record["rejected"]) == ("/health", 200, 0)
    assert "_aws" not in record
    assert_serves(handler)


@pytest.mark.parametrize("name", UNSUPPORTED_EVENTS)
def test_other_event_raises_one_error_that_names_what_is_accepted(
    handler: Handler,
    name: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    capfd.readouterr()
    with pytest.raises(Exception, match="This event is not accepted") as raised:
        handler(UNSUPPORTED_EVENTS[name], Context())
    error = raised.value
    assert type(error).__name__ == "UnsupportedEventError"
    for accepted in ("function URL", "API Gateway", "Load Balancer", '{"warm-up": true}'):
        assert accepted in str(error)
    assert str(error).count(".") == 1, "more than one sentence"
    assert error.__cause__ is None
    assert error.__context__ is None
    own, handlers = traceback.extract_tb(error.__traceback__)
    assert own.filename == __file__
    assert handlers.filename.endswith("aws_lambda.py")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert_serves(handler)
