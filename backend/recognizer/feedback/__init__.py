"""Feedback on earlier predictions: the digits really drawn, if any, and where it is stored.

A prediction's ID holds the model version, the predicted digits and the time, so feedback makes
sense without any record of predictions. IDs are not signed: forging one gains nothing over sending
a wrong label. Abuse is limited by a rate limit, a row limit and one row per prediction.
"""

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

FEEDBACK_WINDOW = 7 * 24 * 3600
"""Seconds after a prediction in which feedback on it is accepted."""

MAX_CLOCK_SKEW = 60
"""Seconds that a prediction may lie in the future, by this machine's clock."""

MAX_NUMBER_LENGTH = 40
"""Digits and spaces of the numbers in an ID and in a label, at most."""

PREDICTION_ID = re.compile(
    rf"([0-9a-f]{{12}})-([0-9_]{{1,{MAX_NUMBER_LENGTH}}}|x)-([0-9a-f]{{11}})[0-9a-f]{{10}}"
)

FeedbackErrorCode = Literal["unknown_prediction", "feedback_expired", "store_full"]


class FeedbackError(Exception):
    """Feedback that is not accepted.

    `message` is one sentence for people, `code` a word for programs.
    """

    def __init__(self, code: FeedbackErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: FeedbackErrorCode = code
        self.message = message


class StoreUnavailableError(Exception):
    """The feedback store cannot be reached or used; the message says why."""


@dataclass(frozen=True)
class Feedback:
    """The label that a person gave for one prediction."""

    prediction_id: str
    model_version: str
    predicted: str | None
    """The predicted digits, such as "7" or, for two numbers, "42 7"; None if the prediction was
    `not_a_digit` or `blank`."""
    predicted_at: float
    """Seconds since 1970."""
    label: str | None
    """The digits that were drawn, according to the person; None if it was not a digit."""
    input: bytes | None = None
    """The model input as 784 gray levels, row by row, white on black; None unless the person
    agreed to have it stored."""

    @property
    def correct(self) -> bool:
        """Whether the prediction was correct; without a digit, it is if the label is None."""
        return self.predicted == self.label


class FeedbackStore(Protocol):
    """A place where feedback is stored."""

    def save(self, feedback: Feedback) -> bool:
        """Store feedback durably, replacing earlier feedback on the same prediction.

        Returns whether it is the first on its prediction. Raises StoreUnavailableError, or
        FeedbackError with the code `store_full`.
        """
        ...

    def __iter__(self) -> Iterator[Feedback]:
        """Iterate over all feedback, from the oldest day to the newest.

        Raises StoreUnavailableError.
        """
        ...


def open_store(uri: str) -> FeedbackStore:
    """Open the store in a SQLite file, in `:memory:` or at s3://bucket/prefix.

    The stores are imported only when opened, so that no cold start pays for them.
    Raises StoreUnavailableError.
    """
    if uri.startswith("s3://"):
        try:
            from recognizer.feedback.s3 import S3Store
        except ModuleNotFoundError as error:
            message = f"Feedback cannot be stored in {uri} without boto3."
            raise StoreUnavailableError(message) from error
        return S3Store(uri)
    from recognizer.feedback.sqlite import SQLiteStore

    return SQLiteStore(uri)


def new_prediction_id(model_version: str, predicted: str | None) -> str:
    """Return a new ID for a prediction of digits such as "7" or "42 7", or of none.

    It consists of the model version, the digits, milliseconds since 1970 and a random part.
    """
    milliseconds = time.time_ns() // 1_000_000
    return (
        f"{model_version}-{encode_predicted(predicted)}-{milliseconds:011x}{secrets.token_hex(5)}"
    )


def encode_predicted(predicted: str | None) -> str:
    """Return predicted digits as they stand in an ID.

    What is too long is cut, and ends with a space that no label has, so it is never correct.
    """
    if predicted is None:
        return "x"
    if len(predicted) > MAX_NUMBER_LENGTH:
        predicted = predicted[: MAX_NUMBER_LENGTH - 1] + " "
    return predicted.replace(" ", "_")


def decode_predicted(encoded: str) -> str | None:
    """Return the predicted digits that stand in an ID."""
    return None if encoded == "x" else encoded.replace("_", " ")


def create_feedback(prediction_id: str, label: str | None, model_input: bytes | None) -> Feedback:
    """Return feedback on a recent prediction.

    Raises FeedbackError if the ID is not that of a prediction, or if the prediction is older than
    FEEDBACK_WINDOW.
    """
    parts = PREDICTION_ID.fullmatch(prediction_id)
    if parts is None:
        raise FeedbackError("unknown_prediction", 'The "id" is not the id of a prediction.')
    model_version, predicted, milliseconds = parts.groups()
    predicted_at = int(milliseconds, 16) / 1_000
    now = time.time()
    if predicted_at > now + MAX_CLOCK_SKEW:
        raise FeedbackError("unknown_prediction", "That prediction lies in the future.")
    if predicted_at < now - FEEDBACK_WINDOW:
        days = FEEDBACK_WINDOW // (24 * 3600)
        raise FeedbackError("feedback_expired", f"That prediction is more than {days} days old.")
    return Feedback(
        prediction_id=prediction_id,
        model_version=model_version,
        predicted=decode_predicted(predicted),
        predicted_at=predicted_at,
        label=label,
        input=model_input,
    )
