"""Events as AWS sends them to the Lambda function, and what it may answer."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from api.requests import Call

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
