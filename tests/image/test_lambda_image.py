"""The Lambda image, run as Lambda runs it: 512 MB, read-only, as nobody, one event at a time."""

import base64
import json
import re
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import numpy as np
import pytest
from api.embedded_metric_format import SCHEMA
from api.events import NO_REQUESTS, event_of, parsed
from api.invalid_requests import BAD_CALLS, good_picture
from api.requests import WAYS, Call, as_body, document
from image.conftest import AS_ON_LAMBDA
from PIL import Image

from support.containers import LAMBDA, RESPONSE_TIMEOUT, START_TIMEOUT, Container, run_once
from support.images import encode

BAD = (
    "picture: words",
    "pixels: PNG of 13,000 by 13,000",
    "content type: None",
    "JSON: no image",
    "path: unknown",
    "method: PUT",
)

INVOCATIONS = "/2015-03-31/functions/function/invocations"


def invoke(function: Container, event: object) -> Any:
    """What the function answers to an event."""
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            answer = httpx.post(
                function.url + INVOCATIONS, content=json.dumps(event), timeout=RESPONSE_TIMEOUT
            )
            return answer.json()
        except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
            assert time.monotonic() < deadline, f"No answer; its log:\n{function.log()}"
            time.sleep(0.1)


@pytest.mark.parametrize("way", WAYS)
def test_pictures_are_read_however_they_are_sent(function: Container, way: str) -> None:
    answered = parsed(invoke(function, event_of(WAYS[way](good_picture()))))
    assert (answered["digit"], answered["verdict"]) == (7, "digit")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_every_format_is_read(function: Container, file_format: str, mode: str) -> None:
    picture = Image.open(BytesIO(good_picture())).convert("L").convert("RGB")
    if mode == "P" and file_format in ("JPEG", "WEBP"):
        mode = "L"  # they have no palettes
    content = encode(picture.convert(mode), file_format)
    answered = parsed(invoke(function, event_of(as_body(content, "image/*"))))
    assert (answered["digit"], answered["verdict"]) == (7, "digit")


def test_a_transparent_and_a_turned_picture_are_read(function: Container) -> None:
    ink = Image.open(BytesIO(good_picture())).convert("L")
    clear = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    clear.putalpha(ink.point(lambda level: 255 - level))
    exif = Image.Exif()
    exif[0x0112] = 8  # to be turned by 90° to the left
    turned = BytesIO()
    ink.rotate(-90, expand=True).save(turned, "JPEG", exif=exif)
    for content in (encode(clear), turned.getvalue()):
        assert parsed(invoke(function, event_of(as_body(content))))["digit"] == 7


def test_a_json_body_that_comes_as_text_is_read(function: Container) -> None:
    call = document({"image": base64.b64encode(good_picture()).decode()})
    assert parsed(invoke(function, event_of(call, as_text=True)))["digit"] == 7


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_refused_and_the_next_one_answered(function: Container, name: str) -> None:
    _, call = BAD_CALLS[name]
    refused = invoke(function, event_of(call()))
    assert 400 <= refused["statusCode"] < 500
    assert json.loads(refused["body"])["detail"]
    assert parsed(invoke(function, event_of(as_body(good_picture()))))["digit"] == 7


@pytest.mark.parametrize("name", NO_REQUESTS)
def test_what_is_no_request_does_no_harm(function: Container, name: str) -> None:
    assert json.loads(invoke(function, NO_REQUESTS[name])["body"])["status"] == "ok"


def test_an_event_of_five_megabytes_is_answered(function: Container) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1_120, 1_120, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise))
    event = event_of(as_body(content))
    assert 4_900_000 < len(json.dumps(event)) < 6_000_000
    assert len(content) < 4_000_000
    assert parsed(invoke(function, event))["verdict"] in ("blank", "not_a_digit")


def test_the_page_of_the_function_points_to_the_documentation(function: Container) -> None:
    answered = parsed(invoke(function, event_of(Call(path="/", method="GET"))))
    assert answered["documentation"] == "/docs"
    documentation = invoke(function, event_of(Call(path="/openapi.json", method="GET")))
    assert "/predict" in json.loads(documentation["body"])["paths"]


def test_nothing_is_printed_but_what_lambda_prints(function: Container) -> None:
    invoke(function, event_of(as_body(good_picture())))
    for line in ("Traceback", "Warning", "warning", "Error"):
        assert line not in function.log(), function.log()


def test_an_answer_is_a_line_in_which_cloudwatch_finds_metrics(function: Container) -> None:
    event = event_of(as_body(good_picture()))
    event["headers"]["x-request-id"] = "watched"
    answer = invoke(function, event)
    assert answer["headers"]["x-request-id"] == "watched"
    (text,) = [line for line in function.log().splitlines() if '"watched"' in line]
    line = json.loads(text)
    jsonschema.validate(line, SCHEMA)
    assert line["answer"] == json.loads(answer["body"])["id"]
    assert line["ms"] > 0
    assert 20 < line["memory_mb"] < 512


def in_image(code: str, *flags: str) -> str:
    """What Python prints in the image, where nothing can be written."""
    done = run_once(LAMBDA, "python", *flags, "-c", code, options=AS_ON_LAMBDA)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_only_compiled_code_is_run() -> None:
    imported = in_image("import recognizer.api.aws_lambda", "-v")
    assert "/var/task/recognizer/__pycache__/aws_lambda.cpython-312.pyc matches" in imported
    assert not re.findall(r"code object from '/var/task/.*\.py'", imported)


def test_only_what_serving_needs_is_there() -> None:
    names = in_image("from pathlib import Path; print(*Path('/var/task').rglob('*'), sep='\\n')")
    folders = {Path(name).relative_to("/var/task").parts[0] for name in names.split()}
    assert "recognizer" in folders
    assert folders & {"training", "tests", "pip", "uvicorn", "bin", "torch"} == set()
    unwanted = r"/tests?/|\.pyi$|\.h$|\.a$|libonnxruntime\.so|card\.md|\.png$"
    assert [name for name in names.split() if re.search(unwanted, name)] == []


def test_the_packages_weigh_less_than_they_should() -> None:
    total = in_image(
        "from pathlib import Path; print(sum(file.stat().st_size for file in"
        " Path('/var/task').rglob('*') if file.is_file() and 'recognizer' not in file.parts))"
    )
    assert int(total) <= 110_000_000


def test_the_base_image_brings_what_keeps_feedback_once() -> None:
    code = (
        "from botocore.session import get_session\n"
        "s3 = get_session().get_service_model('s3')\n"
        "print(*s3.operation_model('PutObject').input_shape.members)"
    )
    done = run_once(LAMBDA, "python", "-c", code, options=AS_ON_LAMBDA)
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("this base image has no boto3, which AWS's own brings")
    assert "IfNoneMatch" in done.stdout.split(), done.stderr


def test_telemetry_is_off() -> None:
    assert in_image("import os; print(os.environ['ORT_DISABLE_TELEMETRY'])").strip() == "1"
