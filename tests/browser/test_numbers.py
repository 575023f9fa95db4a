"""A number is shown large, its digits are framed and explained, and feedback can correct it."""

import re
from collections.abc import Callable, Sequence

import pytest
from browser.conftest import PHONE
from browser.feedback_rows import stored_feedback
from browser.mouse import draw
from browser.numbers import PLACES, draw_four_and_two, number, placed, read_as, reading
from browser.page_objects import (
    THANKS,
    button,
    feedback_outcome,
    feedback_prompt,
    horizontal_overflow,
    predicted_digit,
    status_message,
    submit_feedback,
)
from browser.uploads import png_file, upload
from PIL import Image
from playwright.sync_api import BrowserContext, FloatRect, Locator, Page, expect

from support.drawings import DIGITS, Box, rasterize
from support.images import encode, paint
from support.server import Server

TOLERANCE = 0.03
"""Of the sketchpad's side: how far a frame's edge may be from a digit's."""


def test_number_is_shown_with_its_confidence_and_announced(page: Page) -> None:
    draw_four_and_two(page)
    expect(status_message(page)).to_have_text("Number 42 (97.0% sure)")
    expect(page.locator("[aria-live=polite]")).to_have_text("Number 42 (97.0% sure)")
    height, tile = (
        page.locator(selector).evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
        for selector in (".predicted-digit", "body")
    )
    assert height > 5 * tile


def test_drawn_number_is_read_by_the_api(page: Page) -> None:
    for digit, place in zip((4, 2), PLACES, strict=True):
        draw(page, DIGITS[digit], place)
    expect(predicted_digit(page)).to_have_text("42")
    expect(status_message(page)).to_have_text(re.compile(r"^Number 42 \(\d+\.\d% sure\)$"))
    pen = 0.03  # the ink is wider than its path by half a pen
    assert_framed(
        page,
        [
            Box(left - pen, top - pen, width + 2 * pen, height + 2 * pen)
            for left, top, width, height in PLACES
        ],
    )


def test_numbers_have_a_line_each(page: Page) -> None:
    draw_four_and_two(page, separate=True)
    expect(status_message(page)).to_have_text("Numbers 4 and 2 (97.0% sure)")
    four, two = (box_of(predicted_digit(page).get_by_text(text)) for text in "42")
    assert four["y"] + four["height"] / 2 < two["y"]


def test_number_reads_from_left_to_right_in_a_right_to_left_layout(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")
    draw_four_and_two(page)
    four, two = (box_of(predicted_digit(page).get_by_text(text)) for text in "42")
    assert four["x"] < two["x"]


def test_long_number_fits_on_a_small_phone(
    new_context: Callable[..., BrowserContext], site: Server
) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(site.url)
    long = number(*[placed(4, 0.99, PLACES[0])] * 40)
    read_as(page, reading(0.98, separate=False) | {"numbers": [long]})
    draw(page, DIGITS[4], PLACES[0])
    expect(predicted_digit(page)).to_have_text(40 * "4")
    assert horizontal_overflow(page) == 0


@pytest.mark.parametrize("scale", [1, 2])
def test_frames_are_around_the_digits_at_any_size_of_the_window(
    new_context: Callable[..., BrowserContext], site: Server, scale: int
) -> None:
    viewport = {"width": 1280, "height": 800}
    page = new_context(viewport=viewport, device_scale_factor=scale).new_page()
    page.goto(site.url)
    draw_four_and_two(page)
    assert_framed(page, PLACES)
    page.set_viewport_size(PHONE)
    assert_framed(page, PLACES)


def test_frames_go_while_more_is_drawn(page: Page) -> None:
    draw_four_and_two(page)
    expect(frames(page)).to_have_count(2)
    page.mouse.down()
    expect(frames(page)).to_have_count(0)
    page.mouse.up()
    expect(frames(page)).to_have_count(2)
    button(page, "Clear").click()
    expect(frames(page)).to_have_count(0)


def test_single_drawn_digit_has_no_frame(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    expect(button(page, "Yes")).to_be_visible()
    expect(frames(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("size", "place", "file_format"),
    [
        ((300, 200), Box(0.6, 0.2, 0.25, 0.6), "PNG"),
        ((900, 1500), Box(0.2, 0.5, 0.4, 0.3), "BMP"),
    ],
    ids=["sent as it is", "compressed"],
)
def test_digit_in_an_image_is_framed_where_it_stands(
    page: Page, size: tuple[int, int], place: Box, file_format: str
) -> None:
    mask = rasterize(DIGITS[3], size, place, pen=0.04)
    upload(page, png_file(encode(paint(mask, "L", ink=50, paper=225), file_format)))
    expect(predicted_digit(page)).to_have_text("3")
    assert_framed(page, [place_on_sketchpad(mask)])


def test_first_digit_in_doubt_is_marked_and_explained(page: Page) -> None:
    draw_four_and_two(page, sure=0.6)
    expect(status_message(page)).to_have_text("Not sure. Number 42?")
    expect(predicted_digit(page).locator("[data-verdict=unsure]")).to_have_text("2")
    expect(model_inputs(page).get_by_role("radio", name="2? 60.0%")).to_be_checked()
    expect(page.get_by_test_id("evidence")).to_have_attribute("data-digit", "2")
    expect(page.get_by_test_id("probability-2")).to_have_text("60.0%")
    expect(page.get_by_test_id("probability-7")).to_have_text("40.0%")
    assert emphasized(page) == ["false", "true"]


def test_digit_is_chosen_by_mouse_and_keyboard(page: Page) -> None:
    draw_four_and_two(page)
    expect(page.get_by_test_id("probability-4")).to_have_text("99.0%")
    assert emphasized(page) == ["true", "false"]
    model_inputs(page).get_by_text("2 98.0%").hover()
    expect(page.get_by_test_id("probability-2")).to_have_text("98.0%")
    assert emphasized(page) == ["false", "true"]
    model_inputs(page).get_by_role("radio", name="2 98.0%").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("probability-4")).to_have_text("99.0%")
    expect(page.get_by_text("Red speaks for 4")).to_be_visible()
    assert emphasized(page) == ["true", "false"]


def test_end_of_a_long_number_fades_until_it_is_scrolled_to(phone: Page) -> None:
    digits = [placed(digit, 0.98, PLACES[0]) for digit in range(7)]
    read_as(phone, reading(0.98, separate=False) | {"numbers": [number(*digits)]})
    draw(phone, DIGITS[4])
    expect(predicted_digit(phone)).to_have_text("0123456")
    expect(model_inputs(phone)).to_have_css("mask-size", "100%")
    model_inputs(phone).evaluate("element => { element.scrollLeft = 1000 }")
    expect(model_inputs(phone)).to_have_css("mask-size", "calc(100% + 32px)")


def test_digit_in_doubt_at_the_end_of_a_long_number_is_seen(phone: Page) -> None:
    digits = [placed(digit % 10, 0.6 if digit == 19 else 0.98, PLACES[0]) for digit in range(20)]
    read_as(phone, reading(0.6, separate=False) | {"numbers": [number(*digits)]})
    draw(phone, DIGITS[4])
    expect(predicted_digit(phone)).to_have_text("01234567890123456789")
    strip = model_inputs(phone)
    doubted = strip.get_by_text("9? 60.0%")
    expect(doubted).to_be_in_viewport()
    assert box_of(doubted)["x"] < box_of(strip)["x"] + box_of(strip)["width"]
    assert phone.evaluate("scrollY") == 0
    outline = """digit => {
        const { fontSize, webkitTextStrokeWidth } = getComputedStyle(digit);
        return parseFloat(webkitTextStrokeWidth) / parseFloat(fontSize);
    }"""
    outlined = predicted_digit(phone).locator("[data-verdict=unsure]")
    assert outlined.evaluate(outline) < 0.05


def test_number_can_be_confirmed(page: Page, site: Server) -> None:
    draw_four_and_two(page, separate=True)
    feedback = submit_feedback(page, "Yes")
    assert feedback == {"id": feedback["id"], "number": "4 2"}
    assert stored_feedback(site, feedback["id"]).label == "4 2"


def test_number_can_be_corrected_by_keyboard(page: Page, site: Server) -> None:
    draw_four_and_two(page)
    button(page, "It was …").focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("inputmode", "numeric")
    expect(field).to_have_value("42")
    page.keyboard.type("20x6")
    page.keyboard.press("Enter")
    expect(field).to_be_visible()  # the browser says what is wrong
    for _ in range(2):
        page.keyboard.press("Backspace")
    page.keyboard.press("Control+z")  # of the text, and not of the drawing
    field.fill("2026")
    with page.expect_response("**/feedback") as response:
        page.keyboard.press("Enter")
    feedback = response.value.request.post_data_json or {}
    assert feedback == {"id": feedback["id"], "number": "2026"}
    assert stored_feedback(site, feedback["id"]).label == "2026"
    expect(feedback_outcome(page)).to_have_text(THANKS)
    expect(feedback_prompt(page)).to_be_focused()
    expect(predicted_digit(page)).to_have_text("42")


def test_number_can_be_called_a_digit(page: Page, site: Server) -> None:
    draw_four_and_two(page)
    button(page, "It was …").click()
    page.get_by_role("textbox").fill("8")
    feedback = submit_feedback(page, "Send")
    assert feedback == {"id": feedback["id"], "digit": 8}
    assert stored_feedback(site, feedback["id"]).label == "8"


def test_number_has_no_input_to_save(blank_page: Page, storing_site: Server) -> None:
    page = blank_page
    page.goto(storing_site.url)
    draw_four_and_two(page)
    expect(button(page, "Yes")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)


def frames(page: Page) -> Locator:
    """Return the frames on the sketchpad."""
    return page.locator(".frames rect")


def model_inputs(page: Page) -> Locator:
    """Return what the model saw of each digit."""
    return page.get_by_role("group", name="What the model sees of each digit")


def emphasized(page: Page) -> list[str | None]:
    """Return whether each frame is emphasized."""
    return [frame.get_attribute("data-chosen") for frame in frames(page).all()]


def box_of(shown: Locator) -> FloatRect:
    """Return where something is in the window, in pixels."""
    box = shown.bounding_box()
    assert box is not None
    return box


def place_on_sketchpad(mask: Image.Image) -> Box:
    """Return where the ink of an image is on the sketchpad, which shows it in its middle."""
    ink = mask.point(lambda gray: 255 * (gray > 128)).getbbox()
    assert ink is not None
    left, top, right, bottom = ink
    side = max(mask.size)
    x, y = ((side - length) / 2 for length in mask.size)
    return Box((x + left) / side, (y + top) / side, (right - left) / side, (bottom - top) / side)


def assert_framed(page: Page, places: Sequence[Box]) -> None:
    """Compare the frames with places on the sketchpad."""
    expect(frames(page)).to_have_count(len(places))
    pad = box_of(page.get_by_test_id("sketchpad"))
    for frame, place in zip(frames(page).all(), places, strict=True):
        found = box_of(frame)
        edges = (
            (found["x"] - pad["x"]) / pad["width"],
            (found["y"] - pad["y"]) / pad["width"],
            (found["x"] + found["width"] - pad["x"]) / pad["width"],
            (found["y"] + found["height"] - pad["y"]) / pad["width"],
        )
        left, top, width, height = place
        expected = (left, top, left + width, top + height)
        assert edges == pytest.approx(expected, abs=TOLERANCE)
