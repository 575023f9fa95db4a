"""The page /docs: readable, accessible, and without anything from a third party."""

from hashlib import sha256

import pytest
from browser.test_accessibility import AXE, RUN_AXE
from browser.test_privacy import REPORT_VIOLATIONS
from browser.uploads import photo, png_file
from playwright.sync_api import Page, expect

from support.drawings import DIGITS
from support.server import Server

DIGEST_HEADER = "x-amz-content-sha256"
"""Without it CloudFront's requests to a function URL that accepts no other caller are rejected."""


def test_page_of_a_proxy_is_shown_as_it_is(blank_page: Page, site: Server) -> None:
    page = blank_page
    page.route("**/predict", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    page.goto(f"{site.url}/docs")
    page.get_by_label("Image of a digit").set_input_files(png_file(photo(DIGITS[3])))
    expect(page.get_by_role("status")).to_have_text("502\n<h1>Bad gateway</h1>")


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_documentation_contacts_only_its_own_server_and_tries_an_image(
    blank_page: Page, site: Server, path: str
) -> None:
    page = blank_page
    requested: list[str] = []
    problems: list[str] = []
    digests: list[str | None] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("request", lambda request: digests.append(request.headers.get(DIGEST_HEADER)))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.add_init_script(REPORT_VIOLATIONS)

    page.goto(site.url + path)
    expect(page.get_by_role("heading", name="POST /predict", exact=True)).to_be_visible()
    file = png_file(photo(DIGITS[3]))
    page.get_by_label("Image of a digit").set_input_files(file)
    expect(page.get_by_role("status")).to_contain_text('"digit": 3')
    assert digests[-1] == sha256(file["buffer"]).hexdigest()

    assert {f"{site.url}/docs/style.css", f"{site.url}/predict"} <= set(requested)
    local = (site.url + "/", "data:")
    assert [url for url in requested if not url.startswith(local)] == []
    assert problems == []
    page.get_by_role("link", name="OpenAPI", exact=True).click()
    expect(page).to_have_url(f"{site.url}/openapi.json")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_documentation_is_accessible(blank_page: Page, site: Server, color_scheme: str) -> None:
    page = blank_page
    page.emulate_media(color_scheme=color_scheme)  # type: ignore[arg-type]
    page.goto(f"{site.url}/docs")
    expect(page.get_by_label("Image of a digit")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN_AXE) == []
