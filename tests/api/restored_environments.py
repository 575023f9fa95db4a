"""Stands in for SnapStart: loads the Lambda function once, then forks a process per environment.

Prints a JSON object for each of them, among the lines that the function logs.
"""

import json
import os
import sys
from typing import Any

from api.events import Context, event_of
from api.requests import BODY_KINDS, Request, raw_request

from support.images import digit_image, encode


def handle_first_requests(handler: Any, name: str) -> dict[str, Any]:
    """Return what the first requests of an environment got, and which modules they loaded."""
    loaded = set(sys.modules)
    image = digit_image(7)
    requests = [
        raw_request(encode(image.convert("RGBA")), path="/predict?explain=true"),
        *(as_body(encode(image, "JPEG")) for as_body in BODY_KINDS.values()),
        *(raw_request(encode(image, image_format)) for image_format in ("WEBP", "GIF", "BMP")),
        Request(path="/health", method="GET"),
    ]
    responses = [
        handler(event_of(request), Context(f"{name}-{number}"))
        for number, request in enumerate(requests)
    ]
    bodies = [json.loads(response["body"]) for response in responses]
    return {
        "environment": name,
        "statuses": [response["statusCode"] for response in responses],
        "ids": [body["id"] for body in bodies if "id" in body],
        "digits": [body["digit"] for body in bodies if "digit" in body],
        "loaded": sorted(set(sys.modules) - loaded),
    }


def main() -> None:
    from recognizer.api.aws_lambda import handler

    print(json.dumps({"snapshot": True}), flush=True)
    for name in ("first", "second"):
        child = os.fork()
        if child == 0:
            print(json.dumps(handle_first_requests(handler, name)), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
