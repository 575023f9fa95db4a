"""The page contacts only its own server, and sends and stores no more than necessary."""

from browser.mouse import draw
from browser.page_objects import (
    button,
    consent,
    model_input,
    predicted_digit,
    submit_feedback,
)
from browser.uploads import photo, png_file, upload
from playwright.sync_api import ConsoleMessage, Page, expect

from support.drawings import DIGITS
from support.server import Server

REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`${event.violatedDirective} forbids ${event.blockedURI}`);
})"""


def test_session_contacts_only_its_own_server_and_logs_no_errors(
    blank_page: Page, site: Server
) -> None:
    page = blank_page
    requested: list[str] = []
    errors: list[str] = []

    def record_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            errors.append(message.text)

    page.on("request", lambda request: requested.append(request.url))
    page.on("console", record_message)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(REPORT_VIOLATIONS)

    page.goto(site.url)
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    expect(model_input(page)).to_be_visible()
    button(page, "Yes").click()
    button(page, "Undo").click()
    expect(predicted_digit(page)).not_to_have_text("4")
    button(page, "Try a 9").click()
    expect(predicted_digit(page)).to_have_text("9")
    upload_three(page)
    button(page, "Clear").click()
    expect(predicted_digit(page)).to_have_text("")

    local = (site.url + "/", "data:", "blob:")
    assert [url for url in requested if not url.startswith(local)] == []
    assert f"{site.url}/predict?explain=true" in requested
    assert errors == []


def test_feedback_contains_the_input_only_with_consent(
    blank_page: Page, storing_site: Server
) -> None:
    page = blank_page
    page.goto(storing_site.url)
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    consent(page).check()
    consent(page).uncheck()
    assert set(submit_feedback(page, "Yes")) == {"id", "digit"}
    button(page, "Change").click()
    consent(page).check()
    shown = model_input(page).get_attribute("src")
    assert submit_feedback(page, "Yes")["input"] == shown
    upload_three(page)
    assert set(submit_feedback(page, "Yes")) == {"id", "digit"}
    button(page, "Try a 9").click()
    expect(predicted_digit(page)).to_have_text("9")
    button(page, "It was …").click()
    assert set(submit_feedback(page, "It was a 4")) == {"id", "digit"}


def test_nothing_is_stored_in_the_browser(blank_page: Page, storing_site: Server) -> None:
    page = blank_page
    page.goto(storing_site.url)
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    consent(page).check()
    submit_feedback(page, "Yes")
    stored = page.evaluate(
        """async () => [
            document.cookie, localStorage.length, sessionStorage.length,
            (await caches.keys()).length, (await indexedDB.databases()).length,
        ]"""
    )
    assert stored == ["", 0, 0, 0, 0]
    assert page.context.cookies() == []


def upload_three(page: Page) -> None:
    """Upload an image of a 3 and wait for its prediction."""
    upload(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
