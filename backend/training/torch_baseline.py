"""The baseline of `make bench` with torch in place of onnxruntime: what ONNX saves.

TORCH_WEIGHTS is the path of the released network's weights, which training.torch_weights writes.
"""

import base64
import io
import os

import numpy as np
import torch
from fastapi import FastAPI
from mangum import Mangum
from PIL import Image, ImageOps
from pydantic import BaseModel

from training.model import DigitCNN

app = FastAPI()
model = DigitCNN()
model.load_state_dict(torch.load(os.environ["TORCH_WEIGHTS"]))
model.eval()


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
    model_input = torch.from_numpy(np.array(image, dtype=np.float32) / 255.0)
    with torch.no_grad():
        probabilities = model(model_input[None])[0, :10].softmax(dim=0)
    digit = int(probabilities.argmax())
    return PredictResponse(
        digit=digit,
        confidence=float(probabilities[digit]),
        probabilities=probabilities.tolist(),
    )


handler = Mangum(app)
