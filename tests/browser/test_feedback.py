"""The page asks whether the prediction is correct and sends nothing without a click."""

import json
import sqlite3
from contextlib import closing
from typing import Literal

import pytest
from browser.feedback_rows import stored_feedback
from browser.mouse import draw
from browser.page_objects import (
    NOT_A_DIGIT,
    QUESTION,
    THANKS,
    UNREACHABLE,
    button,
    consent,
    feedback_outcome,
    feedback_prompt,
    predicted_digit,
    status_message,
    submit_feedback,
)
from playwright.sync_api import Page, Request, Route, expect

from support.drawings import DIGITS, NON_DIGITS
from support.server import Server

DAY = 24 * 3600 * 1000
"""In milliseconds, the unit of the time in a prediction's ID."""


def test_yes_sends_the_predicted_digit_and_says_thanks(page: Page, site: Server) -> None:
    requests: list[Request] = []
    page.on(
        "request",
        lambda request: requests.append(request) if "/feedback" in request.url else None,
    )
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    expect(feedback_prompt(page)).to_contain_text(QUESTION)
    assert requests == [], "nothing is sent before the click"
    feedback = submit_feedback(page, "Yes")
    assert feedback == {"id": feedback["id"], "digit": 4}
    stored = stored_feedback(site, feedback["id"])
    assert (stored.predicted, stored.label) == ("4", "4")
    expect(feedback_outcome(page)).to_have_text(THANKS)


def test_no_asks_for_the_label_and_sends_it(page: Page, site: Server) -> None:
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    button(page, "It was …").click()
    feedback = submit_feedback(page, "It was a 9")
    stored = stored_feedback(site, feedback["id"])
    assert (stored.predicted, stored.label) == ("4", "9")
    expect(feedback_outcome(page)).to_have_text(THANKS)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_double_click_on_no_sends_no_label(
    page: Page, motion: Literal["no-preference", "reduce"]
) -> None:
    page.emulate_media(reduced_motion=motion)
    draw(page, DIGITS[4])
    no = button(page, "It was …").bounding_box()
    assert no is not None
    page.mouse.dblclick(no["x"] + 10, no["y"] + no["height"] / 2)
    expect(button(page, "It was a 2")).to_be_visible()
    expect(feedback_outcome(page)).to_have_text("")
    assert submit_feedback(page, "It was a 9")["digit"] == 9


def test_number_misread_as_one_digit_can_be_typed(page: Page, site: Server) -> None:
    draw(page, DIGITS[4])
    button(page, "It was …").click()
    button(page, "It was 10+").click()
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("11")  # digits that are no shortcuts here
    feedback = submit_feedback(page, "Send")
    stored = stored_feedback(site, feedback["id"])
    assert (stored.predicted, stored.label) == ("4", "11")


def test_rejected_drawing_can_be_labeled(page: Page, site: Server) -> None:
    draw(page, NON_DIGITS["A"])
    button(page, "It was …").click()
    feedback = submit_feedback(page, "It was a 4")
    stored = stored_feedback(site, feedback["id"])
    assert (stored.predicted, stored.label) == (None, "4")


def test_rejection_can_be_confirmed(page: Page, site: Server) -> None:
    draw(page, NON_DIGITS["A"])
    expect(status_message(page)).to_have_text(NOT_A_DIGIT)
    feedback = submit_feedback(page, "Yes")
    assert feedback == {"id": feedback["id"], "digit": None}
    stored = stored_feedback(site, feedback["id"])
    assert (stored.predicted, stored.label, stored.correct) == (None, None, True)
    expect(feedback_outcome(page)).to_have_text(THANKS)


def test_digit_can_be_called_not_a_digit_and_changed_back(page: Page, site: Server) -> None:
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    first = submit_feedback(page, "No digit")
    assert first == {"id": first["id"], "digit": None}
    assert stored_feedback(site, first["id"]).label is None
    button(page, "Change").click()
    second = submit_feedback(page, "Yes")
    assert second == {"id": first["id"], "digit": 4}
    assert stored_feedback(site, first["id"]).label == "4"


def test_label_can_be_changed(page: Page, site: Server) -> None:
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    first = submit_feedback(page, "Yes")
    button(page, "Change").click()
    button(page, "It was …").click()
    second = submit_feedback(page, "It was a 9")
    assert second == {"id": first["id"], "digit": 9}
    assert stored_feedback(site, first["id"]).label == "9"
    expect(feedback_outcome(page)).to_have_text(THANKS)


def test_changed_label_arrives_after_the_first(page: Page, site: Server) -> None:
    held: list[Route] = []
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    page.route("**/feedback", lambda route: held.append(route), times=1)
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    with page.expect_request("**/feedback"):
        button(page, "Yes").click()
    button(page, "Change").click()
    button(page, "It was …").click()
    button(page, "It was a 9").click()
    # As long as another request takes, the second label is not sent.
    page.evaluate("fetch('/health').then((response) => response.text())")
    assert [request.method for request in requests] == ["POST", "GET"]
    with page.expect_request("**/feedback") as last:
        held[0].continue_()
    assert last.value.response() is not None
    feedback = last.value.post_data_json or {}
    assert stored_feedback(site, feedback["id"]).label == "9"


def test_prompt_is_reset_for_the_next_drawing(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "Yes").click()
    expect(feedback_outcome(page)).to_have_text(THANKS)
    button(page, "Clear").click()
    expect(feedback_prompt(page)).to_have_text("")
    draw(page, DIGITS[1])
    expect(button(page, "Yes")).to_be_visible()


def test_consent_is_not_offered_if_inputs_are_not_stored(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(button(page, "Yes")).to_be_visible()
    expect(consent(page)).to_have_count(0)


def test_feedback_without_a_response_is_reported(page: Page) -> None:
    page.route("**/feedback", lambda route: route.abort())
    draw(page, DIGITS[4])
    button(page, "Yes").click()
    expect(feedback_outcome(page)).to_have_text(UNREACHABLE)


def test_feedback_that_could_not_be_stored_can_be_sent_again(
    blank_page: Page, own_site: Server
) -> None:
    page = blank_page
    page.goto(own_site.url)
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    rename_table(own_site, "feedback", "hidden")
    submit_feedback(page, "Yes", status=503)
    expect(feedback_outcome(page)).to_have_text(
        "The feedback could not be stored; try again later."
    )
    rename_table(own_site, "hidden", "feedback")
    feedback = submit_feedback(page, "Send again")
    expect(feedback_outcome(page)).to_have_text(THANKS)
    assert stored_feedback(own_site, feedback["id"]).label == "4"


def test_expired_feedback_shows_the_message_of_the_api(page: Page) -> None:
    page.route("**/feedback", send_eight_days_later)
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    submit_feedback(page, "Yes", status=410)
    expect(feedback_outcome(page)).to_have_text("That prediction is more than 7 days old.")
    expect(feedback_prompt(page).get_by_role("button")).to_have_count(0)
    button(page, "Clear").click()
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")
    expect(button(page, "Yes")).to_be_visible()


def rename_table(site: Server, old: str, new: str) -> None:
    """Rename a table of the server's feedback store."""
    with closing(sqlite3.connect(site.settings["DIGITS_FEEDBACK"])) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


def send_eight_days_later(route: Route) -> None:
    """Forward feedback with a prediction ID that is eight days older."""
    feedback = json.loads(route.request.post_data or "")
    model, predicted, rest = feedback["id"].split("-")
    predicted_at = int(rest[:11], 16) - 8 * DAY
    feedback["id"] = f"{model}-{predicted}-{predicted_at:011x}{rest[11:]}"
    route.continue_(post_data=json.dumps(feedback))
