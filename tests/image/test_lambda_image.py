"""The Lambda image, run as Lambda runs it: 512 MB, read-only, unprivileged, one event at a time.

The handler's tests send every kind of event in process; here is what depends on the image.
"""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from api.embedded_metric_format import SCHEMA
from api.events import SCHEDULED, event_of, response_json
from api.invalid_requests import INVALID_REQUESTS, valid_image, valid_png
from api.requests import BODY_KINDS, Request, raw_request
from PIL import Image

from support.containers import LAMBDA, Container, run_once
from support.images import encode
from support.lambda_container import LAMBDA_OPTIONS, invoke

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_predict_accepts_each_kind_of_body(lambda_container: Container, kind: str) -> None:
    prediction = response_json(invoke(lambda_container, event_of(BODY_KINDS[kind](valid_png()))))
    assert (prediction["digit"], prediction["verdict"]) == (7, "digit")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_each_native_library_decodes(lambda_container: Container, file_format: str) -> None:
    event = event_of(raw_request(valid_image(file_format), "image/*"))
    prediction = response_json(invoke(lambda_container, event))
    assert (prediction["digit"], prediction["verdict"]) == (7, "digit")


def test_container_survives_an_image_with_too_many_pixels(lambda_container: Container) -> None:
    invalid = INVALID_REQUESTS["pixels: PNG of 13,000 by 13,000"]
    response = invoke(lambda_container, event_of(invalid.make()))
    assert response_json(response, invalid.status)["code"] == invalid.code
    response = invoke(lambda_container, event_of(raw_request(valid_png())))
    assert response_json(response)["digit"] == 7


def test_scheduled_event_gets_the_health_check(lambda_container: Container) -> None:
    assert json.loads(invoke(lambda_container, SCHEDULED)["body"])["status"] == "ok"


def test_predict_accepts_an_event_of_5_mb(lambda_container: Container) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1_120, 1_120, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise))
    event = event_of(raw_request(content))
    assert 4_900_000 < len(json.dumps(event)) < 6_000_000
    assert len(content) < 4_000_000
    prediction = response_json(invoke(lambda_container, event))
    assert prediction["verdict"] in ("blank", "not_a_digit")


def test_root_links_to_the_documentation(lambda_container: Container) -> None:
    root = response_json(invoke(lambda_container, event_of(Request(path="/", method="GET"))))
    assert root["documentation"] == "/docs"
    openapi = invoke(lambda_container, event_of(Request(path="/openapi.json", method="GET")))
    assert "/predict" in json.loads(openapi["body"])["paths"]
    for path in ("/docs", "/docs/style.css", "/docs/try.js"):
        response = invoke(lambda_container, event_of(Request(path=path, method="GET")))
        assert response["statusCode"] == 200


def test_request_record_has_the_embedded_metric_format(lambda_container: Container) -> None:
    event = event_of(raw_request(valid_png()))
    event["headers"]["x-request-id"] = "in-the-image"
    response = invoke(lambda_container, event)
    assert response["headers"]["x-request-id"] == "in-the-image"
    lines = lambda_container.log().splitlines()
    (record,) = [json.loads(line) for line in lines if '"in-the-image"' in line]
    jsonschema.validate(record, SCHEMA)
    assert record["prediction_id"] == response_json(response)["id"]
    assert record["duration_ms"] > 0
    assert 20 < record["memory_mb"] < 512


def test_log_contains_no_warnings_and_no_errors(lambda_container: Container) -> None:
    invoke(lambda_container, event_of(raw_request(valid_png())))
    log = lambda_container.log()
    for word in ("Traceback", "Warning", "warning", "Error"):
        assert word not in log, log


def run_python(code: str, *flags: str) -> str:
    """Run a program in the image, on a read-only file system; return its output."""
    finished = run_once(LAMBDA, "python", *flags, "-c", code, options=LAMBDA_OPTIONS)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout + finished.stderr


def test_modules_are_loaded_from_bytecode() -> None:
    imports = run_python("import recognizer.api.aws_lambda", "-v")
    assert "/var/task/recognizer/api/__pycache__/aws_lambda.cpython-312.pyc matches" in imports
    assert not re.findall(r"code object from '/var/task/.*\.py'", imports)


def test_image_contains_only_what_the_function_needs() -> None:
    paths = run_python("from pathlib import Path; print(*Path('/var/task').rglob('*'), sep='\\n')")
    folders = {Path(path).relative_to("/var/task").parts[0] for path in paths.split()}
    assert "recognizer" in folders
    assert folders & {"training", "tests", "pip", "uvicorn", "bin", "torch"} == set()
    unneeded = r"/tests?/|\.pyi$|\.h$|\.a$|libonnxruntime\.so|(?i:card\.md)|\.png$"
    assert [path for path in paths.split() if re.search(unneeded, path)] == []


def test_packages_are_smaller_than_110_mb() -> None:
    size = run_python(
        "from pathlib import Path; print(sum(file.stat().st_size for file in"
        " Path('/var/task').rglob('*') if file.is_file() and 'recognizer' not in file.parts))"
    )
    assert int(size) <= 110_000_000


def test_base_image_has_a_boto3_with_conditional_writes() -> None:
    code = (
        "from botocore.session import get_session\n"
        "s3 = get_session().get_service_model('s3')\n"
        "print(*s3.operation_model('PutObject').input_shape.members)"
    )
    finished = run_once(LAMBDA, "python", "-c", code, options=LAMBDA_OPTIONS)
    if "ModuleNotFoundError" in finished.stderr:
        pytest.skip("This base image has no boto3; AWS's own has.")
    assert "IfNoneMatch" in finished.stdout.split(), finished.stderr


def test_onnxruntime_telemetry_is_disabled() -> None:
    assert run_python("import os; print(os.environ['ORT_DISABLE_TELEMETRY'])").strip() == "1"
