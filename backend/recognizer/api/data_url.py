"""Model inputs on the wire: data: URLs of 28×28 grayscale PNGs, white on black."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from recognizer.api.errors import APIError
from recognizer.preprocessing import INPUT_SIZE, ModelInput

PREFIX = "data:image/png;base64"


def encode_input(model_input: ModelInput) -> str:
    """Return the data: URL of a (28, 28) model input."""
    buffer = BytesIO()
    Image.fromarray((model_input * 255).round().astype(np.uint8)).save(buffer, format="PNG")
    return f"{PREFIX},{base64.b64encode(buffer.getvalue()).decode()}"


def decode_input(data_url: str) -> bytes:
    """Return the 784 gray levels of a model input as `encode_input` wrote it.

    Raises APIError if it is anything else.
    """
    invalid = APIError(
        "invalid_input",
        'The "input" is not that of a prediction: a 28×28 grayscale PNG as a data: URL.',
    )
    prefix, _, encoded = data_url.partition(",")
    if prefix != PREFIX:
        raise invalid
    try:
        content = BytesIO(base64.b64decode(encoded, validate=True))
        with Image.open(content, formats=["PNG"]) as image:
            if image.size != (INPUT_SIZE, INPUT_SIZE) or image.mode != "L":
                raise invalid
            return np.asarray(image).tobytes()
    except APIError:
        raise
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        raise invalid from error
