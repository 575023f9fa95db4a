"""The page says what the recogniser thinks: a digit, a doubt, or that it is no digit."""

import re

import numpy as np
import pytest
from browser.drawing import DIGITS, NO_DIGITS, Box, Strokes, draw
from browser.reading import answer, button, seen, verdict
from playwright.sync_api import Page, expect


@pytest.mark.parametrize("name", NO_DIGITS)
def test_the_page_says_that_it_is_no_digit(page: Page, name: str) -> None:
    draw(page, NO_DIGITS[name])
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


def test_the_page_names_both_digits_where_it_is_not_sure(page: Page) -> None:
    """Somewhere on the way from a 4 to a 9 it cannot tell which one it is."""
    said = {}
    for closed in np.linspace(0, 1, 17):
        draw(page, four_or_nine(float(closed)))
        expect(answer(page)).to_have_text(re.compile(r"^\d?$"))
        said[float(closed)] = verdict(page).inner_text()
        button(page, "Clear").click()
    assert said[0.0].startswith("That is a 4")
    assert {"Not sure: 4 or 9?", "Not sure: 9 or 4?"} & set(said.values())
