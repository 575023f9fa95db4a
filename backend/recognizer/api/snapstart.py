"""What first requests load, loaded before Lambda takes its snapshot of the process (SnapStart).

Every environment is restored from the same snapshot, so nothing here creates what must be unique or
fresh in each: IDs, clocks, connections, credentials, and the mark of a cold start.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

import base64
import json
from collections.abc import Iterator
from io import BytesIO

from mangum import Mangum
from mangum.types import LambdaEvent
from PIL import Image
from starlette.types import ASGIApp, Receive, Scope, Send

from recognizer.api.lambda_events import read_http_event
from recognizer.api.request_log import RequestRecord

FORMATS = (
    ("PNG", "RGBA"),
    ("PNG", "L"),
    ("JPEG", "RGB"),
    ("WEBP", "RGB"),
    ("GIF", "L"),
    ("BMP", "L"),
)
"""Image formats, each with a mode that images of it often have."""

FORM_START = b"--digit\r\ncontent-disposition: form-data; name=file; filename=digit\r\n\r\n"
FORM_END = b"\r\n--digit--\r\n"


def warm_up(app: ASGIApp) -> None:
    """Let the application recognize an image of each format, in each kind of body.

    No record is made of these requests. Raises RuntimeError if one of them fails, so that no
    snapshot is taken.
    """
    adapter = Mangum(RecordFreeMiddleware(app), lifespan="off")
    for event in prediction_events():
        response = adapter(read_http_event(event), None)  # type: ignore[arg-type]
        if response["statusCode"] != 200:
            raise RuntimeError(f"The application failed while warming up: {response['body']}")


class RecordFreeMiddleware:
    """ASGI middleware that gives routes a record to fill in and throws it away."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"record": RequestRecord()}
        await self.app(scope, receive, send)


def prediction_events() -> Iterator[LambdaEvent]:
    """Yield events of a function URL that ask for predictions, with every part of the response."""
    for image_format, mode in FORMATS:
        content = digit_file(image_format, mode)
        body = json.dumps({"image": base64.b64encode(content).decode()})
        form = FORM_START + content + FORM_END
        yield post(f"image/{image_format.lower()}", content)
        yield post("application/json", body.encode())
        yield post("multipart/form-data; boundary=digit", form)


def post(content_type: str, body: bytes) -> LambdaEvent:
    """Return the event of a request to /predict."""
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST", "path": "/predict"}},
        "rawQueryString": "explain=true",
        "headers": {"content-type": content_type},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def digit_file(image_format: str, mode: str) -> bytes:
    """Return an image file with an upright bar, dark on light."""
    image = Image.new(mode, (300, 300), "white")
    image.paste("black", (140, 60, 160, 240))
    buffer = BytesIO()
    image.save(buffer, image_format)
    return buffer.getvalue()
