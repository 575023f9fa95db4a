"""What a cold start of the Lambda function leaves for its first use."""

import json
import subprocess
import sys

from support.images import digit_image, encode
from support.paths import BACKEND

AFTER_ONE_ANSWER = """
import base64, json, sys
from recognizer.api.aws_lambda import handler
from recognizer.api.cold_start import UNUSED

def call(method, path, headers, body=b""):
    http = {"method": method, "path": path, "sourceIp": "203.0.113.7"}
    event = {"version": "2.0", "requestContext": {"http": http}, "headers": headers}
    event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return handler(event, None)

response = call("POST", "/predict", {"content-type": "image/IMAGE_TYPE"}, IMAGE)
import fastapi.openapi.models as models
known = {
    "digit": json.loads(response["body"])["digit"],
    "lazy": [name for name in UNUSED if type(sys.modules[name]).__name__ == "_LazyModule"],
    "unused": list(UNUSED),
    "built": [name for name in ("OpenAPI", "Operation", "Schema")
              if getattr(models, name).__pydantic_complete__],
    "plugins": [name for name in sys.modules if name.startswith("PIL.") and "ImagePlugin" in name],
    "document": sorted(json.loads(call("GET", "/openapi.json", {})["body"])["paths"]),
}
import numpy
known["random"] = int(numpy.random.default_rng(0).integers(1, 2))
print(json.dumps(known))
"""


def after_one_answer(image_type: str) -> dict[str, object]:
    """Return what a new process has loaded after its first prediction."""
    image = encode(digit_image(5), image_type.upper())
    code = AFTER_ONE_ANSWER.replace("IMAGE_TYPE", image_type).replace("IMAGE", repr(image))
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND, capture_output=True, text=True, check=True
    )
    known: dict[str, object] = json.loads(finished.stdout.splitlines()[-1])
    return known


def test_first_answer_uses_no_deferred_module_or_model() -> None:
    known = after_one_answer("png")
    assert known["digit"] == 5
    assert known["lazy"] == known["unused"]
    assert not known["built"]


def test_deferred_modules_and_models_work_when_they_are_used() -> None:
    known = after_one_answer("png")
    assert known["document"] == ["/feedback", "/health", "/predict"]
    assert known["random"] == 1


def test_webp_loads_no_plugins_of_other_formats() -> None:
    known = after_one_answer("webp")
    assert known["digit"] == 5
    plugins = known["plugins"]
    assert isinstance(plugins, list)
    assert "PIL.WebPImagePlugin" in plugins
    assert "PIL.TiffImagePlugin" not in plugins
