"""A drawing is kept where the one who drew it agrees, and never otherwise."""

import base64
import json
from collections.abc import Callable
from io import BytesIO

import pytest
from browser.drawing import draw, photo
from browser.keeping import kept
from browser.page_objects import answer, button, consent, judged, outcome, overflow, seen, told
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from support.drawings import DIGITS
from support.server import Server


@pytest.fixture
def page(blank_page: Page, keeping_site: Server) -> Page:
    """The page where drawings are kept."""
    blank_page.goto(keeping_site.url)
    return blank_page


def test_without_the_tick_the_drawing_is_not_kept(page: Page, keeping_site: Server) -> None:
    draw_four(page)
    expect(consent(page)).not_to_be_checked()
    said = told(page, "Yes")
    assert said == {"id": said["id"], "digit": 4}
    assert kept(keeping_site, said["id"]).ink is None


def test_with_the_tick_what_the_model_saw_is_kept(page: Page, keeping_site: Server) -> None:
    draw_four(page)
    consent(page).check()
    said = told(page, "Yes")
    assert kept(keeping_site, said["id"]).ink == shown_ink(page)


def test_the_tick_stays_from_one_question_to_the_next(page: Page, keeping_site: Server) -> None:
    draw_four(page)
    consent(page).check()
    button(page, "No, it was").click()
    expect(consent(page)).to_be_checked()
    said = told(page, "It was a 9")
    assert kept(keeping_site, said["id"]).drawn == 9
    assert kept(keeping_site, said["id"]).ink == shown_ink(page)


def test_an_uploaded_picture_counts_the_same(page: Page, keeping_site: Server) -> None:
    picture = FilePayload(name="3.png", mimeType="image/png", buffer=photo(DIGITS[3]))
    page.locator("input[type=file]").first.set_input_files(picture)
    expect(answer(page)).to_have_text("3")
    consent(page).check()
    said = told(page, "Yes")
    assert kept(keeping_site, said["id"]).ink == shown_ink(page)


def test_who_changes_their_mind_takes_the_drawing_back(page: Page, keeping_site: Server) -> None:
    draw_four(page)
    consent(page).check()
    said = told(page, "Yes")
    assert kept(keeping_site, said["id"]).ink is not None
    button(page, "Change").click()
    expect(consent(page)).to_be_checked()
    consent(page).uncheck()
    assert told(page, "It was a 4") == {"id": said["id"], "digit": 4}
    assert kept(keeping_site, said["id"]).ink is None


def test_each_drawing_is_asked_for_anew(page: Page) -> None:
    draw_four(page)
    consent(page).check()
    told(page, "Yes")
    button(page, "Clear").click()
    draw_four(page)
    expect(consent(page)).not_to_be_checked()
    consent(page).check()
    page.reload()
    draw_four(page)
    expect(consent(page)).not_to_be_checked()


def test_it_is_done_by_keyboard_the_box_before_the_buttons(
    page: Page, keeping_site: Server
) -> None:
    draw_four(page)
    consent(page).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(button(page, "Yes")).to_be_focused()
    with page.expect_response("**/feedback") as taken:
        page.keyboard.press("Enter")
    said = json.loads(taken.value.request.post_data or "")
    assert kept(keeping_site, said["id"]).ink == shown_ink(page)
    expect(outcome(page)).to_have_text("Thank you")
    page.keyboard.press("Tab")
    expect(button(page, "Change")).to_be_focused()


def test_the_box_is_easily_hit_on_the_smallest_phone(
    new_context: Callable[..., BrowserContext], keeping_site: Server
) -> None:
    viewport = {"width": 320, "height": 740}
    page = new_context(viewport=viewport, has_touch=True, is_mobile=True).new_page()
    page.goto(keeping_site.url)
    draw_four(page)
    label = judged(page).get_by_text("Keep this drawing to learn from")
    target = label.bounding_box()
    assert target is not None
    assert min(target["width"], target["height"]) >= 44
    assert overflow(page) == 0
    label.tap(position={"x": target["width"] - 2, "y": 2})
    expect(consent(page)).to_be_checked()


def draw_four(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")


def shown_ink(page: Page) -> bytes:
    """The 784 grey levels that the page shows as what the model saw."""
    _, _, picture = (seen(page).get_attribute("src") or "").partition("base64,")
    with Image.open(BytesIO(base64.b64decode(picture))) as image:
        assert image.size == (28, 28)
        return image.convert("L").tobytes()
