"""What the page says, and what it sends, as the tests look at it."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, Request

NOTHING_DRAWN = "Nothing drawn yet"
UNREACHABLE = "The recogniser cannot be reached"


def answer(page: Page) -> Locator:
    """The figure shown, once it belongs to the drawing on the paper and not to one before."""
    return page.locator('[data-stale="false"]').get_by_test_id("answer")


def verdict(page: Page) -> Locator:
    """The sentence shown."""
    return page.get_by_test_id("verdict")


def seen(page: Page) -> Locator:
    """The 28×28 picture that the model was shown."""
    return page.get_by_alt_text("Your digit in 28 by 28 pixels")


def button(page: Page, name: str) -> Locator:
    """A button by its words."""
    return page.get_by_role("button", name=name)


def record_predictions(page: Page) -> list[Request]:
    """A list that grows with every picture the page sends from now on."""
    requests: list[Request] = []

    def record(request: Request) -> None:
        if "/predict" in request.url:
            requests.append(request)

    page.on("request", record)
    return requests


def judged(page: Page) -> Locator:
    """Where the page asks whether it was right, and says thanks."""
    return page.locator(".judgement")


def outcome(page: Page) -> Locator:
    """What the page says became of that."""
    return judged(page).get_by_role("status")


def consent(page: Page) -> Locator:
    """The box to tick where the drawing may be kept."""
    return page.get_by_role("checkbox", name="Keep this drawing to learn from")


def told(page: Page, name: str, status: int = 204) -> dict[str, Any]:
    """The feedback that goes out with a tap on a button."""
    with page.expect_response("**/feedback") as response:
        button(page, name).click()
    assert response.value.status == status
    body: dict[str, Any] = json.loads(response.value.request.post_data or "")
    return body


def overflow(page: Page) -> int:
    """By how many CSS pixels the page is wider than the window."""
    width = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return int(width)
