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
    """Find an ambiguous drawing by bisection between a 1 and a 7."""
    assert message_for(page, flag=0).startswith("It's a 1")
    assert message_for(page, flag=1).startswith("It's a 7")
    one, seven, middle = 0.0, 1.0, 0.5
    while (message := message_for(page, middle)).startswith("It's a "):
        assert seven - one > 0.001, f"A sure 1 at {one} and a sure 7 at {seven}."
        one, seven = (middle, seven) if message.startswith("It's a 1") else (one, middle)
        middle = (one + seven) / 2
    assert message in {"Not sure. Is it a 1 or a 7?", "Not sure. Is it a 7 or a 1?"}


def one_or_seven(flag: float) -> Sequence[Stroke]:
    """Return a bare 1 (`flag` 0) whose flag grows and rises until it is a 7 (1)."""
    return [[(0.6 - 0.5 * flag, 0.3 * (1 - flag)), (0.6, 0.0), (0.45, 1.0)]]


def message_for(page: Page, flag: float) -> str:
    """Draw between a 1 and a 7, return the message and clear the drawing."""
    draw(page, one_or_seven(flag))
    expect(predicted_digit(page)).to_have_text(re.compile(r"^\d?$"))
    message = status_message(page).inner_text()
    button(page, "Clear").click()
    return message
