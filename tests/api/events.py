"""Events as AWS sends them to the Lambda function, and the shape of its responses."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from api.requests import Request

Event = dict[str, Any]

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

NON_HTTP_EVENTS: dict[str, object] = {
    "null": None,
    "empty object": {},
    "list": [SCHEDULED],
    "string": "warm up",
    "schedule": SCHEDULED,
    "empty context": {"requestContext": {}},
    "context is a string": {"requestContext": "http"},
    "HTTP is a string": {"version": "2.0", "requestContext": {"http": "GET"}},
    "queue message": {"Records": [{"eventSource": "aws:sqs", "body": "7"}]},
    "load balancer health check": {"requestContext": {"elb": {"targetGroupArn": "arn"}}},
}


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
