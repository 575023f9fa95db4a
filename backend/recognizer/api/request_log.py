"""One line for each request on standard output: JSON, or readable where a person looks on."""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime

from recognizer.metrics import Line, as_json, embedded


def log(line: Line) -> None:
    """Write the line of a request."""
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **line}
    write(readable(line) if sys.stdout.isatty() else as_json(line))


def log_for_cloudwatch(line: Line) -> None:
    """Write the line of a request so that CloudWatch finds its metrics in it."""
    write(embedded(line))


def readable(line: Line) -> str:
    """The line for a terminal: `14:03:07 200 POST /predict 1.4 ms 7 (99.8%) 5f3a…`."""
    told = [line["time"][11:19], str(line["status"]), line["method"], line["route"]]
    told.append(f"{line['ms']:.1f} ms")
    if "verdict" in line:
        told.append(str(line.get("digit", line["verdict"])))
    if "confidence" in line:
        told.append(f"({line['confidence']:.1%})")
    if "drawn" in line:
        told.append(f"it was {line['drawn']}")
    if "reason" in line:
        told.append(line["reason"])
    if "error" in line:
        told.append(line["error"])
    return " ".join([*told, line["request_id"]])


def write(text: str) -> None:
    """Write a line at once, so that those of several workers do not mix.

    Where nobody takes it, the answer that was given stands.
    """
    with suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())
