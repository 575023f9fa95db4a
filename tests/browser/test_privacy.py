"""In a normal session the page talks to its own server only, and has nothing to complain of."""

from browser.drawing import DIGITS, draw, picture_of
from browser.reading import answer, button, seen
from playwright.sync_api import ConsoleMessage, FilePayload, Page, expect
from serving import Server

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
    picture = FilePayload(name="3.png", mimeType="image/png", buffer=picture_of(DIGITS[3]))
    page.locator("input[type=file]").first.set_input_files(picture)
    expect(answer(page)).to_have_text("3")
    button(page, "Clear").click()
    expect(answer(page)).to_have_text("")

    local = (site.url + "/", "data:", "blob:")
    assert [url for url in requested if not url.startswith(local)] == []
    assert f"{site.url}/predict?explain=true" in requested
    assert complaints == []
