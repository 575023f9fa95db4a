"""The page says what the recogniser thinks: a digit, a doubt, or that it is no digit."""

import re

import pytest
from browser.drawing import Strokes, draw
from browser.page_objects import answer, button, seen, verdict
from playwright.sync_api import Page, expect

from support.drawings import DIGITS, NON_DIGITS, Box


@pytest.mark.parametrize("name", NON_DIGITS)
def test_the_page_says_that_it_is_no_digit(page: Page, name: str) -> None:
    draw(page, NON_DIGITS[name])
    expect(verdict(page)).to_have_text("That does not look like a digit")
    expect(answer(page)).to_have_text("")
    expect(seen(page)).to_be_visible()


def test_two_digits_are_not_taken_for_one(page: Page) -> None:
    draw(page, DIGITS[4], Box(0.1, 0.25, 0.3, 0.5))
    draw(page, DIGITS[2], Box(0.55, 0.25, 0.3, 0.5))
    expect(verdict(page)).to_have_text("That does not look like a digit")


def four_or_nine(closed: float) -> Strokes:
    """An open 4 whose arms lean towards each other until it is a 9."""
    return [
        [(0.15 + 0.3 * closed, 0.0), (0.1, 0.3), (0.15, 0.5), (0.75, 0.45)],
        [(0.75 - 0.25 * closed, 0.0), (0.75, 0.45), (0.7, 1.0)],
    ]


def said_of(page: Page, closed: float) -> str:
    """What the page says of a drawing between a 4 and a 9, which is wiped away again."""
    draw(page, four_or_nine(closed))
    expect(answer(page)).to_have_text(re.compile(r"^\d?$"))
    said = verdict(page).inner_text()
    button(page, "Clear").click()
    return said


def test_the_page_names_both_digits_where_it_is_not_sure(page: Page) -> None:
    """Halved time and again, the way from a 4 to a 9 leads to where it cannot tell them apart."""
    assert said_of(page, 0).startswith("That is a 4")
    assert said_of(page, 1).startswith("That is a 9")
    four, nine, middle = 0.0, 1.0, 0.5
    while (said := said_of(page, middle)).startswith("That is a "):
        assert nine - four > 0.001, f"It is sure of a 4 at {four} and of a 9 at {nine}."
        four, nine = (middle, nine) if said.startswith("That is a 4") else (four, middle)
        middle = (four + nine) / 2
    assert said in {"Not sure: 4 or 9?", "Not sure: 9 or 4?"}
