"""In a normal session the page talks to its own server only, and has nothing to complain of."""

from browser.drawing import draw, photo
from browser.page_objects import answer, button, consent, seen, told
from playwright.sync_api import ConsoleMessage, FilePayload, Page, expect

from support.drawings import DIGITS
from support.server import Server

REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`${event.violatedDirective} forbids ${event.blockedURI}`);
})"""


def test_a_session_stays_on_its_own_site_and_out_of_the_console(
    blank_page: Page, site: Server
) -> None:
    page = blank_page
    requested: list[str] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("request", lambda request: requested.append(request.url))
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(REPORT_VIOLATIONS)

    page.goto(site.url)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    expect(seen(page)).to_be_visible()
    button(page, "Yes").click()
    button(page, "Undo").click()
    expect(answer(page)).not_to_have_text("4")
    button(page, "Try a 9").click()
    expect(answer(page)).to_have_text("9")
    upload_three(page)
    button(page, "Clear").click()
    expect(answer(page)).to_have_text("")

    local = (site.url + "/", "data:", "blob:")
    assert [url for url in requested if not url.startswith(local)] == []
    assert f"{site.url}/predict?explain=true" in requested
    assert complaints == []


def test_no_ink_goes_with_feedback_but_that_of_a_ticked_drawing(
    blank_page: Page, keeping_site: Server
) -> None:
    page = blank_page
    page.goto(keeping_site.url)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    consent(page).check()
    consent(page).uncheck()
    assert set(told(page, "Yes")) == {"id", "digit"}
    button(page, "Change").click()
    consent(page).check()
    assert told(page, "It was a 4")["ink"] == seen(page).get_attribute("src")
    upload_three(page)
    assert set(told(page, "Yes")) == {"id", "digit"}
    button(page, "Try a 9").click()
    expect(answer(page)).to_have_text("9")
    button(page, "No, it was").click()
    assert set(told(page, "It was a 4")) == {"id", "digit"}


def test_nothing_is_stored_in_the_browser(blank_page: Page, keeping_site: Server) -> None:
    page = blank_page
    page.goto(keeping_site.url)
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    consent(page).check()
    told(page, "Yes")
    stored = page.evaluate(
        """async () => [
            document.cookie, localStorage.length, sessionStorage.length,
            (await caches.keys()).length, (await indexedDB.databases()).length,
        ]"""
    )
    assert stored == ["", 0, 0, 0, 0]
    assert page.context.cookies() == []


def upload_three(page: Page) -> None:
    picture = FilePayload(name="3.png", mimeType="image/png", buffer=photo(DIGITS[3]))
    page.locator("input[type=file]").first.set_input_files(picture)
    expect(answer(page)).to_have_text("3")
