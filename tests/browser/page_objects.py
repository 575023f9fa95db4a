"""Locators for the parts of the page, and the actions that several tests share."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, Request

NOTHING_DRAWN = "Nothing drawn yet"
TOO_SHORT = "Keep drawing…"
NOT_A_DIGIT = "That doesn't look like a digit"
UNREACHABLE = "Can't reach the recognizer."
OFFLINE = "You're offline. Your digit will be read when you reconnect."
QUESTION = "Is that correct?"
THANKS = "Thank you"
CONSENT = "Save this drawing for training"


def predicted_digit(page: Page) -> Locator:
    """Return the predicted digit, once the prediction is for the current drawing."""
    return page.locator('[data-stale="false"]').get_by_test_id("predicted-digit")


def status_message(page: Page) -> Locator:
    """Return the sentence about the prediction, the progress or an error."""
    return page.get_by_test_id("status-message")


def model_input(page: Page) -> Locator:
    """Return the 28×28 image of the model input."""
    return page.get_by_alt_text("Your digit at 28 by 28 pixels")


def button(page: Page, name: str) -> Locator:
    """Return a button by a part of its label."""
    return page.get_by_role("button", name=name)


def feedback_prompt(page: Page) -> Locator:
    """Return the area that asks for feedback and confirms it."""
    return page.locator(".feedback")


def feedback_outcome(page: Page) -> Locator:
    """Return the sentence that confirms feedback or says why it failed."""
    return feedback_prompt(page).get_by_role("status")


def consent(page: Page) -> Locator:
    """Return the checkbox that allows the model input to be stored."""
    return page.get_by_role("checkbox", name=CONSENT)


def submit_feedback(page: Page, name: str, status: int = 204) -> dict[str, Any]:
    """Click a button of the prompt, check the status and return the feedback that was sent."""
    with page.expect_response("**/feedback") as response:
        button(page, name).click()
    assert response.value.status == status
    body: dict[str, Any] = json.loads(response.value.request.post_data or "")
    return body


def record_predict_requests(page: Page) -> list[Request]:
    """Return a list to which every later request to /predict is appended."""
    requests: list[Request] = []

    def record(request: Request) -> None:
        if "/predict" in request.url:
            requests.append(request)

    page.on("request", record)
    return requests


def horizontal_overflow(page: Page) -> int:
    """Return by how many CSS pixels the page is wider than the window."""
    width = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return int(width)
