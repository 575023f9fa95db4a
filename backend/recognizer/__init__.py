"""Recognition of handwritten digits: image bytes in, prediction out.

    from recognizer import recognize

    prediction = recognize(open("seven.png", "rb").read())
    print(prediction.digit, prediction.confidence)

Needs numpy, Pillow and onnxruntime only. The web application around it is `recognizer.api`.
"""

from recognizer.classifier import Prediction, Verdict
from recognizer.errors import ImageError, ModelError
from recognizer.recognizer import Recognition, Recognizer, StageTimings, recognize

__version__ = "0.2.0"

__all__ = [
    "ImageError",
    "ModelError",
    "Prediction",
    "Recognition",
    "Recognizer",
    "StageTimings",
    "Verdict",
    "recognize",
]
