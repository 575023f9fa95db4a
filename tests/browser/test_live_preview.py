"""The guess follows the pen, one call at a time, and says how long it took."""

import re

from browser.drawing import draw, on_screen
from browser.page_objects import answer, button, judged, verdict
from playwright.sync_api import Page, Request, Route, expect

from support.drawings import DIGITS, LARGE, MIDDLE
from support.server import Server


def test_the_guess_comes_while_the_pen_is_still_down(page: Page) -> None:
    (stroke,) = DIGITS[3]
    (x, y), *rest = on_screen(page, stroke, MIDDLE)
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y)
    expect(answer(page)).to_have_text("3")
    expect(button(page, "Yes")).to_have_count(0)  # nobody is asked before it is finished
    page.mouse.up()
    expect(button(page, "Yes")).to_be_visible()
    expect(answer(page)).to_have_text("3")


def test_one_call_at_a_time(page: Page) -> None:
    expect(verdict(page)).to_have_text("Nothing drawn yet")
    under_way: set[Request] = set()
    most = 0

    def began(request: Request) -> None:
        nonlocal most
        under_way.add(request)
        most = max(most, len(under_way))

    page.on("request", began)
    page.on("requestfinished", lambda request: under_way.discard(request))
    page.on("requestfailed", lambda request: under_way.discard(request))
    for digit in (8, 5, 4):
        draw(page, DIGITS[digit], LARGE)
        expect(answer(page)).to_have_text(str(digit))
        button(page, "Clear").click()
    assert most == 1


def test_the_page_says_how_long_it_took(page: Page) -> None:
    draw(page, DIGITS[3])
    expect(
        page.get_by_text(re.compile(r"^Answered in \d+ ms \(model: \d+\.\d ms\)$"))
    ).to_be_visible()


def test_the_page_wakes_the_api_and_says_so_while_that_lasts(
    blank_page: Page, site: Server
) -> None:
    page = blank_page
    held: list[Route] = []
    page.route("**/health", lambda route: held.append(route))
    page.goto(site.url)
    expect(verdict(page)).to_have_text("Waking the recogniser…")
    draw(page, DIGITS[3])
    (waking,) = held
    waking.continue_()
    expect(answer(page)).to_have_text("3")
    expect(judged(page)).to_have_text(re.compile("^Is that right?"))
