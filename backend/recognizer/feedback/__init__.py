"""What people say of the answers: checked, and kept where the operator said.

An answer's id tells which model read which digit, and when; so nothing about answers need be kept
for feedback to make sense of it. It is not signed: who would forge one could as well lie about the
digit. What that may do is bounded: so many a second, so many in all, one for each answer.
"""

import base64
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

import numpy as np
from PIL import Image

from recognizer.refusals import Refusal

LATEST = 7 * 24 * 3600
"""Seconds after an answer in which feedback on it is taken."""

MOST_BYTES = 16_000
"""Of the body of a request; an ink takes about one kilobyte."""

PER_SECOND, AT_ONCE = 5, 50
"""How often feedback is taken: in the long run, and in a burst."""

ANSWER_ID = re.compile(r"([0-9a-f]{12})-([0-9x])-([0-9a-f]{11})[0-9a-f]{10}")


@dataclass(frozen=True)
class Feedback:
    """What somebody said of an answer."""

    answer: str
    """The answer's id."""
    model: str
    read: int | None
    """The digit in the answer; None if there was none."""
    answered: float
    """When, in seconds since 1970."""
    drawn: int
    """The digit that was drawn, as somebody says."""
    ink: bytes | None = None
    """784 grey levels, row by row, white on black: what the model saw, if it may be kept."""

    @property
    def right(self) -> bool:
        return self.read == self.drawn


class StoreLost(Exception):  # noqa: N818  # what it is
    """The place where feedback is kept cannot be reached; the message says why."""


class Store(Protocol):
    """Where feedback is kept."""

    def keep(self, feedback: Feedback) -> bool:
        """Keep it for good, in place of what was said of the same answer before.

        Returns whether it is the first of its answer. Raises StoreLost; Refusal where it is full.
        """

    def __iter__(self) -> Iterator[Feedback]:
        """All that was kept, from the oldest day to the newest."""


def answer_id(model: str, digit: int | None) -> str:
    """A new answer's id: model, digit, milliseconds since 1970, and chance."""
    read = "x" if digit is None else str(digit)
    return f"{model}-{read}-{time.time_ns() // 1_000_000:011x}{secrets.token_hex(5)}"


def feedback_on(answer: str, drawn: int, ink: bytes | None) -> Feedback:
    """Feedback on an answer given of late; raise Refusal where the id is none, or too old."""
    parts = ANSWER_ID.fullmatch(answer)
    if parts is None:
        raise Refusal("unknown_answer", 'The "id" is not that of an answer.')
    model, read, milliseconds = parts.groups()
    answered = int(milliseconds, 16) / 1_000
    if answered > time.time() + 60:
        raise Refusal("unknown_answer", "That answer has not been given yet.")
    if answered < time.time() - LATEST:
        days = LATEST // (24 * 3600)
        raise Refusal("too_late", f"That answer was given more than {days} days ago.")
    return Feedback(answer, model, None if read == "x" else int(read), answered, drawn, ink)


def decode_ink(data_url: str) -> bytes:
    """The 784 grey levels of an ink as /predict?explain=true gave it; raise Refusal if none."""
    detail = 'The "ink" is not the "input" of an answer: a 28×28 grey PNG as a data: URL.'
    header, _, text = data_url.partition(",")
    if header != "data:image/png;base64":
        raise Refusal("bad_ink", detail)
    try:
        with Image.open(BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
            if image.size != (28, 28) or image.mode != "L":
                raise Refusal("bad_ink", detail)
            return np.asarray(image).tobytes()
    except Refusal:
        raise
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        raise Refusal("bad_ink", detail) from error


class Pace:
    """Raises Refusal where feedback comes too often; a bucket of tokens for the whole process."""

    def __init__(self) -> None:
        self.tokens, self.filled = float(AT_ONCE), time.monotonic()

    def keep(self) -> None:
        """Take one token."""
        now = time.monotonic()
        self.tokens = min(AT_ONCE, self.tokens + PER_SECOND * (now - self.filled))
        self.filled = now
        if self.tokens < 1:
            raise Refusal("too_often", "There is too much feedback just now; try again later.")
        self.tokens -= 1
