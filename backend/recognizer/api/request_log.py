"""The record of a request, and its rendering as one line of standard output.

The line is JSON, or plain text where standard output is a terminal. `cloudwatch` and `prometheus`
take their metrics from the same record.
"""

import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal, TypedDict

from recognizer.api.errors import ErrorCode
from recognizer.classifier import Verdict


class RequestRecord(TypedDict, total=False):
    """Facts about a request and its response, never about the image's content.

    `RequestLogMiddleware` creates and completes it; routes fill in the rest.
    """

    time: str
    """When the request ended: ISO 8601. Not set on Lambda, since CloudWatch adds its own."""
    request_id: str
    method: str
    route: str
    """The path of one of the application's routes; `other` for every other path."""
    status: int
    duration_ms: float
    cold_start: Literal[0, 1]
    """Whether it is the first request of this process."""
    failed: Literal[0, 1]
    """Whether the response was a server error."""
    exception: str
    """The type of an unexpected exception."""
    rejected: Literal[0, 1]
    """Whether the request was rejected with one of the codes in `errors.STATUS_CODES`."""
    error_code: ErrorCode

    decode_ms: float
    preprocess_ms: float
    model_ms: float
    prediction_id: str
    """Of the prediction made, or of the one that the feedback is about."""
    model_version: str
    """The model that made that prediction."""
    verdict: Verdict
    digits: int
    """How many digits were found."""
    numbers: int
    """How many numbers they form."""
    digit: int
    """The predicted digit, 0 to 9, if it is the only one."""
    confidence: float
    """In [0, 1]; set if digits were found."""
    label: int | str
    """Feedback: the digit that was drawn, 0 to 9, or several, such as "42". `none` if it was not a
    digit, because a word is a group of its own in CloudWatch Logs Insights, as in Prometheus."""
    correct: Literal[0, 1]
    """Feedback: whether the prediction was correct. Only set if it counts as a measurement: for the
    first feedback on a prediction of the model that is loaded."""

    function_name: str
    """Lambda only."""
    memory_mb: float
    """Lambda only: peak memory of the process."""
    cpu_s: float
    """Lambda only: processor time since the process started, in seconds."""


to_json = json.JSONEncoder(separators=(",", ":")).encode


def log_request(record: RequestRecord) -> None:
    """Write a record to standard output."""
    record = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **record}
    write_line(to_text(record) if sys.stdout.isatty() else to_json(record))


def to_text(record: RequestRecord) -> str:
    """Render a record for a terminal.

    Example: `14:03:07 200 POST /predict 1.4 ms 7 (99.8%) 5f3a…`.
    """
    parts = [record["time"][11:19], str(record["status"]), record["method"], record["route"]]
    parts.append(f"{record['duration_ms']:.1f} ms")
    if "verdict" in record:
        parts.append(str(record.get("digit", record["verdict"])))
    if "confidence" in record:
        parts.append(f"({record['confidence']:.1%})")
    if "label" in record:
        parts.append(f"label {record['label']}")
    if "error_code" in record:
        parts.append(record["error_code"])
    if "exception" in record:
        parts.append(record["exception"])
    return " ".join([*parts, record["request_id"]])


def label_field(label: str | None) -> int | str:
    """Return the label of feedback as it stands in a record."""
    if label is None:
        return "none"
    return int(label) if len(label) == 1 else label


def write_line(text: str) -> None:
    """Write a line in one system call, so that lines of several workers do not mix.

    A closed standard output must not turn a served request into an error.
    """
    with suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())
