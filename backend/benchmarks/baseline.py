"""The baseline: a model on Lambda as a tutorial would put it there.

FastAPI and Mangum with their defaults, a Pydantic body with a base64 image, Pillow to make it
28×28, an onnxruntime session with its defaults. The model is this project's, or that at the path
BASELINE_MODEL.
"""

import base64
import io
import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from mangum import Mangum
from PIL import Image, ImageOps
from pydantic import BaseModel

RELEASED = Path(__file__).parents[1] / "recognizer" / "model" / "digits.onnx"

app = FastAPI()
session = ort.InferenceSession(os.environ.get("BASELINE_MODEL", str(RELEASED)))
input_name = session.get_inputs()[0].name


class PredictRequest(BaseModel):
    """An image."""

    image: str


class PredictResponse(BaseModel):
    """The prediction for it."""

    digit: int
    confidence: float
    probabilities: list[float]


@app.post("/predict")
def predict(request: PredictRequest) -> PredictResponse:
    """Recognize the digit in a base64 image."""
    image = Image.open(io.BytesIO(base64.b64decode(request.image))).convert("L")
    image = ImageOps.invert(image).resize((28, 28))
    model_input = np.array(image, dtype=np.float32) / 255.0
    logits = session.run(None, {input_name: model_input[None]})[0][0][:10]
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum()
    digit = int(probabilities.argmax())
    return PredictResponse(
        digit=digit,
        confidence=float(probabilities[digit]),
        probabilities=probabilities.tolist(),
    )


handler = Mangum(app)
