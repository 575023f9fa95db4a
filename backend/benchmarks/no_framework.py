"""The least that a prediction can cost: this project's own reading, without any web framework."""

import base64
import json
from typing import Any

from recognizer.classifier import Classifier
from recognizer.decoding import decode_picture
from recognizer.preprocessing import preprocess

classify = Classifier()


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer a function URL's event that carries a picture as its body."""
    picture = decode_picture(base64.b64decode(event["body"]), 4_000_000, 16_000_000)
    reading = classify(preprocess(picture))
    answer = {"digit": reading.digit, "probabilities": reading.probabilities.tolist()}
    return {"statusCode": 200, "body": json.dumps(answer)}
