"""Requests of all kinds, and how the metrics must count them."""

from collections import Counter
from dataclasses import dataclass, field

import httpx
from api.invalid_requests import INVALID_REQUESTS
from api.requests import BODY_KINDS

from support.images import digit_image, encode, grid_image
from support.server import RESPONSE_TIMEOUT

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

INVALID = (
    "image: words",
    "image: empty",
    "pixels: PNG header of 65,000 by 65,000",
    "content type: text/plain",
    "JSON: no image",
    "JSON: words",
)
"""Names of invalid requests, each with another error code."""


@dataclass
class Traffic:
    """What was sent, as the metrics must count it."""

    images: int = 0
    predictions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By digit and verdict."""
    errors: Counter[str] = field(default_factory=Counter)
    """By error code."""
    feedback: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By label and whether the prediction was correct."""

    @property
    def requests(self) -> int:
        """All requests to /predict and /feedback."""
        return self.images + self.feedback.total() + self.errors["unknown_prediction"]

    def accuracy(self, label: str | None = None) -> float:
        """Return the fraction of feedback that is positive; for one label, or for all."""
        counts = {key: n for key, n in self.feedback.items() if label in (None, key[0])}
        return sum(n for (_, correct), n in counts.items() if correct == "true") / sum(
            counts.values()
        )


def send_traffic(url: str) -> Traffic:
    """Send valid images of many kinds, invalid requests, and positive and negative feedback."""
    traffic = Traffic()
    for digit in range(10):
        # A connection per digit, so that both workers serve some.
        with httpx.Client(base_url=url, timeout=RESPONSE_TIMEOUT) as client:
            send_digit(client, digit, traffic)
    with httpx.Client(base_url=url, timeout=RESPONSE_TIMEOUT) as client:
        for image in (grid_image(), digit_image(7, ink=255), digit_image(1, pen=0.22)):
            prediction = send_image(client, encode(image), "body", traffic)
            send_feedback(client, prediction, None, traffic)
        for invalid in (INVALID_REQUESTS[name] for name in INVALID):
            for _ in range(3):
                assert invalid.make().send(client).status_code == invalid.status
                traffic.images += 1
                traffic.errors[invalid.code] += 1
        feedback = client.post("/feedback", json={"id": "unknown", "digit": 3})
        assert feedback.status_code == 422
        traffic.errors["unknown_prediction"] += 1
    return traffic


def send_digit(client: httpx.Client, digit: int, traffic: Traffic) -> None:
    """Send a digit in dark and in light ink, in each kind of body, and feedback on it."""
    for ink, paper in ((0, 255), (255, 0)):
        for kind in BODY_KINDS:
            image = digit_image(digit, ink, paper).convert("RGB")
            file_format = FORMATS[(digit + ink + len(kind)) % len(FORMATS)]
            send_image(client, encode(image, file_format), kind, traffic)
    for label in (*[digit] * (1 + digit % 3), (digit + 1) % 10):
        prediction = send_image(client, encode(digit_image(digit)), "body", traffic)
        send_feedback(client, prediction, label, traffic)


def send_feedback(
    client: httpx.Client, prediction: dict[str, object], label: int | None, traffic: Traffic
) -> None:
    """Send feedback on a prediction; the label None says that it was not a digit."""
    feedback = client.post("/feedback", json={"id": prediction["id"], "digit": label})
    assert feedback.status_code == 204
    correct = "true" if prediction["digit"] == label else "false"
    traffic.feedback["none" if label is None else str(label), correct] += 1


def send_image(
    client: httpx.Client, image: bytes, kind: str, traffic: Traffic
) -> dict[str, object]:
    """Send a valid image; return the prediction."""
    prediction: dict[str, object] = BODY_KINDS[kind](image).send(client).json()
    digit = "none" if prediction["digit"] is None else str(prediction["digit"])
    traffic.images += 1
    traffic.predictions[digit, str(prediction["verdict"])] += 1
    return prediction
