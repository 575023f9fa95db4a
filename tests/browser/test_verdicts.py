"""The page shows each verdict: a digit, an unsure prediction or a non-digit."""

import re
from collections.abc import Sequence

import pytest
from browser.mouse import draw
from browser.page_objects import (
    NOT_A_DIGIT,
    button,
    model_input,
    predicted_digit,
    status_message,
)
from playwright.sync_api import Page, expect

from support.drawings import NON_DIGITS, Stroke


@pytest.mark.parametrize("name", NON_DIGITS)
def test_non_digit_is_rejected(page: Page, name: str) -> None:
    draw(page, NON_DIGITS[name])
    expect(status_message(page)).to_have_text(NOT_A_DIGIT)
    expect(predicted_digit(page)).to_have_text("")
    expect(model_input(page)).to_be_visible()


def test_unsure_prediction_names_both_digits(page: Page) -> None:
    """Find an ambiguous drawing by bisection between a 4 and a 9."""
    assert message_for(page, closure=0).startswith("It's a 4")
    assert message_for(page, closure=1).startswith("It's a 9")
    four, nine, middle = 0.0, 1.0, 0.5
    while (message := message_for(page, middle)).startswith("It's a "):
        assert nine - four > 0.001, f"A sure 4 at {four} and a sure 9 at {nine}."
        four, nine = (middle, nine) if message.startswith("It's a 4") else (four, middle)
        middle = (four + nine) / 2
    assert message in {"Not sure. Is it a 4 or a 9?", "Not sure. Is it a 9 or a 4?"}


def four_or_nine(closure: float) -> Sequence[Stroke]:
    """Return an open 4 (`closure` 0) whose arms approach each other until it is a 9 (1)."""
    return [
        [(0.15 + 0.3 * closure, 0.0), (0.1, 0.3), (0.15, 0.5), (0.75, 0.45)],
        [(0.75 - 0.25 * closure, 0.0), (0.75, 0.45), (0.7, 1.0)],
    ]


def message_for(page: Page, closure: float) -> str:
    """Draw between a 4 and a 9, return the message and clear the drawing."""
    draw(page, four_or_nine(closure))
    expect(predicted_digit(page)).to_have_text(re.compile(r"^\d?$"))
    message = status_message(page).inner_text()
    button(page, "Clear").click()
    return message
