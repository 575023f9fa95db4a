"""Feedback is validated, counted once for each prediction, and stored."""

import asyncio
import base64
import io
import json
import os
import sqlite3
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from functools import partial
from pathlib import Path
from signal import SIGKILL

import httpx
import numpy as np
import pytest
from api.errors import assert_is_error
from api.invalid_requests import valid_png
from api.metrics_text import metrics_of, series
from api.observed_server import ObservedServer
from api.requests import Request, json_request, raw_request
from PIL import Image

from recognizer.api.app import FEEDBACK_BURST, create_app
from recognizer.api.middleware import RequestLogMiddleware
from recognizer.api.server import create_server
from recognizer.api.settings import Settings
from recognizer.feedback import FEEDBACK_WINDOW, FeedbackStore, new_prediction_id
from recognizer.feedback.sqlite import MAX_ROWS, SQLiteStore
from support.images import digit_image, encode, grid_image
from support.paths import BACKEND
from support.processes import wait_until
from support.server import RESPONSE_TIMEOUT, Server, failed_start, worker_ids

FEEDBACK_TOTAL = "digits_feedback_total"

BLANK = encode(Image.new("L", (64, 64), 255))


def backdated(prediction_id: str, seconds: float, model_version: str | None = None) -> str:
    """Return the ID of a prediction made `seconds` ago, perhaps by another model."""
    own_version, digits, rest = prediction_id.split("-")
    milliseconds = int(1_000 * (time.time() - seconds))
    return f"{model_version or own_version}-{digits}-{milliseconds:011x}{rest[11:]}"


@pytest.mark.parametrize(("label", "correct"), [(7, "true"), (1, "false")])
def test_feedback_is_counted_and_stored(observed: ObservedServer, label: int, correct: str) -> None:
    before, prediction, start = metrics_of(observed.client), observed.predict(), time.time()
    response = observed.send_feedback(id=prediction["id"], digit=label)
    assert (response.status_code, response.content) == (204, b"")
    counter = series(FEEDBACK_TOTAL, label=str(label), correct=correct)
    assert observed.counted_feedback(before) == {counter: 1}
    feedback = observed.stored()[prediction["id"]]
    assert (feedback.predicted, feedback.label) == ("7", str(label))
    assert feedback.input is None
    assert feedback.model_version == prediction["model"]
    assert abs(feedback.predicted_at - start) < RESPONSE_TIMEOUT


def test_feedback_on_a_rejected_digit_counts_as_wrong(observed: ObservedServer) -> None:
    before, prediction = metrics_of(observed.client), observed.predict(encode(grid_image()))
    assert prediction["digit"] is None
    assert observed.send_feedback(id=prediction["id"], digit=4).status_code == 204
    counter = series(FEEDBACK_TOTAL, label="4", correct="false")
    assert observed.counted_feedback(before) == {counter: 1}
    assert observed.stored()[prediction["id"]].predicted is None


@pytest.mark.parametrize(
    ("image", "predicted", "correct"),
    [(valid_png(), "7", "false"), (encode(grid_image()), None, "true"), (BLANK, None, "true")],
    ids=["digit", "not_a_digit", "blank"],
)
def test_feedback_without_a_digit_confirms_rejections_only(
    observed: ObservedServer, image: bytes, predicted: str | None, correct: str
) -> None:
    before, prediction = metrics_of(observed.client), observed.predict(image)
    response = observed.send_feedback(id=prediction["id"], digit=None, input=prediction["input"])
    assert response.status_code == 204
    counter = series(FEEDBACK_TOTAL, label="none", correct=correct)
    assert observed.counted_feedback(before) == {counter: 1}
    feedback = observed.stored()[prediction["id"]]
    assert (feedback.predicted, feedback.label) == (predicted, None)
    assert (feedback.input is None) == (image == BLANK)
    assert feedback.correct == (correct == "true")


@pytest.mark.parametrize("image", [valid_png(), encode(grid_image())], ids=["digit", "none"])
@pytest.mark.parametrize("number", ["42", "007", "42 7", "4" * 40])
def test_number_is_a_label_of_any_prediction(
    observed: ObservedServer, image: bytes, number: str
) -> None:
    before, prediction = metrics_of(observed.client), observed.predict(image)
    assert observed.send_feedback(id=prediction["id"], number=number).status_code == 204
    counter = series(FEEDBACK_TOTAL, label="number", correct="false")
    assert observed.counted_feedback(before) == {counter: 1}
    assert observed.stored()[prediction["id"]].label == number


@pytest.mark.parametrize(
    ("sent", "label", "correct"),
    [
        ({"number": "42 7"}, "number", "true"),
        ({"number": "427"}, "number", "false"),
        ({"number": "42"}, "number", "false"),
        ({"digit": 4}, "4", "false"),
        ({"digit": None}, "none", "false"),
    ],
)
def test_prediction_of_numbers_is_correct_if_all_of_them_are(
    observed: ObservedServer, sent: dict[str, object], label: str, correct: str
) -> None:
    version = observed.client.get("/health").json()["model"]
    before, prediction_id = metrics_of(observed.client), new_prediction_id(version, "42 7")
    assert observed.send_feedback(id=prediction_id, **sent).status_code == 204
    counter = series(FEEDBACK_TOTAL, label=label, correct=correct)
    assert observed.counted_feedback(before) == {counter: 1}
    assert observed.stored()[prediction_id].predicted == "42 7"


def test_number_of_one_digit_confirms_a_digit(observed: ObservedServer) -> None:
    before, prediction = metrics_of(observed.client), observed.predict()
    assert observed.send_feedback(id=prediction["id"], number="7").status_code == 204
    counter = series(FEEDBACK_TOTAL, label="7", correct="true")
    assert observed.counted_feedback(before) == {counter: 1}


@pytest.mark.parametrize(
    ("first", "second", "label"),
    [
        ({"digit": 7}, {"digit": None}, None),
        ({"digit": None}, {"digit": 7}, "7"),
        ({"digit": 7}, {"number": "07"}, "07"),
        ({"number": "42"}, {"digit": 4}, "4"),
    ],
)
def test_label_can_change_between_a_digit_numbers_and_none(
    observed: ObservedServer,
    first: dict[str, object],
    second: dict[str, object],
    label: str | None,
) -> None:
    prediction = observed.predict()
    for sent in (first, second):
        assert observed.send_feedback(id=prediction["id"], **sent).status_code == 204
    assert observed.stored()[prediction["id"]].label == label


def test_repeated_feedback_overwrites_the_label_but_counts_once(observed: ObservedServer) -> None:
    before, prediction = metrics_of(observed.client), observed.predict()
    for label in (7, 7, 2):
        assert observed.send_feedback(id=prediction["id"], digit=label).status_code == 204
    counter = series(FEEDBACK_TOTAL, label="7", correct="true")
    assert observed.counted_feedback(before) == {counter: 1}
    assert observed.stored()[prediction["id"]].label == "2"


def test_recent_feedback_gauge_counts_correct_and_wrong(observed: ObservedServer) -> None:
    def recent() -> tuple[float, float]:
        metrics = metrics_of(observed.client)
        return (
            metrics[series("digits_recent_feedback", correct="true")],
            metrics[series("digits_recent_feedback", correct="false")],
        )

    correct, wrong = recent()
    for label in (7, 7, 9):
        observed.send_feedback(id=observed.predict()["id"], digit=label)
    assert recent() == (correct + 2, wrong + 1)


def test_feedback_is_accepted_until_the_window_ends(observed: ObservedServer) -> None:
    prediction_id = observed.predict()["id"]
    in_time = backdated(prediction_id, FEEDBACK_WINDOW - 60)
    assert observed.send_feedback(id=in_time, digit=7).status_code == 204
    late = backdated(prediction_id, FEEDBACK_WINDOW + 60)
    response = observed.send_feedback(id=late, digit=7)
    assert response.status_code == 410
    assert_is_error(response.text, "feedback_expired")
    assert "more than 7 days" in response.json()["detail"]
    assert in_time in observed.stored()
    assert late not in observed.stored()


def test_feedback_on_an_older_model_is_stored_but_not_counted(observed: ObservedServer) -> None:
    before = metrics_of(observed.client)
    prediction_id = backdated(observed.predict()["id"], 60, model_version="0123456789ab")
    assert observed.send_feedback(id=prediction_id, digit=1).status_code == 204
    assert observed.counted_feedback(before) == {}
    assert observed.stored()[prediction_id].model_version == "0123456789ab"


@pytest.mark.parametrize(
    ("body", "status", "code", "word"),
    [
        (b'{"id": "ID"}', 422, "bad_parameter", "digit"),
        (b'{"digit": 7}', 422, "bad_parameter", "id"),
        (b'{"id": "ID", "digit": 10}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "digit": -1}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "digit": "<b>"}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "digit": true}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "digit": "7"}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "digit": "null"}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "digit": false}', 422, "bad_parameter", "digit"),
        (b'{"id": "ID", "number": ""}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": null}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": 42}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": " 42"}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": "42 "}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": "4  2"}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": "42\\n"}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": "4-2"}', 422, "bad_parameter", "number"),
        ('{"id": "ID", "number": "\u0664\u0662"}'.encode(), 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": "' + b"4" * 41 + b'"}', 422, "bad_parameter", "number"),
        (b'{"id": "ID", "number": "7", "digit": 7}', 422, "bad_parameter", "both"),
        (b'{"id": "ID", "number": "7", "digit": null}', 422, "bad_parameter", "both"),
        (b'{"number": "42"}', 422, "bad_parameter", "id"),
        (b'{"id": "", "digit": null}', 422, "unknown_prediction", "id"),
        (b'{"id": 7, "digit": 7}', 422, "bad_parameter", "id"),
        (b'{"id": "", "digit": 7}', 422, "unknown_prediction", "id"),
        (b'{"id": "ID0", "digit": 7}', 422, "unknown_prediction", "id"),
        (b'{"id": "FUTURE", "digit": 7}', 422, "unknown_prediction", "future"),
        (b"[7, 1]", 422, "bad_parameter", "body"),
        (b"", 400, "bad_json", "JSON"),
        (b'{"id": "ID",', 400, "bad_json", "JSON"),
        (
            b'{"id": "ID", "digit": 7, "input": "' + b"A" * 16_000 + b'"}',
            413,
            "too_many_bytes",
            "bytes",
        ),
    ],
    ids=lambda value: value[:40].decode() if isinstance(value, bytes) else None,
)
def test_invalid_feedback_is_rejected_and_neither_counted_nor_stored(
    observed: ObservedServer, body: bytes, status: int, code: str, word: str
) -> None:
    prediction_id = observed.predict()["id"]
    future = backdated(prediction_id, -3600)
    sent = body.replace(b"FUTURE", future.encode()).replace(b"ID", prediction_id.encode())
    before, stored = metrics_of(observed.client), observed.stored()
    response = observed.post_feedback(sent)
    assert response.status_code == status
    assert_is_error(response.text, code)
    assert word in response.json()["detail"]
    assert observed.counted_feedback(before) == {}
    assert observed.stored() == stored


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_feedback_that_is_not_sent_as_json_is_rejected(
    observed: ObservedServer, content_type: str
) -> None:
    """Browsers let any page send these to any site."""
    prediction_id = observed.predict()["id"]
    body = json.dumps({"id": prediction_id, "digit": 7}).encode()
    response = Request(body, content_type, "/feedback").send(observed.client)
    assert response.status_code == 415
    assert_is_error(response.text, "unsupported_media_type")
    assert prediction_id not in observed.stored()


# Model inputs


def test_model_input_is_stored_exactly(observed: ObservedServer) -> None:
    assert observed.client.get("/health").json()["stores_inputs"] is True
    prediction = observed.predict()
    response = observed.send_feedback(id=prediction["id"], digit=7, input=prediction["input"])
    assert response.status_code == 204
    stored = observed.stored()[prediction["id"]].input
    assert stored is not None
    image = Image.open(io.BytesIO(base64.b64decode(prediction["input"].partition(",")[2])))
    assert np.array_equal(np.frombuffer(stored, np.uint8).reshape(28, 28), np.asarray(image))


def test_feedback_without_model_input_stores_none(observed: ObservedServer) -> None:
    prediction = observed.predict()
    response = observed.send_feedback(id=prediction["id"], digit=7, input=None)
    assert response.status_code == 204
    assert observed.stored()[prediction["id"]].input is None


def test_model_input_is_not_stored_unless_the_operator_enables_it(
    client: httpx.Client, server: Server
) -> None:
    assert client.get("/health").json()["stores_inputs"] is False
    prediction = raw_request(valid_png(), path="/predict?explain=true").send(client).json()
    feedback = {"id": prediction["id"], "digit": 7, "input": prediction["input"]}
    assert client.post("/feedback", json=feedback).status_code == 204
    store = SQLiteStore(server.settings["DIGITS_FEEDBACK"])
    assert {item.prediction_id: item.input for item in store}[prediction["id"]] is None


def data_url(image: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"


INVALID_INPUTS = {
    "too large": data_url(encode(digit_image(7, size=(29, 28)))),
    "RGB": data_url(encode(digit_image(7, size=(28, 28)).convert("RGB"))),
    "JPEG": data_url(encode(digit_image(7, size=(28, 28)), "JPEG")),
    "truncated": data_url(encode(digit_image(7, size=(28, 28)))[:-40]),
    "words": data_url(b"seven"),
    "empty": data_url(b""),
    "not base64": "data:image/png;base64,§",
    "not a data: URL": base64.b64encode(valid_png()).decode(),
}


@pytest.mark.parametrize("name", INVALID_INPUTS)
def test_invalid_model_input_is_rejected(observed: ObservedServer, name: str) -> None:
    prediction_id = observed.predict()["id"]
    response = observed.send_feedback(id=prediction_id, digit=7, input=INVALID_INPUTS[name])
    assert response.status_code == 422
    assert_is_error(response.text, "invalid_input")
    assert "28×28" in response.json()["detail"]
    assert prediction_id not in observed.stored()


# Limits and failures


def test_too_much_feedback_gets_429_while_predictions_go_on() -> None:
    app = create_server(Settings(page_dir=Path("no frontend")))

    async def send_all() -> tuple[list[httpx.Response], httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            prediction = await raw_request(valid_png()).send_in_process(client)
            invalid = json_request({"id": "", "digit": 7}, "/feedback")
            for _ in range(FEEDBACK_BURST):  # they do not count
                assert (await invalid.send_in_process(client)).status_code == 422
            feedback = json_request({"id": prediction.json()["id"], "digit": 7}, "/feedback")
            responses = [await feedback.send_in_process(client) for _ in range(2 * FEEDBACK_BURST)]
            return responses, await raw_request(valid_png()).send_in_process(client)

    responses, prediction = asyncio.run(send_all())
    accepted = [response for response in responses if response.status_code == 204]
    limited = [response for response in responses if response.status_code == 429]
    assert FEEDBACK_BURST <= len(accepted) < len(responses)
    assert len(accepted) + len(limited) == len(responses)
    assert_is_error(limited[0].text, "rate_limited")
    assert int(limited[0].headers["retry-after"]) > 0
    assert prediction.json()["digit"] == 7


def test_fault_of_the_application_gets_500_in_the_form_of_all_errors() -> None:
    def broken() -> FeedbackStore:
        raise RuntimeError("a secret")

    app = create_app(Settings(), broken)
    app.add_middleware(RequestLogMiddleware, sinks=[])

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            prediction = await raw_request(valid_png()).send_in_process(client)
            feedback = json_request({"id": prediction.json()["id"], "digit": 7}, "/feedback")
            return await feedback.send_in_process(client)

    response = asyncio.run(send())
    assert response.status_code == 500
    assert_is_error(response.text, "internal_error")
    assert "secret" not in response.text
    assert len(response.headers.get_list("x-request-id")) == 1


def test_acknowledged_feedback_survives_kill_9(tmp_path: Path) -> None:
    with ObservedServer(tmp_path) as observed, ThreadPoolExecutor(4) as clients:
        prediction_ids = [observed.predict()["id"] for _ in range(FEEDBACK_BURST)]

        def acknowledged(prediction_id: str) -> str | None:
            try:
                response = observed.send_feedback(id=prediction_id, digit=7)
            except httpx.TransportError:
                return None
            return prediction_id if response.status_code == 204 else None

        sent = [clients.submit(acknowledged, prediction_id) for prediction_id in prediction_ids]
        wait_until(lambda: sum(future.done() for future in sent) >= 5, interval=0.001)
        observed.server.kill()
        known = {prediction_id for future in sent if (prediction_id := future.result()) is not None}
        assert 5 <= len(known) < len(prediction_ids), "killed before or after all of it"
        assert known <= set(observed.stored())
        observed.server.start()
        one = next(iter(known))
        assert observed.send_feedback(id=one, digit=1).status_code == 204
        assert observed.stored()[one].label == "1"


def test_worker_killed_under_load_loses_no_acknowledged_feedback(tmp_path: Path) -> None:
    clients = 4
    with (
        ObservedServer(tmp_path, WEB_CONCURRENCY="2") as observed,
        ThreadPoolExecutor(clients) as pool,
    ):
        url = f"{observed.server.url}/feedback"
        prediction_ids = [observed.predict()["id"] for _ in range(FEEDBACK_BURST - 2 * clients)]

        def acknowledged(prediction_id: str) -> str | None:
            """Send over a new connection, which any worker may accept."""
            try:
                response = httpx.post(url, json={"id": prediction_id, "digit": 7})
            except httpx.TransportError:
                return None
            assert response.status_code == 204
            return prediction_id

        sent = [pool.submit(acknowledged, prediction_id) for prediction_id in prediction_ids]
        wait_until(lambda: sum(future.done() for future in sent) >= 5, interval=0.001)
        os.kill(worker_ids(observed.server)[0], SIGKILL)
        known = {prediction_id for future in sent if (prediction_id := future.result()) is not None}
        assert known <= set(observed.stored())
        assert len(known) >= len(prediction_ids) - clients, "the other worker did not go on"
        wait_until(lambda: len(worker_ids(observed.server)) == 3)
        for prediction_id in set(prediction_ids) - known:
            wait_until(partial(acknowledged, prediction_id))
        assert set(observed.stored()) == set(prediction_ids)
        with httpx.Client(base_url=observed.server.url, timeout=RESPONSE_TIMEOUT) as client:
            counted = metrics_of(client)[series(FEEDBACK_TOTAL, label="7", correct="true")]
        # Feedback is stored, then acknowledged, then counted.
        assert len(prediction_ids) - clients <= counted <= len(prediction_ids)


def test_workers_share_a_file_and_count_each_prediction_once(workers: ObservedServer) -> None:
    counter = series(FEEDBACK_TOTAL, label="7", correct="true")
    before = metrics_of(workers.client)
    prediction_ids = [workers.predict()["id"] for _ in range(FEEDBACK_BURST // 2)]

    def send(prediction_id: str) -> int:
        # A new connection each time, so that any idle worker may accept it.
        body = {"id": prediction_id, "digit": 7}
        return httpx.post(f"{workers.server.url}/feedback", json=body).status_code

    with ThreadPoolExecutor(6) as clients:
        assert set(clients.map(send, [*prediction_ids, *prediction_ids])) == {204}
    assert set(prediction_ids) <= set(workers.stored())
    assert workers.counted_feedback(before) == {counter: len(prediction_ids)}


def test_full_store_rejects_new_feedback_but_accepts_corrections(tmp_path: Path) -> None:
    with ObservedServer(tmp_path) as observed:
        first, second = observed.predict()["id"], observed.predict()["id"]
        assert observed.send_feedback(id=first, digit=7).status_code == 204
        with closing(sqlite3.connect(observed.store_path)) as connection, connection:
            connection.execute("UPDATE feedback SET number = ?", (MAX_ROWS,))
        rejected = observed.send_feedback(id=second, digit=7)
        assert rejected.status_code == 503
        assert_is_error(rejected.text, "store_full")
        assert observed.send_feedback(id=first, digit=1).status_code == 204
        assert {i: feedback.label for i, feedback in observed.stored().items()} == {first: "1"}


def test_locked_store_gives_503_and_nothing_is_counted(observed: ObservedServer) -> None:
    prediction_id, before = observed.predict()["id"], metrics_of(observed.client)
    with closing(sqlite3.connect(observed.store_path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        rejected = observed.send_feedback(id=prediction_id, digit=7)
    assert rejected.status_code == 503
    assert_is_error(rejected.text, "store_unavailable")
    assert "try again" in rejected.json()["detail"]
    assert int(rejected.headers["retry-after"]) > 0
    assert observed.counted_feedback(before) == {}
    assert observed.send_feedback(id=prediction_id, digit=7).status_code == 204
    log = observed.server.log.read_text()
    assert "feedback.sqlite: database is locked" in log
    assert "Traceback" not in log


def test_locked_store_keeps_nothing_else_waiting(observed: ObservedServer) -> None:
    prediction_id = observed.predict()["id"]
    with (
        closing(sqlite3.connect(observed.store_path, isolation_level=None)) as connection,
        ThreadPoolExecutor(FEEDBACK_BURST) as pool,
    ):
        connection.execute("BEGIN EXCLUSIVE")
        rejected = [
            pool.submit(observed.send_feedback, id=prediction_id, digit=7)
            for _ in range(FEEDBACK_BURST)
        ]
        wait(rejected, return_when=FIRST_COMPLETED)  # those after it still wait
        assert metrics_of(observed.client)
        assert observed.predict()["digit"] == 7
        assert not all(each.done() for each in rejected)
        connection.execute("COMMIT")
    assert {each.result().status_code for each in rejected} == {204, 503}


def test_server_without_a_usable_store_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "that" / "is" / "missing.sqlite"
    status, output = failed_start(BACKEND, {"DIGITS_FEEDBACK": str(path)})
    assert status != 0
    assert f"Feedback cannot be stored in {path}" in output
    assert "Traceback" not in output
