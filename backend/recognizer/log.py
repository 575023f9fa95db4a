"""One line for each request on standard output: JSON, or readable where a person looks on."""

import json
import sys

from recognizer.metrics import Exchange, Line, embedded


def log(exchange: Exchange) -> None:
    """Write the line of an exchange."""
    line = exchange.line()
    write(readable(line) if sys.stdout.isatty() else as_json(line))


def log_for_cloudwatch(exchange: Exchange) -> None:
    """Write the line of an exchange so that CloudWatch finds its metrics in it."""
    write(as_json(embedded(exchange.line())))


def as_json(line: Line) -> str:
    return json.dumps(line, separators=(",", ":"))


def readable(line: Line) -> str:
    """The line for a terminal: `14:03:07 200 POST /predict 1.4 ms 7 (99.8 %) 5f3a…`."""
    told = [line["time"][11:19], str(line["status"]), line["method"], line["route"]]
    told.append(f"{line['ms']:.1f} ms")
    if "verdict" in line:
        told.append(str(line.get("digit", line["verdict"])))
    if "confidence" in line:
        told.append(f"({line['confidence']:.1%})")
    if "drawn" in line:
        told.append(f"it was {line['drawn']}")
    told += [line[name] for name in ("reason", "error") if name in line]
    return " ".join([*told, line["request_id"]])


def write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
