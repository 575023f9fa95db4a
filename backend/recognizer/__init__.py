"""Recognition of handwritten digits: image bytes in, prediction out.

    from recognizer import recognize

    prediction = recognize(open("seven.png", "rb").read())
    print(prediction.digit, prediction.confidence)

Needs numpy, Pillow and onnxruntime only. The web application around it is `recognizer.api`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognizer.answer import Prediction
    from recognizer.classifier import DigitPrediction, Verdict
    from recognizer.errors import ImageError, ModelError
    from recognizer.layout import Number, PlacedDigit
    from recognizer.preprocessing import Box
    from recognizer.recognizer import Recognition, Recognizer, StageTimings, recognize

__version__ = "0.2.0"

__all__ = [
    "Box",
    "DigitPrediction",
    "ImageError",
    "ModelError",
    "Number",
    "PlacedDigit",
    "Prediction",
    "Recognition",
    "Recognizer",
    "StageTimings",
    "Verdict",
    "recognize",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562).

    Importing any module of the package runs this one first, so imports at the top would load numpy
    and onnxruntime before `recognizer.api.aws_lambda` can prepare for a fast start.
    """
    if name in __all__:
        for module in ("errors", "preprocessing", "classifier", "layout", "answer", "recognizer"):
            members = vars(import_module(f"{__name__}.{module}"))
            if name in members:
                return members[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
