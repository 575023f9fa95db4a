"""A digit drawn with the mouse is recognized without any button."""

import re

import pytest
from browser.mouse import draw, to_window
from browser.page_objects import (
    NOTHING_DRAWN,
    TOO_SHORT,
    button,
    model_input,
    predicted_digit,
    record_predict_requests,
    status_message,
)
from browser.screen import is_inked
from playwright.sync_api import Page, expect

from support.drawings import BOTTOM_RIGHT, DIGITS, LARGE, MIDDLE, TOP_LEFT, Box


@pytest.mark.parametrize("digit", DIGITS)
def test_drawn_digit_is_recognized(page: Page, digit: int) -> None:
    draw(page, DIGITS[digit])
    expect(predicted_digit(page)).to_have_text(str(digit))
    article = "an" if digit == 8 else "a"
    sentence = re.compile(rf"^It's {article} {digit} \(\d+\.\d% sure\)$")
    expect(status_message(page)).to_have_text(sentence)


@pytest.mark.parametrize(
    "box", [TOP_LEFT, BOTTOM_RIGHT, LARGE], ids=["top_left", "bottom_right", "large"]
)
@pytest.mark.parametrize("digit", [0, 2, 4, 7])
def test_digit_of_any_size_and_position_is_recognized(page: Page, digit: int, box: Box) -> None:
    draw(page, DIGITS[digit], box)
    expect(predicted_digit(page)).to_have_text(str(digit))


def test_bars_show_the_probability_of_each_digit(page: Page) -> None:
    draw(page, DIGITS[3])
    expect(predicted_digit(page)).to_have_text("3")
    bars = [page.get_by_test_id(f"probability-{digit}") for digit in range(10)]
    for bar in bars:
        expect(bar).to_have_text(re.compile(r"^\d+\.\d%$"))
    percentages = [float(bar.inner_text().rstrip("%")) for bar in bars]
    assert sum(percentages) == pytest.approx(100, abs=0.6)
    assert percentages.index(max(percentages)) == 3
    lengths = [
        bar.locator(".probability-bar").evaluate(
            "bar => Number(bar.style.getPropertyValue('--probability')) * 100"
        )
        for bar in bars
    ]
    assert lengths == pytest.approx(percentages, abs=0.1)


def test_model_input_is_shown(page: Page) -> None:
    draw(page, DIGITS[3])
    expect(model_input(page)).to_be_visible()
    size = model_input(page).evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert size == [28, 28]


def test_dot_stays_without_a_guess_until_there_is_more_to_read(page: Page) -> None:
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
    requests = record_predict_requests(page)
    draw(page, [[(0.5, 0.5)]])
    expect(status_message(page)).to_have_text(TOO_SHORT)
    (point,) = to_window(page, [(0.5, 0.5)], MIDDLE)
    assert is_inked(page, point)
    page.mouse.move(*point)
    page.mouse.down()
    page.wait_for_timeout(400)  # more than the interval of live previews
    page.mouse.up()
    expect(predicted_digit(page)).to_have_text("")
    assert requests == []
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


@pytest.mark.parametrize(
    ("width", "height", "side"), [(1920, 1080, 720), (2560, 1440, 720), (1920, 940, 580)]
)
def test_paper_grows_with_the_screen_as_long_as_the_examples_fit(
    page: Page, width: int, height: int, side: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    paper = page.get_by_test_id("sketchpad").bounding_box()
    assert paper is not None
    assert paper["width"] >= side
    expect(button(page, "Try a 9")).to_be_in_viewport(ratio=1)


def test_digit_that_writes_itself_is_shown_until_the_first_stroke(page: Page) -> None:
    ghost = page.locator(".ghost-digit")
    expect(ghost).to_be_visible()
    draw(page, DIGITS[1])
    button(page, "Clear").click()
    expect(page.get_by_text("Draw any digit, or a whole number, anywhere")).to_be_visible()
    expect(ghost).to_have_count(0)


def test_example_writes_itself_while_the_guess_follows(page: Page) -> None:
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    ink = page.get_by_test_id("sketchpad").locator("path").last
    button(page, "Try a 3").click()
    run_frames(page)
    # Which one depends on how much of the digit was written when it was asked for.
    expect(predicted_digit(page)).to_have_attribute("data-verdict", re.compile("."))
    half = len(ink.get_attribute("d") or "")
    expect(button(page, "Yes")).to_have_count(0)  # the stroke is unfinished
    run_frames(page)
    expect(predicted_digit(page)).to_have_text("3")
    expect(button(page, "Yes")).to_be_visible()
    assert 0 < 1.5 * half < len(ink.get_attribute("d") or "")


def test_example_is_there_at_once_with_reduced_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    button(page, "Try an 8").click()
    expect(predicted_digit(page)).to_have_text("8")


def test_each_stroke_and_each_undo_updates_the_prediction(page: Page) -> None:
    angle, upright = DIGITS[4]
    draw(page, [upright])
    expect(predicted_digit(page)).to_have_text("1")
    first_input = model_input(page).get_attribute("src")
    draw(page, [angle])
    expect(predicted_digit(page)).to_have_text("4")
    button(page, "Undo").click()
    expect(predicted_digit(page)).to_have_text("1")
    assert model_input(page).get_attribute("src") == first_input


def test_undo_of_the_only_stroke_leaves_a_blank_sketchpad_and_redo_restores_it(page: Page) -> None:
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")
    button(page, "Undo").click()
    expect_blank(page)
    expect(button(page, "Undo")).to_be_disabled()
    button(page, "Redo").click()
    expect(predicted_digit(page)).to_have_text("1")
    expect(button(page, "Redo")).to_be_disabled()


def test_clear_can_be_undone(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "Clear").click()
    expect_blank(page)
    button(page, "Undo").click()
    expect(predicted_digit(page)).to_have_text("4")


def test_stroke_continues_after_leaving_the_sketchpad(page: Page) -> None:
    draw(page, [[(0.2, 0.5), (1.4, 0.5), (0.2, 0.7)]], LARGE)
    leaving, *_, returning = to_window(page, [(0.25, 0.5), (0.25, 0.69)], LARGE)
    assert is_inked(page, leaving)
    assert is_inked(page, returning)
    expect(page.get_by_test_id("sketchpad").locator("path")).to_have_count(1)


def test_clear_leaves_a_blank_sketchpad_and_sends_nothing(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    requests = record_predict_requests(page)
    button(page, "Clear").click()
    expect_blank(page)
    assert requests == []
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def test_request_is_small_even_if_the_sketchpad_is_full(page: Page) -> None:
    hatching = [[(step / 14, float(step % 2)) for step in range(15)]]
    with page.expect_response("**/predict*") as response:
        draw(page, hatching, LARGE)
    assert 500 < int(response.value.request.all_headers()["content-length"]) <= 15_000


def run_frames(page: Page) -> None:
    """Let 400 ms pass in steps, between which the page renders."""
    for _ in range(8):
        page.clock.run_for(50)


def expect_blank(page: Page) -> None:
    """Expect a page without drawing and prediction."""
    expect(predicted_digit(page)).to_have_text("")
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
    expect(page.get_by_test_id("probability-1")).to_have_text("")
    expect(page.get_by_test_id("sketchpad").locator("path, circle")).to_have_count(0)
    expect(button(page, "Clear")).to_be_disabled()
