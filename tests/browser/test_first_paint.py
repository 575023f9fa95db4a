"""The page before its script has arrived."""

from browser.page_objects import button, predicted_digit, status_message
from playwright.sync_api import Page, Route, expect

from support.server import Server

WIDTHS = "(bars) => bars.map((bar) => getComputedStyle(bar, '::before').width)"


def test_page_is_seen_before_its_script_and_stays_in_place(blank_page: Page, site: Server) -> None:
    page = blank_page
    scripts: list[Route] = []
    page.route("**/*.js", lambda route: scripts.append(route))
    page.goto(site.url, wait_until="commit")
    parts = [
        page.get_by_role("heading", name="Digit recognizer"),
        page.get_by_test_id("sketchpad"),
        button(page, "Clear"),
        status_message(page),
        button(page, "Upload an image"),
        button(page, "Try a 9"),
        page.get_by_role("link", name="How it works"),
    ]
    expect(page.locator(".page")).to_have_css("display", "grid")  # the styles have arrived
    for part in parts:
        expect(part).to_be_visible()
    places = [part.bounding_box() for part in parts]
    bars = page.locator(".probability-bar")
    assert bars.evaluate_all(WIDTHS) == ["0px"] * 10
    page.locator(".page").evaluate("(element) => element.setAttribute('data-first', '')")

    for script in scripts:
        script.continue_()
    expect(page.locator(".page")).not_to_have_attribute("data-first", "")
    assert [part.bounding_box() for part in parts] == places

    button(page, "Try a 9").click()
    expect(predicted_digit(page)).to_have_text("9")
