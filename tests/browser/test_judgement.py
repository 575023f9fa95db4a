"""Right or wrong: the page asks, and sends nothing that nobody tapped."""

import json

from browser.drawing import DIGITS, NO_DIGITS, draw
from browser.reading import answer, button, judged
from playwright.sync_api import Page, Request, expect

THANKS = "Thank you"


def feedback_of(page: Page) -> list[Request]:
    """A list that grows with every feedback the page sends from now on."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "/feedback" in request.url else None)
    return sent


def test_yes_sends_the_digit_and_says_thanks(page: Page) -> None:
    sent = feedback_of(page)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    expect(judged(page)).to_contain_text("Is that right?")
    assert sent == [], "nothing is sent without the tap"
    with page.expect_response("**/feedback") as response:
        button(page, "Yes").click()
    assert response.value.status == 204
    assert json.loads(sent[0].post_data or "") == {"read": 4, "digit": 4}
    expect(judged(page)).to_have_text(THANKS)


def test_no_asks_which_digit_it_was_and_sends_that(page: Page) -> None:
    sent = feedback_of(page)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    button(page, "No, it was").click()
    with page.expect_response("**/feedback"):
        button(page, "It was a 9").click()
    assert json.loads(sent[0].post_data or "") == {"read": 4, "digit": 9}
    expect(judged(page)).to_have_text(THANKS)


def test_what_was_taken_for_no_digit_can_be_named(page: Page) -> None:
    sent = feedback_of(page)
    draw(page, NO_DIGITS["A"])
    with page.expect_response("**/feedback"):
        button(page, "It was a 4").click()
    assert json.loads(sent[0].post_data or "") == {"read": None, "digit": 4}


def test_the_next_drawing_is_asked_about_anew(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "Yes").click()
    expect(judged(page)).to_have_text(THANKS)
    button(page, "Clear").click()
    expect(judged(page)).to_have_text("")
    draw(page, DIGITS[1])
    expect(button(page, "Yes")).to_be_visible()


def test_feedback_that_is_lost_is_said_to_be(page: Page) -> None:
    page.route("**/feedback", lambda route: route.abort())
    draw(page, DIGITS[4])
    button(page, "Yes").click()
    expect(judged(page)).to_have_text("Thank you, but that did not get through")
