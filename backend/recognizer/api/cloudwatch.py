"""The request record as a log line from which CloudWatch extracts metrics.

CloudWatch's embedded metric format (EMF) needs no library and no call to AWS:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import os
import resource
import time
from functools import cache

from recognizer.api.request_log import RequestRecord, to_json, write_line

NAMESPACE = "DigitRecognizer"

METRIC_UNITS = {
    "duration_ms": "Milliseconds",
    "decode_ms": "Milliseconds",
    "preprocess_ms": "Milliseconds",
    "model_ms": "Milliseconds",
    "confidence": "None",
    "correct": "None",
    "rejected": "Count",
    "failed": "Count",
    "cold_start": "Count",
    "memory_mb": "Megabytes",
}
"""Fields of the record that become metrics: ten, as many as are free of charge.

A dimension multiplies metrics by its values, so route, status, verdict, digit and error code stay
fields of the log, which CloudWatch Logs Insights can count, as it can add up digits and numbers.
"""

FUNCTION_NAME = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
"""The only dimension; it distinguishes several functions."""

METERED_ROUTES = ("/predict", "/feedback")


def log_to_cloudwatch(record: RequestRecord) -> None:
    """Write a record to standard output, from where Lambda takes it to CloudWatch."""
    write_line(to_emf(record))


def to_emf(record: RequestRecord) -> str:
    """Render a record as JSON; on a metered route CloudWatch finds metrics in it."""
    record["function_name"] = FUNCTION_NAME
    usage = resource.getrusage(resource.RUSAGE_SELF)
    record["memory_mb"] = round(usage.ru_maxrss / 1024, 1)
    record["cpu_s"] = round(usage.ru_utime + usage.ru_stime, 3)
    if record["route"] not in METERED_ROUTES:
        return to_json(record)
    timestamp = time.time_ns() // 1_000_000
    metrics = emf_metadata(tuple(record))
    return (
        f'{{"_aws":{{"Timestamp":{timestamp},"CloudWatchMetrics":{metrics}}},{to_json(record)[1:]}'
    )


@cache
def emf_metadata(fields: tuple[str, ...]) -> str:
    """Return the JSON from which CloudWatch knows which of these fields are metrics."""
    metrics = [
        {"Name": name, "Unit": unit} for name, unit in METRIC_UNITS.items() if name in fields
    ]
    return to_json(
        [{"Namespace": NAMESPACE, "Dimensions": [["function_name"]], "Metrics": metrics}]
    )
