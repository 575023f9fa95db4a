"""AWS's JSON schema of its embedded metric format, without titles and examples.

Stricter in one point, which the specification states in prose: no further members.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from typing import Any

NAME = {"type": "string", "pattern": "^(.*)$", "minLength": 1, "maxLength": 255}

RATES = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"]
RATES += ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Count"]

UNITS = ["Seconds", "Microseconds", "Milliseconds", "Percent", "None", *RATES]
UNITS += [f"{unit}/Second" for unit in RATES]

METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {"Name": NAME, "Unit": {"type": "string", "enum": UNITS}},
    "additionalProperties": False,
}

DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "minItems": 0, "maxItems": 9, "items": NAME},
        },
        "Metrics": {"type": "array", "maxItems": 100, "items": METRIC},
    },
    "additionalProperties": False,
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "items": DIRECTIVE},
            },
        }
    },
}
