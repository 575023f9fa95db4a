"""The application as an AWS Lambda function behind a function URL."""

import gc
from functools import cache

# While everything is imported nothing becomes garbage, but looking for it takes a tenth of a start.
gc.disable()

from typing import Any

from pydantic import BaseModel

# FastAPI defines dozens of models, mostly for its documentation: each is built when first used.
BaseModel.model_config["defer_build"] = True

from mangum import Mangum
from mangum.types import LambdaConfig, LambdaContext, LambdaEvent, Response, Scope

from recognizer.app import create_app
from recognizer.log import log_for_cloudwatch
from recognizer.settings import Settings
from recognizer.stores import open_store
from recognizer.watch import Watch


class WarmUp:
    """Answers whatever is no HTTP request, such as a scheduled event, with the health check.

    Mangum would raise an error for it, and log a traceback.
    """

    @classmethod
    def infer(cls, event: Any, _: LambdaContext, __: LambdaConfig) -> bool:
        """Whether an event is anything but a function URL's (payload version 2.0)."""
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
app = create_app(settings, cache(lambda: open_store(settings.feedback)))
app.add_middleware(Watch, tellers=[log_for_cloudwatch])

# Mangum runs the lifespan anew for each event unless it is off; there is nothing to start.
handler = Mangum(app, lifespan="off", custom_handlers=[WarmUp])

gc.freeze()  # what is there now stays: the collector need not visit it again
gc.enable()
