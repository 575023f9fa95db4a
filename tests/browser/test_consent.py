"""A model input is stored only with the consent of the person who drew it."""

import base64
import json
from collections.abc import Callable
from io import BytesIO

import pytest
from browser.feedback_rows import stored_feedback
from browser.mouse import draw
from browser.page_objects import (
    CONSENT,
    THANKS,
    UNREACHABLE,
    button,
    consent,
    feedback_outcome,
    feedback_prompt,
    horizontal_overflow,
    model_input,
    predicted_digit,
    record_predict_requests,
    status_message,
    submit_feedback,
)
from browser.uploads import photo, png_file, upload
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from support.drawings import DIGITS
from support.server import Server


@pytest.fixture
def page(blank_page: Page, storing_site: Server) -> Page:
    """The frontend on a server that stores inputs."""
    blank_page.goto(storing_site.url)
    return blank_page


def test_input_without_consent_is_not_stored(page: Page, storing_site: Server) -> None:
    draw_four(page)
    expect(consent(page)).not_to_be_checked()
    feedback = submit_feedback(page, "Yes")
    assert feedback == {"id": feedback["id"], "digit": 4}
    assert stored_feedback(storing_site, feedback["id"]).input is None


def test_input_with_consent_is_stored(page: Page, storing_site: Server) -> None:
    draw_four(page)
    consent(page).check()
    feedback = submit_feedback(page, "Yes")
    assert stored_feedback(storing_site, feedback["id"]).input == shown_input(page)


def test_consent_remains_while_choosing_the_label(page: Page, storing_site: Server) -> None:
    draw_four(page)
    consent(page).check()
    button(page, "It was …").click()
    expect(consent(page)).to_be_checked()
    feedback = submit_feedback(page, "It was a 9")
    stored = stored_feedback(storing_site, feedback["id"])
    assert (stored.label, stored.input) == ("9", shown_input(page))


def test_input_of_an_uploaded_image_is_stored(page: Page, storing_site: Server) -> None:
    upload(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    consent(page).check()
    feedback = submit_feedback(page, "Yes")
    assert stored_feedback(storing_site, feedback["id"]).input == shown_input(page)


def test_withdrawn_consent_deletes_the_stored_input(page: Page, storing_site: Server) -> None:
    draw_four(page)
    consent(page).check()
    feedback = submit_feedback(page, "Yes")
    assert stored_feedback(storing_site, feedback["id"]).input is not None
    button(page, "Change").click()
    expect(consent(page)).to_be_checked()
    consent(page).uncheck()
    assert submit_feedback(page, "Yes") == {"id": feedback["id"], "digit": 4}
    assert stored_feedback(storing_site, feedback["id"]).input is None


def test_consent_is_offered_although_the_first_health_check_failed(
    blank_page: Page, storing_site: Server
) -> None:
    page = blank_page
    predictions = record_predict_requests(page)
    page.route("**/health", lambda route: route.continue_() if predictions else route.abort())
    page.goto(storing_site.url)
    expect(status_message(page)).to_have_text(UNREACHABLE)
    draw_four(page)
    expect(consent(page)).to_be_visible()


def test_consent_is_reset_for_each_drawing(page: Page) -> None:
    draw_four(page)
    consent(page).check()
    submit_feedback(page, "Yes")
    button(page, "Clear").click()
    draw_four(page)
    expect(consent(page)).not_to_be_checked()
    consent(page).check()
    page.reload()
    draw_four(page)
    expect(consent(page)).not_to_be_checked()


def test_keyboard_reaches_the_checkbox_before_the_buttons(page: Page, storing_site: Server) -> None:
    draw_four(page)
    consent(page).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(button(page, "Yes")).to_be_focused()
    with page.expect_response("**/feedback") as response:
        page.keyboard.press("Enter")
    feedback = json.loads(response.value.request.post_data or "")
    assert stored_feedback(storing_site, feedback["id"]).input == shown_input(page)
    expect(feedback_outcome(page)).to_have_text(THANKS)
    page.keyboard.press("Tab")
    expect(button(page, "Change")).to_be_focused()


def test_checkbox_is_a_large_touch_target_on_a_small_phone(
    new_context: Callable[..., BrowserContext], storing_site: Server
) -> None:
    viewport = {"width": 320, "height": 740}
    page = new_context(viewport=viewport, has_touch=True, is_mobile=True).new_page()
    page.goto(storing_site.url)
    draw_four(page)
    label = feedback_prompt(page).get_by_text(CONSENT)
    box = label.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    assert horizontal_overflow(page) == 0
    label.tap(position={"x": box["width"] - 2, "y": 2})
    expect(consent(page)).to_be_checked()


def draw_four(page: Page) -> None:
    """Draw a 4 and wait for its prediction."""
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")


def shown_input(page: Page) -> bytes:
    """Return the 784 gray levels of the model input that the page shows."""
    _, _, png = (model_input(page).get_attribute("src") or "").partition("base64,")
    with Image.open(BytesIO(base64.b64decode(png))) as image:
        assert image.size == (28, 28)
        return image.convert("L").tobytes()
