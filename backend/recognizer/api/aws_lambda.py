"""The application as an AWS Lambda function behind a function URL."""

import gc
from functools import cache

# Imports produce no garbage, but searching for it takes a tenth of a cold start.
gc.disable()

from typing import Any

from pydantic import BaseModel

# FastAPI defines dozens of models, mostly for its documentation; build each on first use.
BaseModel.model_config["defer_build"] = True

from mangum import Mangum
from mangum.types import LambdaConfig, LambdaContext, LambdaEvent, Response, Scope

from recognizer.api.app import create_app
from recognizer.api.cloudwatch import log_to_cloudwatch
from recognizer.api.middleware import RequestLogMiddleware
from recognizer.api.settings import Settings
from recognizer.feedback import open_store


class NonHTTPEvent:
    """Mangum handler that turns events other than HTTP requests into health checks.

    A scheduled warm-up is such an event; without this handler Mangum raises an error for it.
    """

    @classmethod
    def infer(cls, event: Any, _: LambdaContext, __: LambdaConfig) -> bool:
        """Return whether an event is anything but a function URL's (payload version 2.0)."""
        request = event.get("requestContext") if isinstance(event, dict) else None
        return not (isinstance(request, dict) and isinstance(request.get("http"), dict))

    def __init__(self, event: LambdaEvent, context: LambdaContext, _: LambdaConfig) -> None:
        self.body = b""
        self.scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "headers": [],
            "path": "/health",
            "raw_path": None,
            "root_path": "",
            "scheme": "https",
            "query_string": b"",
            "server": ("lambda", 443),
            "client": ("lambda", 0),
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "aws.event": event,
            "aws.context": context,
        }

    def __call__(self, response: Response) -> dict[str, object]:
        return {"statusCode": response["status"], "body": response["body"].decode()}


settings = Settings.from_environment()
app = create_app(settings, cache(lambda: open_store(settings.feedback_uri)))
app.add_middleware(RequestLogMiddleware, sinks=[log_to_cloudwatch])

# Mangum runs the lifespan on every event unless it is off; there is nothing to start.
handler = Mangum(app, lifespan="off", custom_handlers=[NonHTTPEvent])

gc.freeze()  # what exists now stays, so the collector never needs to visit it
gc.enable()
