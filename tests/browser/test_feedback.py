"""Right or wrong: the page asks, and sends nothing that nobody tapped."""

import json
import sqlite3
from contextlib import closing

from browser.drawing import draw
from browser.keeping import kept
from browser.page_objects import UNREACHABLE, answer, button, consent, judged, outcome, told
from playwright.sync_api import Page, Request, Route, expect

from support.drawings import DIGITS, NON_DIGITS
from support.server import Server

THANKS = "Thank you"

DAYS = 24 * 3600 * 1000
"""In milliseconds, as an answer's id has its time."""


def test_yes_sends_the_digit_and_says_thanks(page: Page, site: Server) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "/feedback" in request.url else None)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    expect(judged(page)).to_contain_text("Is that right?")
    assert sent == [], "nothing is sent without the tap"
    said = told(page, "Yes")
    assert said == {"id": said["id"], "digit": 4}
    assert (kept(site, said["id"]).read, kept(site, said["id"]).drawn) == (4, 4)
    expect(outcome(page)).to_have_text(THANKS)


def test_no_asks_which_digit_it_was_and_sends_that(page: Page, site: Server) -> None:
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    button(page, "No, it was").click()
    said = told(page, "It was a 9")
    assert (kept(site, said["id"]).read, kept(site, said["id"]).drawn) == (4, 9)
    expect(outcome(page)).to_have_text(THANKS)


def test_what_was_taken_for_no_digit_can_be_named(page: Page, site: Server) -> None:
    draw(page, NON_DIGITS["A"])
    said = told(page, "It was a 4")
    assert (kept(site, said["id"]).read, kept(site, said["id"]).drawn) == (None, 4)


def test_a_slip_of_the_finger_can_be_put_right(page: Page, site: Server) -> None:
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    first = told(page, "Yes")
    button(page, "Change").click()
    second = told(page, "It was a 9")
    assert second == {"id": first["id"], "digit": 9}
    assert kept(site, first["id"]).drawn == 9
    expect(outcome(page)).to_have_text(THANKS)


def test_the_next_drawing_is_asked_about_anew(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "Yes").click()
    expect(outcome(page)).to_have_text(THANKS)
    button(page, "Clear").click()
    expect(judged(page)).to_have_text("")
    draw(page, DIGITS[1])
    expect(button(page, "Yes")).to_be_visible()


def test_nobody_is_asked_for_drawings_where_none_are_kept(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(button(page, "Yes")).to_be_visible()
    expect(consent(page)).to_have_count(0)


def test_feedback_that_is_lost_is_said_to_be(page: Page) -> None:
    page.route("**/feedback", lambda route: route.abort())
    draw(page, DIGITS[4])
    button(page, "Yes").click()
    expect(outcome(page)).to_have_text(UNREACHABLE)


def test_feedback_that_cannot_be_kept_just_now_can_be_sent_again(
    blank_page: Page, own_site: Server
) -> None:
    page = blank_page
    page.goto(own_site.url)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    rename_table(own_site, "feedback", "mislaid")
    told(page, "Yes", status=503)
    expect(outcome(page)).to_have_text("This could not be kept; try again later.")
    rename_table(own_site, "mislaid", "feedback")
    button(page, "Say it again").click()
    said = told(page, "It was a 4")
    expect(outcome(page)).to_have_text(THANKS)
    assert kept(own_site, said["id"]).drawn == 4


def test_feedback_that_comes_too_late_is_refused_in_the_apis_own_words(page: Page) -> None:
    page.route("**/feedback", eight_days_later)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    told(page, "Yes", status=410)
    expect(outcome(page)).to_have_text("That answer was given more than 7 days ago.")
    expect(judged(page).get_by_role("button")).to_have_count(0)
    button(page, "Clear").click()
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")
    expect(button(page, "Yes")).to_be_visible()


def rename_table(site: Server, old: str, new: str) -> None:
    """Hide from the server where it keeps feedback, or show it again."""
    with closing(sqlite3.connect(site.settings["DIGITS_FEEDBACK"])) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


def eight_days_later(route: Route) -> None:
    """Send feedback on as if its answer had been given eight days before."""
    said = json.loads(route.request.post_data or "")
    model, read, rest = said["id"].split("-")
    answered = int(rest[:11], 16) - 8 * DAYS
    said["id"] = f"{model}-{read}-{answered:011x}{rest[11:]}"
    route.continue_(post_data=json.dumps(said))
