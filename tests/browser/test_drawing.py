"""A digit drawn with the mouse is read, without a button being pressed."""

import re

import pytest
from browser.drawing import Strokes, draw, on_screen
from browser.page_objects import NOTHING_DRAWN, answer, button, record_predictions, seen, verdict
from browser.pixels import is_inked
from playwright.sync_api import Page, expect

from support.drawings import BOTTOM_RIGHT, DIGITS, LARGE, TOP_LEFT, Box


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read(page: Page, digit: int) -> None:
    draw(page, DIGITS[digit])
    expect(answer(page)).to_have_text(str(digit))
    article = "an" if digit == 8 else "a"
    expect(verdict(page)).to_have_text(re.compile(rf"^That is {article} {digit}, \d+\.\d% sure$"))


@pytest.mark.parametrize("box", [TOP_LEFT, BOTTOM_RIGHT, LARGE], ids=["small", "low", "large"])
@pytest.mark.parametrize("digit", [0, 2, 4, 7])
def test_a_digit_is_read_wherever_and_however_large_it_is_drawn(
    page: Page, digit: int, box: Box
) -> None:
    draw(page, DIGITS[digit], box)
    expect(answer(page)).to_have_text(str(digit))


def test_ten_bars_show_the_probability_of_each_digit(page: Page) -> None:
    draw(page, DIGITS[3])
    expect(answer(page)).to_have_text("3")
    shown = [page.get_by_test_id(f"probability-{digit}") for digit in range(10)]
    for bar in shown:
        expect(bar).to_have_text(re.compile(r"^\d+\.\d%$"))
    shares = [float(bar.inner_text().rstrip("%")) for bar in shown]
    assert sum(shares) == pytest.approx(100, abs=0.6)
    assert shares.index(max(shares)) == 3
    lengths = [
        bar.locator(".probability-bar").evaluate(
            "bar => Number(bar.style.getPropertyValue('--share')) * 100"
        )
        for bar in shown
    ]
    assert lengths == pytest.approx(shares, abs=0.1)


def test_the_page_shows_what_the_model_sees(page: Page) -> None:
    draw(page, DIGITS[3])
    expect(seen(page)).to_be_visible()
    assert seen(page).evaluate("image => [image.naturalWidth, image.naturalHeight]") == [28, 28]


def test_a_click_leaves_a_dot_and_is_read(page: Page) -> None:
    with page.expect_response("**/predict*") as read:
        draw(page, [[(0.5, 0.5)]])
    assert read.value.json()["verdict"] != "blank"
    expect(verdict(page)).to_have_text(re.compile("^(That|Not sure)"))


def test_each_stroke_is_read_and_undo_reads_what_is_left(page: Page) -> None:
    angle, upright = DIGITS[4]
    draw(page, [upright])
    expect(answer(page)).to_have_text("1")
    read_first = seen(page).get_attribute("src")
    draw(page, [angle])
    expect(answer(page)).to_have_text("4")
    button(page, "Undo").click()
    expect(answer(page)).to_have_text("1")
    assert seen(page).get_attribute("src") == read_first


def test_undoing_the_only_stroke_leaves_empty_paper_and_redo_brings_it_back(page: Page) -> None:
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")
    button(page, "Undo").click()
    expect_empty_paper(page)
    expect(button(page, "Undo")).to_be_disabled()
    button(page, "Redo").click()
    expect(answer(page)).to_have_text("1")
    expect(button(page, "Redo")).to_be_disabled()


def test_clear_can_be_undone(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "Clear").click()
    expect_empty_paper(page)
    button(page, "Undo").click()
    expect(answer(page)).to_have_text("4")


def test_a_stroke_goes_on_when_it_leaves_the_paper_and_comes_back(page: Page) -> None:
    outside: Strokes = [[(0.2, 0.5), (1.4, 0.5), (0.2, 0.7)]]
    draw(page, outside, LARGE)
    out, *_, back = on_screen(page, [(0.25, 0.5), (0.25, 0.69)], LARGE)
    assert is_inked(page, out)
    assert is_inked(page, back)
    expect(page.get_by_test_id("sketchpad").locator("path")).to_have_count(1)


def test_clear_leaves_empty_paper_and_asks_nothing(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    sent = record_predictions(page)
    button(page, "Clear").click()
    expect_empty_paper(page)
    assert sent == []
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")


def expect_empty_paper(page: Page) -> None:
    expect(answer(page)).to_have_text("")
    expect(verdict(page)).to_have_text(NOTHING_DRAWN)
    expect(page.get_by_test_id("probability-1")).to_have_text("")
    expect(page.get_by_test_id("sketchpad").locator("path, circle")).to_have_count(0)
    expect(button(page, "Clear")).to_be_disabled()


def test_what_is_sent_is_small_even_of_a_paper_full_of_ink(page: Page) -> None:
    hatching = [[(step / 14, float(step % 2)) for step in range(15)]]
    with page.expect_response("**/predict*") as read:
        draw(page, hatching, LARGE)
    assert 500 < int(read.value.request.all_headers()["content-length"]) <= 15_000
