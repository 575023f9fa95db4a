"""Events that reach a Lambda function: HTTP requests in every form, and everything else."""

import base64
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from api.events import NON_HTTP_EVENTS, SCHEDULED, Event, event_of
from api.requests import Request

ADDRESS = "203.0.113.7"


def function_url(request: Request) -> Event:
    return event_of(request)


def http_api(request: Request) -> Event:
    """Return API Gateway's event in payload version 2.0, of a named stage."""
    event = event_of(request)
    path = f"/production{urlsplit(request.path).path}"
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["stage"] = "production"
    return event


def http_api_1(request: Request) -> Event:
    """Return API Gateway's event in payload version 1.0."""
    return {"version": "1.0", **rest_api(request)}


def rest_api(request: Request) -> Event:
    """Return a REST API's event."""
    context = {
        "resourcePath": "/{proxy+}",
        "httpMethod": request.method,
        "path": f"/production{urlsplit(request.path).path}",
        "stage": "production",
        "identity": {"sourceIp": ADDRESS, "userAgent": "test"},
        "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
    }
    multiple = {name: [text] for name, text in {**headers(request)}.items()}
    return {
        "resource": "/{proxy+}",
        **proxied(request),
        "multiValueHeaders": multiple,
        "multiValueQueryStringParameters": {name: [text] for name, text in query(request).items()},
        "pathParameters": {"proxy": "predict"},
        "stageVariables": None,
        "requestContext": context,
    }


def load_balancer(request: Request) -> Event:
    """Return an application load balancer's event."""
    group = (
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lambda/49e9d65c45c6791a"
    )
    return {"requestContext": {"elb": {"targetGroupArn": group}}, **proxied(request)}


def load_balancer_with_lists(request: Request) -> Event:
    """Return the event of a load balancer whose headers may have several values."""
    event = load_balancer(request)
    event["multiValueHeaders"] = {name: [text] for name, text in event.pop("headers").items()}
    parameters = event.pop("queryStringParameters")
    event["multiValueQueryStringParameters"] = {name: [text] for name, text in parameters.items()}
    return event


def proxied(request: Request) -> Event:
    """Return what events of REST APIs and load balancers have in common."""
    return {
        "httpMethod": request.method,
        "path": urlsplit(request.path).path,
        "headers": headers(request),
        "queryStringParameters": query(request),
        "body": base64.b64encode(request.body).decode() or None,
        "isBase64Encoded": bool(request.body),
    }


def headers(request: Request) -> dict[str, str]:
    return {"host": "example.org", "x-forwarded-proto": "https", **request.headers}


def query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))


HTTP_EVENTS = {
    "function URL": function_url,
    "HTTP API": http_api,
    "HTTP API, payload 1.0": http_api_1,
    "REST API": rest_api,
    "load balancer": load_balancer,
    "load balancer, lists": load_balancer_with_lists,
}

OTHER_EVENTS: dict[str, Any] = {
    **NON_HTTP_EVENTS,
    "warm-up": {"warm-up": True},
    "direct": {"image": "iVBORw0KGgo="},
    "queue": {
        "Records": [
            {
                "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
                "body": "Test message.",
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:my-queue",
            }
        ]
    },
    "bucket": {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": "b"}, "object": {"key": "seven.png", "size": 1024}},
            }
        ]
    },
    "topic": {"Records": [{"EventSource": "aws:sns", "Sns": {"Subject": "s", "Message": "Hello"}}]},
    "stream": {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": "SGVsbG8="}}]},
    "WebSocket": {
        "requestContext": {"routeKey": "$connect", "eventType": "CONNECT", "connectionId": "a="},
        "isBase64Encoded": False,
    },
    "Lambda@Edge": {
        "Records": [
            {
                "cf": {
                    "config": {"eventType": "origin-request"},
                    "request": {
                        "clientIp": ADDRESS,
                        "headers": {"host": [{"key": "Host", "value": "example.org"}]},
                        "method": "GET",
                        "querystring": "",
                        "uri": "/health",
                    },
                }
            }
        ]
    },
    "several schedules": [SCHEDULED, SCHEDULED],
}
"""Events that are not HTTP requests to this application."""
