"""A server whose feedback, log and metrics the tests can read."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
from api.invalid_requests import valid_png
from api.metrics_text import Series, changes, metrics_of
from api.requests import raw_request

from recognizer.feedback import Feedback
from recognizer.feedback.sqlite import SQLiteStore
from support.processes import wait_until
from support.server import RESPONSE_TIMEOUT, Server

LOG_TIMEOUT = 10.0
"""Seconds until a record that was logged is in the file."""


class ObservedServer:
    """A server that stores feedback and logs into files, with a client."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.store_path = folder / "feedback.sqlite"
        settings = {"DIGITS_FEEDBACK": str(self.store_path), **settings}
        self.server = Server(folder / "log.txt", settings)
        self.client = httpx.Client(base_url=self.server.url, timeout=RESPONSE_TIMEOUT)

    def __enter__(self) -> "ObservedServer":
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.server.stop()

    def predict(self, image: bytes | None = None) -> dict[str, Any]:
        """Return the prediction for an image, by default of a 7, with its model input."""
        request = raw_request(image or valid_png(), path="/predict?explain=true")
        prediction: dict[str, Any] = request.send(self.client).json()
        return prediction

    def send_feedback(self, **fields: Any) -> httpx.Response:
        """Send feedback and return the response."""
        return self.post_feedback(json.dumps(fields).encode())

    def post_feedback(self, body: bytes) -> httpx.Response:
        """Post a body, again while it is too much feedback at once, and return the response."""
        headers = {"content-type": "application/json"}
        while True:
            response = self.client.post("/feedback", content=body, headers=headers)
            if response.status_code != 429:
                return response
            time.sleep(float(response.headers["retry-after"]))

    def stored(self) -> dict[str, Feedback]:
        """Return the stored feedback by prediction ID."""
        return {feedback.prediction_id: feedback for feedback in SQLiteStore(str(self.store_path))}

    def counted_feedback(self, before: dict[Series, float]) -> dict[Series, float]:
        """Return by how much the feedback counters changed since `before`."""
        return changes(before, metrics_of(self.client), "digits_feedback_total")

    def record(self, request_id: str) -> dict[str, Any]:
        """Return the record of a request, once it is in the log."""

        def logged() -> list[dict[str, Any]]:
            text = self.server.log.read_text()
            lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            return [line for line in lines if line["request_id"] == request_id]

        (record,) = wait_until(logged, timeout=LOG_TIMEOUT)
        return record
