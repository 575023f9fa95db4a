"""A recognition as the JSON object that goes over the wire."""

from collections.abc import Callable
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.answer import Prediction
from recognizer.api.data_url import encode_input
from recognizer.layout import Number, PlacedDigit
from recognizer.preprocessing import Box, ModelInput
from recognizer.recognizer import Recognition

MIN_EXPLAINED = 0.01
"""Probability from which on a digit is explained."""

PIXEL_DECIMALS = 3
"""Decimals of a box's sides that count: more are errors of its scale's rounding."""

Explain = Callable[[ModelInput], NDArray[np.float64]]
"""Returns what speaks for each digit in a model input: (10, 7, 7)."""


def prediction_body(
    recognition: Recognition, model_version: str, prediction_id: str, explain: Explain | None
) -> dict[str, Any]:
    """Return the response to an image, with explanations if there is a function for them."""
    prediction = recognition.prediction
    probabilities = prediction.probabilities
    body: dict[str, Any] = {
        "digit": prediction.digit,
        "verdict": prediction.verdict,
        "confidence": prediction.confidence,
        "probabilities": None if probabilities is None else probabilities.tolist(),
        "model": model_version,
        "id": prediction_id,
        "numbers": [number_body(number, explain) for number in prediction.numbers],
    }
    if explain is not None:
        if prediction.digit is None:
            explained = explanation(recognition.model_input, probabilities, explain)
        else:
            explained = body["numbers"][0]["digits"][0]
        body |= {name: explained[name] for name in ("input", "evidence")}
    return body


def number_body(number: Number, explain: Explain | None) -> dict[str, Any]:
    """Return a number of the response."""
    return {
        "text": number.text,
        "verdict": number.verdict,
        "confidence": number.confidence,
        "box": whole_pixels(number.box),
        "digits": [digit_body(placed, explain) for placed in number.digits],
    }


def digit_body(placed: PlacedDigit, explain: Explain | None) -> dict[str, Any]:
    """Return a digit of a number of the response."""
    prediction = placed.prediction
    body: dict[str, Any] = {
        "digit": prediction.digit,
        "verdict": prediction.verdict,
        "confidence": prediction.confidence,
        "probabilities": prediction.probabilities.tolist(),
        "box": whole_pixels(placed.box),
    }
    if explain is not None:
        body |= explanation(placed.model_input, prediction.probabilities, explain)
    return body


def explanation(
    model_input: ModelInput | None, probabilities: NDArray[np.float64] | None, explain: Explain
) -> dict[str, Any]:
    """Return the model input and the evidence for the digits that are likely enough."""
    if model_input is None or probabilities is None:
        return {"input": None, "evidence": None}
    grids = explain(model_input).round(4)
    likely = [
        digit for digit in np.argsort(-probabilities) if probabilities[digit] >= MIN_EXPLAINED
    ]
    return {
        "input": encode_input(model_input),
        "evidence": [{"digit": int(digit), "grid": grids[digit].tolist()} for digit in likely],
    }


def whole_pixels(box: Box) -> tuple[int, int, int, int]:
    """Return the left, top, width and height of a box in whole pixels, rounded outward."""
    left, top = round(box.left, PIXEL_DECIMALS), round(box.top, PIXEL_DECIMALS)
    right = round(box.left + box.width, PIXEL_DECIMALS)
    bottom = round(box.top + box.height, PIXEL_DECIMALS)
    return floor(left), floor(top), ceil(right) - floor(left), ceil(bottom) - floor(top)


def predicted_text(prediction: Prediction) -> str | None:
    """Return the digits of a prediction, such as "7" or "42 7"; None if it has none."""
    return " ".join(number.text for number in prediction.numbers) or None
