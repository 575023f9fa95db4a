"""The application as an AWS Lambda function.

It serves HTTP requests that arrive through a function URL, API Gateway or an Application Load
Balancer.
"""

import gc
import os
from functools import cache

# Imports produce no garbage, but searching for it takes a tenth of a cold start.
gc.disable()

from recognizer.api.cold_start import defer_imports, defer_models

defer_imports()
defer_models()

from http import HTTPStatus
from typing import Any

from mangum import Mangum
from mangum.types import LambdaContext, LambdaEvent
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recognizer.api.app import create_app
from recognizer.api.cloudwatch import log_to_cloudwatch
from recognizer.api.errors import APIError
from recognizer.api.lambda_events import (
    HEALTH_CHECK,
    UnsupportedEventError,
    is_warm_up,
    read_http_event,
)
from recognizer.api.middleware import RequestLogMiddleware
from recognizer.api.settings import Settings
from recognizer.feedback import open_store


class EventMiddleware:
    """ASGI middleware for the fields of an event that Mangum does not read.

    It sets the root path, and raises APIError out of `receive` for an invalid body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        event = scope["aws.event"]
        scope["root_path"] = event["rootPath"]
        scope["path"] = event["rootPath"] + scope["path"]
        scope["raw_path"] = scope["path"].encode()
        await self.app(scope, reject_body if event["hasInvalidBody"] else receive, send)


async def reject_body() -> Message:
    """Raise APIError in place of receiving a body."""
    raise APIError(
        "bad_event",
        "The body in the Lambda event cannot be read; it must be a string, and base64 if"
        " isBase64Encoded is true.",
    )


settings = Settings.from_environment()
app = EventMiddleware(create_app(settings, cache(lambda: open_store(settings.feedback_uri))))

# Mangum runs the lifespan on every event unless it is off; there is nothing to start.
adapter = Mangum(RequestLogMiddleware(app, sinks=[log_to_cloudwatch]), lifespan="off")


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Return the response to an HTTP request; a warm-up is answered like a health check.

    Raises UnsupportedEventError for any other event.
    """
    request = read_http_event(HEALTH_CHECK if is_warm_up(event) else event)
    if request is None:
        raise UnsupportedEventError
    return complete(adapter(request, context), request)


def complete(response: dict[str, Any], request: LambdaEvent) -> dict[str, Any]:
    """Return Mangum's response in the form that the event's sender needs."""
    status = HTTPStatus(response["statusCode"])
    if "elb" in request["requestContext"]:
        response["statusDescription"] = f"{status.value} {status.phrase}"
    if status is HTTPStatus.NO_CONTENT:
        for field in ("headers", "multiValueHeaders"):  # Mangum gives every response a type
            response.get(field, {}).pop("content-type", None)
    return response


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    from recognizer.api.snapstart import warm_up

    warm_up(app)
    if settings.feedback_uri.startswith("s3://"):
        import recognizer.feedback.s3  # noqa: F401  # imported, but not connected

gc.freeze()  # what exists now stays, so the collector never needs to visit it
gc.enable()
