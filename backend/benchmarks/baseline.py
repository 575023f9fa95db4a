"""The plain way to put this model on Lambda, as tutorials write it: what we are held against.

FastAPI and Mangum with their defaults, a Pydantic body with a base64 PNG, Pillow to make it 28×28,
an onnxruntime session with its defaults.
"""

import base64
import io
from pathlib import Path

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from mangum import Mangum
from PIL import Image, ImageOps
from pydantic import BaseModel

MODEL = Path(__file__).parents[1] / "recognizer" / "model" / "digits.onnx"

app = FastAPI()
session = ort.InferenceSession(str(MODEL))


class PredictRequest(BaseModel):
    """A picture."""

    image: str


class PredictResponse(BaseModel):
    """Its digit."""

    digit: int
    confidence: float
    probabilities: list[float]


@app.post("/predict")
def predict(request: PredictRequest) -> PredictResponse:
    """Read the digit in a base64 PNG."""
    image = Image.open(io.BytesIO(base64.b64decode(request.image))).convert("L")
    image = ImageOps.invert(image).resize((28, 28))
    ink = np.array(image, dtype=np.float32) / 255.0
    logits = session.run(None, {"ink": ink[None]})[0][0][:10]
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum()
    digit = int(probabilities.argmax())
    return PredictResponse(
        digit=digit,
        confidence=float(probabilities[digit]),
        probabilities=probabilities.tolist(),
    )


handler = Mangum(app)
