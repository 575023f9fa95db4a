"""What people say of the answers is checked, counted once for each answer, and kept."""

import base64
import io
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from api.invalid_requests import good_picture
from api.metrics_text import Series, changes, metrics_of, series
from api.requests import as_body
from conftest import LONGEST_ANSWER
from PIL import Image

from recognizer.feedback import AT_ONCE, LATEST, Feedback
from recognizer.feedback.sqlite import MOST_KEPT, SQLiteStore
from support.images import digit_image, encode, grid_image
from support.paths import BACKEND
from support.processes import wait_until
from support.server import Server, failed_start

IN_ALL_FEEDBACK = "digits_feedback_total"


class Kept:
    """A server that keeps feedback in a file, and what is in that file."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.path = folder / "feedback.sqlite"
        self.server = Server(folder / "log.txt", {"DIGITS_FEEDBACK": str(self.path), **settings})
        self.client = httpx.Client(base_url=self.server.url, timeout=LONGEST_ANSWER)

    def __enter__(self) -> "Kept":
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.server.stop()

    def answer(self, picture: bytes | None = None) -> dict[str, Any]:
        """The answer to a picture, by default of a seven."""
        call = as_body(picture or good_picture(), path="/predict?explain=true")
        answer: dict[str, Any] = call.send(self.client).json()
        return answer

    def say(self, **feedback: Any) -> httpx.Response:
        """Send feedback."""
        return self.client.post("/feedback", json=feedback)

    def all(self) -> dict[str, Feedback]:
        """All that is in the file, by the answer's id."""
        return {feedback.answer: feedback for feedback in SQLiteStore(str(self.path))}

    def counted(self, before: dict[Series, float]) -> dict[Series, float]:
        """By how much the counters of feedback changed."""
        return changes(before, metrics_of(self.client), IN_ALL_FEEDBACK)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with Kept(tmp_path_factory.mktemp("feedback")) as kept:
        yield kept


@pytest.fixture(scope="module")
def kept_with_ink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with Kept(tmp_path_factory.mktemp("ink"), DIGITS_KEEP_INK="1") as kept:
        yield kept


def old(answer: str, seconds: float, model: str | None = None) -> str:
    """The id of an answer given so many seconds ago, perhaps by another model."""
    own_model, digit, rest = answer.split("-")
    milliseconds = int(1_000 * (time.time() - seconds))
    return f"{model or own_model}-{digit}-{milliseconds:011x}{rest[11:]}"


@pytest.mark.parametrize(("drawn_digit", "right"), [(7, "true"), (1, "false")])
def test_feedback_is_counted_and_kept(kept: Kept, drawn_digit: int, right: str) -> None:
    before, answer, begun = metrics_of(kept.client), kept.answer(), time.time()
    response = kept.say(id=answer["id"], digit=drawn_digit)
    assert (response.status_code, response.content) == (204, b"")
    counter = series(IN_ALL_FEEDBACK, digit=str(drawn_digit), right=right)
    assert kept.counted(before) == {counter: 1}
    feedback = kept.all()[answer["id"]]
    assert (feedback.read, feedback.drawn, feedback.ink) == (7, drawn_digit, None)
    assert feedback.model == answer["model"]
    assert abs(feedback.answered - begun) < LONGEST_ANSWER


def test_what_was_taken_for_no_digit_was_wrong(kept: Kept) -> None:
    before, answer = metrics_of(kept.client), kept.answer(encode(grid_image()))
    assert answer["digit"] is None
    assert kept.say(id=answer["id"], digit=4).status_code == 204
    assert kept.counted(before) == {series(IN_ALL_FEEDBACK, digit="4", right="false"): 1}
    assert kept.all()[answer["id"]].read is None


def test_of_what_is_said_twice_the_last_stays_and_the_first_counts(kept: Kept) -> None:
    before, answer = metrics_of(kept.client), kept.answer()
    for digit in (7, 7, 2):
        assert kept.say(id=answer["id"], digit=digit).status_code == 204
    assert kept.counted(before) == {series(IN_ALL_FEEDBACK, digit="7", right="true"): 1}
    assert kept.all()[answer["id"]].drawn == 2


def test_the_last_hundred_tell_how_many_are_right(kept: Kept) -> None:
    def recent() -> tuple[float, float]:
        metrics = metrics_of(kept.client)
        return (
            metrics[series("digits_recent_feedback", right="true")],
            metrics[series("digits_recent_feedback", right="false")],
        )

    right, wrong = recent()
    kept.say(id=kept.answer()["id"], digit=7)
    kept.say(id=kept.answer()["id"], digit=7)
    kept.say(id=kept.answer()["id"], digit=9)
    assert recent() == (right + 2, wrong + 1)


def test_feedback_that_comes_late_is_kept_until_it_comes_too_late(kept: Kept) -> None:
    answer = kept.answer()["id"]
    assert kept.say(id=old(answer, LATEST - 60), digit=7).status_code == 204
    response = kept.say(id=old(answer, LATEST + 60), digit=7)
    assert response.status_code == 410
    assert "more than 7 days" in response.json()["detail"]
    assert old(answer, LATEST + 60) not in kept.all()


def test_an_older_models_errors_are_kept_but_not_counted_as_this_ones(kept: Kept) -> None:
    before = metrics_of(kept.client)
    answer = old(kept.answer()["id"], 60, model="0123456789ab")
    assert kept.say(id=answer, digit=1).status_code == 204
    assert kept.counted(before) == {}
    assert kept.all()[answer].model == "0123456789ab"


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b'{"id": "ID"}', 422, "digit"),
        (b'{"digit": 7}', 422, "id"),
        (b'{"id": "ID", "digit": 10}', 422, "digit"),
        (b'{"id": "ID", "digit": "<b>"}', 422, "digit"),
        (b'{"id": 7, "digit": 7}', 422, "id"),
        (b'{"id": "", "digit": 7}', 422, "id"),
        (b'{"id": "ID0", "digit": 7}', 422, "id"),
        (b'{"id": "FUTURE", "digit": 7}', 422, "not been given"),
        (b"[7, 1]", 422, "body"),
        (b"", 400, "JSON"),
        (b'{"id": "ID",', 400, "JSON"),
        (b'{"id": "ID", "digit": 7, "ink": "' + b"A" * 16_000 + b'"}', 413, "bytes"),
    ],
    ids=lambda value: value[:40].decode() if isinstance(value, bytes) else None,
)
def test_feedback_that_makes_no_sense_is_refused(
    kept: Kept, body: bytes, status: int, word: str
) -> None:
    answer = kept.answer()["id"]
    sent = body.replace(b"FUTURE", old(answer, -3600).encode()).replace(b"ID", answer.encode())
    before, rows = metrics_of(kept.client), kept.all()
    headers = {"content-type": "application/json"}
    response = kept.client.post("/feedback", content=sent, headers=headers)
    assert response.status_code == status
    assert word in response.json()["detail"]
    assert kept.counted(before) == {}
    assert kept.all() == rows


def test_an_ink_is_kept_as_the_model_saw_it(kept_with_ink: Kept) -> None:
    assert kept_with_ink.client.get("/health").json()["keeps_ink"] is True
    answer = kept_with_ink.answer()
    response = kept_with_ink.say(id=answer["id"], digit=7, ink=answer["input"])
    assert response.status_code == 204
    ink = kept_with_ink.all()[answer["id"]].ink
    assert ink is not None
    picture = Image.open(io.BytesIO(base64.b64decode(answer["input"].partition(",")[2])))
    assert np.array_equal(np.frombuffer(ink, np.uint8).reshape(28, 28), np.asarray(picture))


def test_no_ink_is_kept_unless_it_is_sent(kept_with_ink: Kept) -> None:
    answer = kept_with_ink.answer()
    assert kept_with_ink.say(id=answer["id"], digit=7, ink=None).status_code == 204
    assert kept_with_ink.all()[answer["id"]].ink is None


def test_no_ink_is_kept_unless_the_operator_wants_it(kept: Kept) -> None:
    assert kept.client.get("/health").json()["keeps_ink"] is False
    answer = kept.answer()
    assert kept.say(id=answer["id"], digit=7, ink=answer["input"]).status_code == 204
    assert kept.all()[answer["id"]].ink is None


BAD_INKS = {
    "larger": encode(digit_image(7, size=(29, 28))),
    "in colour": encode(digit_image(7, size=(28, 28)).convert("RGB")),
    "a JPEG": encode(digit_image(7, size=(28, 28)), "JPEG"),
    "cut short": encode(digit_image(7, size=(28, 28)))[:-40],
    "words": b"seven",
    "nothing": b"",
}


@pytest.mark.parametrize("name", [*BAD_INKS, "no base64", "no data: URL"])
def test_what_is_no_ink_is_refused(kept_with_ink: Kept, name: str) -> None:
    text = base64.b64encode(BAD_INKS.get(name, good_picture())).decode()
    url = text if name == "no data: URL" else f"data:image/png;base64,{text}"
    ink = "data:image/png;base64,§" if name == "no base64" else url
    answer = kept_with_ink.answer()["id"]
    response = kept_with_ink.say(id=answer, digit=7, ink=ink)
    assert (response.status_code, "28×28" in response.json()["detail"]) == (422, True)
    assert answer not in kept_with_ink.all()


def test_a_flood_is_turned_away_and_the_rest_goes_on(tmp_path: Path) -> None:
    with Kept(tmp_path) as kept:
        answers = [kept.answer()["id"] for _ in range(2 * AT_ONCE)]
        responses = [kept.say(id=answer, digit=7) for answer in answers]
        taken = [a for a, r in zip(answers, responses, strict=True) if r.status_code == 204]
        assert AT_ONCE <= len(taken) < len(answers)
        assert set(kept.all()) == set(taken)
        turned_away = next(response for response in responses if response.status_code != 204)
        assert turned_away.status_code == 429
        assert int(turned_away.headers["retry-after"]) > 0
        answer = kept.answer()
        assert answer["digit"] == 7
        wait_until(
            lambda: kept.say(id=answer["id"], digit=7).status_code != 429, timeout=LONGEST_ANSWER
        )
        assert answer["id"] in kept.all()


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with Kept(tmp_path) as kept, ThreadPoolExecutor(4) as callers:
        answers = [kept.answer()["id"] for _ in range(AT_ONCE)]

        def acknowledged(answer: str) -> str | None:
            try:
                return answer if kept.say(id=answer, digit=7).status_code == 204 else None
            except httpx.TransportError:
                return None

        sent = [callers.submit(acknowledged, answer) for answer in answers]
        while sum(future.done() for future in sent) < 5:
            time.sleep(0.001)
        kept.server.kill()
        known = {answer for future in sent if (answer := future.result()) is not None}
        assert 5 <= len(known) < len(answers), "killed before or after all of it"
        assert known <= set(kept.all())
        kept.server.start()
        one = next(iter(known))
        assert kept.say(id=one, digit=1).status_code == 204
        assert kept.all()[one].drawn == 1


def test_workers_share_a_file_and_count_as_one(tmp_path: Path) -> None:
    with Kept(tmp_path, WEB_CONCURRENCY="3") as kept, ThreadPoolExecutor(6) as callers:
        answers = [kept.answer()["id"] for _ in range(AT_ONCE // 2)]

        def say(answer: str) -> int:
            # A connection of its own each time: whichever worker is free takes it.
            body = {"id": answer, "digit": 7}
            return httpx.post(f"{kept.server.url}/feedback", json=body).status_code

        assert set(callers.map(say, [*answers, *answers])) == {204}
        assert set(kept.all()) == set(answers)
        total = metrics_of(kept.client)
        assert total[series(IN_ALL_FEEDBACK, digit="7", right="true")] == len(answers)


def test_a_full_store_says_so_and_still_takes_corrections(tmp_path: Path) -> None:
    with Kept(tmp_path) as kept:
        first, second = kept.answer()["id"], kept.answer()["id"]
        assert kept.say(id=first, digit=7).status_code == 204
        with closing(sqlite3.connect(kept.path)) as connection, connection:
            connection.execute("UPDATE feedback SET number = ?", (MOST_KEPT,))
        refused = kept.say(id=second, digit=7)
        assert (refused.status_code, refused.json()["detail"]) == (
            503,
            "No more feedback is kept here.",
        )
        assert kept.say(id=first, digit=1).status_code == 204
        assert {answer: said.drawn for answer, said in kept.all().items()} == {first: 1}


def test_a_store_that_does_not_answer_is_said_to_and_nothing_is_counted(tmp_path: Path) -> None:
    with Kept(tmp_path) as kept:
        answer, before = kept.answer()["id"], metrics_of(kept.client)
        with closing(sqlite3.connect(kept.path, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            refused = kept.say(id=answer, digit=7)
        assert refused.status_code == 503
        assert "try again" in refused.json()["detail"]
        assert kept.counted(before) == {}
        assert kept.say(id=answer, digit=7).status_code == 204
        log = kept.server.log.read_text()
        assert "feedback.sqlite: database is locked" in log
        assert "Traceback" not in log


@pytest.mark.parametrize("place", ["folder/that/is/not.sqlite", "words.txt"])
def test_without_a_place_for_feedback_it_says_so_and_ends(tmp_path: Path, place: str) -> None:
    (tmp_path / "words.txt").write_text("these are words, and no database " * 40)
    settings = {"DIGITS_FEEDBACK": str(tmp_path / place)}
    status, output = failed_start(BACKEND, settings)
    assert status != 0
    assert f"Feedback cannot be kept in {tmp_path / place}" in output
    assert "Traceback" not in output
