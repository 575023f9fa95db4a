"""A drawing is copied as a link or a command, and its prediction as JSON."""

import json
import shlex
from collections.abc import Callable

import httpx
import pytest
from browser.mouse import draw
from browser.page_objects import button, predicted_digit, status_message
from browser.uploads import photo, png_file, upload
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from support.drawings import DIGITS
from support.server import Server


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], site: Server) -> Page:
    """The frontend with a 4, in a browser whose clipboard the test can read."""
    context = new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(site.url)
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    return page


def test_link_opens_the_drawing_without_any_server(page: Page) -> None:
    link = copied(page, "Copy link", "Link copied.")
    page.goto("about:blank")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(link)
    expect(predicted_digit(page)).to_have_text("4")
    expect(page.get_by_test_id("sketchpad").locator("path")).to_have_count(len(DIGITS[4]))
    _, _, drawing = link.partition("#")
    assert len(drawing) > 100
    assert not any(drawing in url for url in requested[1:])


def test_link_that_was_cut_off_is_reported(page: Page) -> None:
    link = copied(page, "Copy link", "Link copied.")
    page.goto("about:blank")
    page.goto(link[:-2])
    expect(status_message(page)).to_have_text("That link has no complete drawing.")
    page.goto(link)
    expect(predicted_digit(page)).to_have_text("4")
    page.goto(link[:-2])
    expect(status_message(page)).to_have_text("That link has no complete drawing.")


def test_command_gets_the_same_prediction(page: Page) -> None:
    copy = copied(page, "Copy as curl", "Command copied.")
    # shlex keeps the ends of continued lines, which a shell drops.
    command, url, *options = shlex.split(copy.replace("\\\n", ""))
    assert command == "curl"
    header, content = options[1::2]
    name, _, value = header.partition(": ")
    response = httpx.post(url, headers={name: value}, content=content)
    assert response.json()["digit"] == 4


def test_json_is_the_whole_prediction(page: Page) -> None:
    prediction = json.loads(copied(page, "Copy JSON", "JSON copied."))
    assert prediction["digit"] == 4
    assert len(prediction["probabilities"]) == 10


def test_image_has_no_link(page: Page) -> None:
    upload(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    expect(button(page, "Copy link")).to_be_disabled()
    expect(page.get_by_text("Images have no link")).to_be_visible()
    expect(button(page, "Copy as curl")).to_be_enabled()
    button(page, "Clear").click()
    expect(button(page, "Copy as curl")).to_be_disabled()
    expect(button(page, "Copy JSON")).to_be_disabled()


def test_image_that_cannot_be_sent_has_no_command(page: Page) -> None:
    upload(page, FilePayload(name="7.heic", mimeType="image/heic", buffer=bytes(4_100_000)))
    button(page, "Copy as curl").click()
    reason = page.locator(".take-along").get_by_role("status")
    expect(reason).to_have_text("This page can't read that file. Use a PNG or JPEG.")


def copied(page: Page, name: str, confirmation: str) -> str:
    """Click a button and return what it has copied."""
    button(page, name).click()
    expect(page.get_by_text(confirmation)).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))
