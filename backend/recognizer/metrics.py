"""What is counted: one record of each request, and what CloudWatch makes of it.

The record is a line of the log wherever the application runs. Always-on, `prometheus` counts it for
Prometheus too; on Lambda the line itself carries the metrics, and no library is loaded.
"""

import json
import os
import resource
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from recognizer.classifier import Verdict
from recognizer.refusals import Reason

Stage = Literal["decode", "preprocess", "model"]

Line = dict[str, Any]
"""A line of the log: names and values that JSON can hold, never anything of the picture."""


@dataclass
class Exchange:
    """A request and its answer, as far as they are known; the middleware `Watch` begins it."""

    request_id: str
    method: str
    cold_start: bool
    """Whether it is the first that this process answers."""
    route: str = "other"
    """The path of one of the application's routes; `other` for all that is none of them."""
    status: int = 500
    seconds: float = 0.0
    error: str | None = None
    """The kind of exception that nobody expected."""

    reason: Reason | None = None
    """Why it was refused."""
    stages: dict[Stage, float] = field(default_factory=dict)
    """Seconds that reading a picture took, by stage."""
    answer: str | None = None
    """The answer's id; in feedback that of the answer it is about."""
    model: str | None = None
    verdict: Verdict | None = None
    digit: int | None = None
    confidence: float | None = None
    """Of digits only: how sure the answer was, in [0, 1]."""
    drawn: int | None = None
    """Feedback: the digit that was drawn."""
    right: bool | None = None
    """Feedback: whether the answer was right; None if that is not to be counted."""

    def line(self) -> Line:
        """What is known, as a line of the log; times are in milliseconds."""
        line: Line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request_id": self.request_id,
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "ms": round(1_000 * self.seconds, 2),
            "cold_start": int(self.cold_start),
            "failed": int(self.status >= 500),
            "refused": int(self.reason is not None),
        }
        for stage, seconds in self.stages.items():
            line[stage + "_ms"] = round(1_000 * seconds, 2)
        for name in WHERE_KNOWN:
            value = getattr(self, name)
            if value is not None:
                line[name] = value
        if self.right is not None:
            line["right"] = int(self.right)
        return line


WHERE_KNOWN = (
    "error",
    "reason",
    "answer",
    "model",
    "verdict",
    "digit",
    "confidence",
    "drawn",
)
"""Members of a line that others lack."""

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
    line["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    line["cpu_s"] = round(time.process_time(), 3)
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
