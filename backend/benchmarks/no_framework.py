"""The lower bound: this project's library as a Lambda handler, without a web framework."""

import base64
import json
from typing import Any

from recognizer import Recognizer

recognizer = Recognizer()


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Handle a function URL's event whose body is an image."""
    prediction = recognizer.recognize(base64.b64decode(event["body"])).prediction
    body = {"digit": prediction.digit, "confidence": prediction.confidence}
    return {"statusCode": 200, "body": json.dumps(body)}
