"""Events as AWS sends them to the Lambda function, and the shape of its responses."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from api.requests import Request

Event = dict[str, Any]
Handler = Callable[[object, object], dict[str, Any]]
Load = Callable[..., Handler]


class Context(NamedTuple):
    """The context that AWS passes with an event."""

    aws_request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


def logged_records(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the records that were logged since the last call."""
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


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

# The default input of EventBridge Scheduler.
SCHEDULED_BY_SCHEDULER: Event = {
    **SCHEDULED,
    "source": "aws.scheduler",
    "resources": ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/my-schedule"],
    "detail": "{}",
}

WARM_UPS: dict[str, Event] = {
    "rule of EventBridge": SCHEDULED,
    "EventBridge Scheduler": SCHEDULED_BY_SCHEDULER,
    "explicit": {"warm-up": True},
}

STAGE, BASE_PATH = "/prod", "/service/prod"
"""Prefixes of paths: a named stage of API Gateway, and a custom domain's mapping to an API."""


def event_of(request: Request, *, as_text: bool = False) -> Event:
    """Return a function URL's event for a request, in payload version 2.0.

    Its body is in base64 unless `as_text`.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    address = urlsplit(request.path)
    body = request.body.decode() if as_text else base64.b64encode(request.body).decode()
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
            "content-length": str(len(request.body)),
            **request.headers,
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefg",
            "domainName": "abcdefg.lambda-url.eu-central-1.on.aws",
            "domainPrefix": "abcdefg",
            "http": {
                "method": request.method,
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
        "isBase64Encoded": bool(request.body) and not as_text,
    }
    # A function URL leaves the field out if the request has no body.
    return {**event, "body": body} if request.body else event


def response_json(response: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """Return the JSON body of a response that a function URL must accept."""
    assert set(response) <= {"statusCode", "headers", "body", "isBase64Encoded", "cookies"}
    assert response["statusCode"] == status, response["body"]
    assert response["headers"]["content-type"] == "application/json"
    assert response["isBase64Encoded"] is False
    json.dumps(response)  # Lambda serializes the response
    content: dict[str, Any] = json.loads(response["body"])
    return content


def encoded_body(request: Request) -> Event:
    """Return the fields of a body: text if it is JSON, base64 if it may be binary."""
    if not request.body:
        return {"body": None, "isBase64Encoded": False}
    if request.content_type == "application/json":
        with suppress(UnicodeDecodeError):
            return {"body": request.body.decode(), "isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def forwarded(request: Request, host: str) -> dict[str, str]:
    """Return a request's headers as they arrive."""
    return {
        "host": host,
        "user-agent": "test",
        "x-amzn-trace-id": "Root=1-5bdb40ca-556d8b0c50dc66f0511bf520",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "content-length": str(len(request.body)),
        **request.headers,
    }


API_HOST = "abcdefg.execute-api.eu-central-1.amazonaws.com"


def http_api_event(request: Request, stage: str = "$default") -> Event:
    """Return the event of an HTTP API, in payload version 2.0.

    Its paths begin with the name of a stage other than `$default`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    event = event_of(request)
    path = event["rawPath"] if stage == "$default" else f"/{stage}{event['rawPath']}"
    context = event["requestContext"] | {"domainName": API_HOST, "stage": stage}
    context["http"] = context["http"] | {"path": path}
    address = {"rawPath": path, "headers": forwarded(request, API_HOST), "requestContext": context}
    return event | address | encoded_body(request)


def rest_api_event(request: Request, *, base_path: str = "", resource: str = "/{proxy+}") -> Event:
    """Return the event of a REST API, on the stage's address or below a custom domain's base path.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    address = urlsplit(request.path)
    host = "digits.example.com" if base_path else API_HOST
    query = parse_qs(address.query, keep_blank_values=True)
    headers = {name.title(): text for name, text in forwarded(request, host).items()}
    proxy = address.path.removeprefix("/")
    return {
        "resource": resource if proxy else "/",
        "path": base_path + address.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [text] for name, text in headers.items()},
        "queryStringParameters": {name: texts[-1] for name, texts in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": proxy} if proxy and "proxy" in resource else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefg",
            "domainName": host,
            "domainPrefix": host.split(".")[0],
            "extendedRequestId": "Yn0sSHmJFiAEZIw=",
            "httpMethod": request.method,
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "test", "user": None},
            "path": (base_path or STAGE) + address.path,
            "protocol": "HTTP/1.1",
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
            "requestTime": "22/Nov/2026:06:00:00 +0000",
            "requestTimeEpoch": 1795327200000,
            "resourceId": "abc123",
            "resourcePath": resource,
            "stage": STAGE.removeprefix("/"),
        },
        **encoded_body(request),
    }


def http_api_1_event(request: Request, stage: str = "$default") -> Event:
    """Return the event of an HTTP API, in payload version 1.0, from the route `$default`."""
    event = rest_api_event(request)
    path = event["path"] if stage == "$default" else f"/{stage}{event['path']}"
    context = event["requestContext"] | {"path": path, "stage": stage, "resourcePath": "$default"}
    route = {"version": "1.0", "resource": "$default", "path": path, "pathParameters": None}
    return event | route | {"requestContext": context}


def load_balancer_event(request: Request, *, multiple_values: bool = False) -> Event:
    """Return the event of an Application Load Balancer.

    It has lists of values if the target group has them enabled, and a query that is still encoded.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    """
    address = urlsplit(request.path)
    headers = forwarded(request, "digits-846800462.eu-central-1.elb.amazonaws.com")
    query = dict(part.split("=") for part in address.query.split("&") if part)
    event = {
        "requestContext": {
            "elb": {
                "targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:"
                "targetgroup/digits/6d0ecf831eec9f09"
            }
        },
        "httpMethod": request.method,
        "path": address.path,
        **encoded_body(request),
        "body": encoded_body(request)["body"] or "",
    }
    if multiple_values:
        return event | {
            "multiValueHeaders": {name: [text] for name, text in headers.items()},
            "multiValueQueryStringParameters": {name: [text] for name, text in query.items()},
        }
    return event | {"headers": headers, "queryStringParameters": query}


HEALTH_CHECK: Event = {
    "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:…"}},
    "httpMethod": "GET",
    "path": "/health",
    "queryStringParameters": {},
    "headers": {"user-agent": "ELB-HealthChecker/2.0"},
    "body": "",
    "isBase64Encoded": False,
}
"""The request of a load balancer whose target group has health checks enabled."""


class Source(NamedTuple):
    """A sender of HTTP events: how it makes them, and what it accepts as a response."""

    event: Callable[[Request], Event]
    fields: frozenset[str]
    root_path: str = ""
    """The prefix of the routes in the paths that clients use."""


RESPONSE = {"statusCode", "body", "isBase64Encoded"}
PAYLOAD_2 = frozenset(RESPONSE | {"headers"})
PAYLOAD_1 = frozenset(RESPONSE | {"headers", "multiValueHeaders"})
SINGLE = frozenset(RESPONSE | {"statusDescription", "headers"})
MULTIPLE = frozenset(RESPONSE | {"statusDescription", "multiValueHeaders"})

SOURCES: dict[str, Source] = {
    "function URL": Source(event_of, PAYLOAD_2),
    "HTTP API": Source(http_api_event, PAYLOAD_2),
    "HTTP API, named stage": Source(partial(http_api_event, stage="prod"), PAYLOAD_2, STAGE),
    "HTTP API, payload 1.0": Source(http_api_1_event, PAYLOAD_1),
    "REST API": Source(rest_api_event, PAYLOAD_1, STAGE),
    "REST API, custom domain": Source(
        partial(rest_api_event, base_path=BASE_PATH), PAYLOAD_1, BASE_PATH
    ),
    "load balancer": Source(load_balancer_event, SINGLE),
    "load balancer, multiple values": Source(
        partial(load_balancer_event, multiple_values=True), MULTIPLE
    ),
}
"""Every sender of HTTP events that the function serves."""


def response_headers(response: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a response to any source."""
    headers: dict[str, str] = response.get("headers", {})
    if "multiValueHeaders" in response:
        lists: dict[str, list[str]] = response["multiValueHeaders"]
        headers |= {name: ", ".join(texts) for name, texts in lists.items()}
    return headers


def source_json(source: Source, response: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """Return the JSON body of a response that a source must accept."""
    assert set(response) == source.fields
    assert response["statusCode"] == status, response["body"]
    assert response_headers(response)["content-type"] == "application/json"
    assert response["isBase64Encoded"] is False
    json.dumps(response)  # Lambda serializes the response
    content: dict[str, Any] = json.loads(response["body"])
    return content
