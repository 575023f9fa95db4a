"""Callers of all kinds, and what of theirs must be counted."""

from collections import Counter
from dataclasses import dataclass, field

import httpx
from api.invalid_requests import BAD_CALLS
from api.requests import WAYS
from conftest import LONGEST_ANSWER

from support.images import digit_image, encode, grid_image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

REFUSED = {
    "picture: words": "unreadable",
    "picture: empty": "empty",
    "pixels: PNG header of 65,000 by 65,000": "too_many_pixels",
    "content type: text/plain": "content_type",
    "JSON: no image": "missing_field",
    "JSON: words": "bad_json",
}
"""Bad calls by name, and why each is refused."""


@dataclass
class Sent:
    """What was sent, as it must be counted."""

    pictures: int = 0
    predictions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By digit and verdict."""
    refused: Counter[str] = field(default_factory=Counter)
    feedback: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the digit drawn, and whether the answer was right."""

    @property
    def calls(self) -> int:
        return self.pictures + self.feedback.total() + self.refused["unknown_answer"]

    def right(self, digit: str = "") -> float:
        """The share of right answers, as people say; of a digit drawn, or of all."""
        said = [(key, count) for key, count in self.feedback.items() if digit in ("", key[0])]
        return sum(n for (_, right), n in said if right == "true") / sum(n for _, n in said)


def send_all(url: str) -> Sent:
    """Good pictures of many kinds, bad ones, and feedback right and wrong."""
    sent = Sent()
    for number in range(10):
        with httpx.Client(base_url=url, timeout=LONGEST_ANSWER) as caller:
            send_digit(caller, number, sent)
    with httpx.Client(base_url=url, timeout=LONGEST_ANSWER) as caller:
        for picture in (grid_image(), digit_image(7, ink=255), digit_image(1, pen=0.22)):
            send_picture(caller, encode(picture), "body", sent)
        for name, reason in REFUSED.items():
            for _ in range(3):
                assert BAD_CALLS[name][1]().send(caller).status_code >= 400
                sent.pictures += 1
                sent.refused[reason] += 1
        said = caller.post("/feedback", json={"id": "no answer's", "digit": 3})
        assert said.status_code == 422
        sent.refused["unknown_answer"] += 1
    return sent


def send_digit(caller: httpx.Client, digit: int, sent: Sent) -> None:
    """A digit in dark and in light ink, sent in each way; and what a person says of answers."""
    for ink, paper in ((0, 255), (255, 0)):
        for way in WAYS:
            picture = digit_image(digit, ink, paper).convert("RGB")
            file_format = FORMATS[(digit + ink + len(way)) % len(FORMATS)]
            answer = send_picture(caller, encode(picture, file_format), way, sent)
    for claimed in (*[digit] * (1 + digit % 3), (digit + 1) % 10):
        answer = send_picture(caller, encode(digit_image(digit)), "body", sent)
        said = caller.post("/feedback", json={"id": answer["id"], "digit": claimed})
        assert said.status_code == 204
        sent.feedback[str(claimed), "true" if answer["digit"] == claimed else "false"] += 1


def send_picture(caller: httpx.Client, picture: bytes, way: str, sent: Sent) -> dict[str, object]:
    """The answer to a good picture."""
    answer: dict[str, object] = WAYS[way](picture).send(caller).json()
    digit = "none" if answer["digit"] is None else str(answer["digit"])
    sent.pictures += 1
    sent.predictions[digit, str(answer["verdict"])] += 1
    return answer
