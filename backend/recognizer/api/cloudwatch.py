"""What is counted: one line of the log for each request, and what CloudWatch makes of it.

Always-on, `prometheus` counts the same lines for Prometheus. On Lambda a line itself carries the
metrics, and no library is loaded.
"""

import json
import os
import resource
import time
from functools import cache
from typing import Literal, TypedDict

from recognizer.classifier import Verdict
from recognizer.refusals import Reason


class Line(TypedDict, total=False):
    """A request and its answer, as far as they are known: never anything of the picture.

    The middleware `Watch` begins and ends it; in between, routes say what they know.
    """

    time: str
    """When it was over; ISO 8601. CloudWatch has a time of its own."""
    request_id: str
    method: str
    route: str
    """The path of one of the application's routes; `other` for all that is none of them."""
    status: int
    ms: float
    """Milliseconds from the first to the last of it."""
    cold_start: Literal[0, 1]
    """Whether it is the first that this process answers."""
    failed: Literal[0, 1]
    """Whether it is this application's fault that it was not served."""
    error: str
    """The kind of exception that nobody expected."""
    refused: Literal[0, 1]
    reason: Reason
    """Why it was refused."""

    decode_ms: float
    preprocess_ms: float
    model_ms: float
    answer: str
    """The answer's id; in feedback that of the answer it is about."""
    model: str
    """The version that gave that answer."""
    verdict: Verdict
    digit: int
    """0 to 9, if the answer is one."""
    confidence: float
    """Of digits: how sure the answer was, in [0, 1]."""
    drawn: int
    """Feedback: the digit that was drawn, 0 to 9."""
    right: Literal[0, 1]
    """Feedback: whether the answer was right, if that is to be counted."""

    function: str
    """On Lambda: its name."""
    memory_mb: float
    """On Lambda: the most that the process ever had."""
    cpu_s: float
    """On Lambda: seconds of processor time since the process began."""


NAMESPACE = "DigitRecogniser"

UNITS = {
    "ms": "Milliseconds",
    "decode_ms": "Milliseconds",
    "preprocess_ms": "Milliseconds",
    "model_ms": "Milliseconds",
    "confidence": "None",
    "right": "None",
    "refused": "Count",
    "failed": "Count",
    "cold_start": "Count",
    "memory_mb": "Megabytes",
}
"""Members of the line that become metrics of CloudWatch: ten, which is what it gives for free.

Each would cost again for every value of every dimension; so route, status, verdict, digit and
reason stay members of the line, by which CloudWatch Logs Insights counts.
"""

FUNCTION = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
"""The only dimension: so that several functions can be told apart."""

WATCHED_ROUTES = ("/predict", "/feedback")


def embedded(line: Line) -> str:
    """A line as JSON that tells CloudWatch which of its members are metrics.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    line["function"] = FUNCTION
    used = resource.getrusage(resource.RUSAGE_SELF)
    line["memory_mb"] = round(used.ru_maxrss / 1024, 1)
    line["cpu_s"] = round(used.ru_utime + used.ru_stime, 3)
    if line["route"] not in WATCHED_ROUTES:
        return as_json(line)
    now = time.time_ns() // 1_000_000
    metrics = directives(tuple(line))
    return f'{{"_aws":{{"Timestamp":{now},"CloudWatchMetrics":{metrics}}},{as_json(line)[1:]}'


@cache
def directives(members: tuple[str, ...]) -> str:
    """What tells CloudWatch which of these members are metrics, as JSON."""
    metrics = [{"Name": name, "Unit": unit} for name, unit in UNITS.items() if name in members]
    return as_json([{"Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": metrics}])


as_json = json.JSONEncoder(separators=(",", ":")).encode
