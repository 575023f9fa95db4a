"""The page is for everyone: axe finds nothing in any state, and nothing breaks when it grows."""

from collections.abc import Callable
from typing import Any

import pytest
from browser.drawing import draw, on_screen
from browser.page_objects import (
    UNREACHABLE,
    answer,
    button,
    consent,
    judged,
    outcome,
    overflow,
    verdict,
)
from browser.pixels import is_inked
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from support.drawings import DIGITS, MIDDLE, NON_DIGITS
from support.paths import ROOT
from support.server import Server

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE = """async () => {
    const { violations } = await axe.run({
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}"""


PLACES = """() => [...document.querySelectorAll("section, section > *, .probability, .example")]
    .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [element.className, x + scrollX, y + scrollY, width, height];
    })"""


def first_visit(page: Page) -> None:
    expect(verdict(page)).to_have_text("Nothing drawn yet")


def answered(page: Page) -> None:
    draw(page, DIGITS[7])
    expect(answer(page)).to_have_text("7")
    expect(judged(page)).to_contain_text("Is that right?")


def judging(page: Page) -> None:
    answered(page)
    button(page, "No, it was").click()


def thanked(page: Page) -> None:
    answered(page)
    button(page, "Yes").click()
    expect(outcome(page)).to_have_text("Thank you")
    expect(button(page, "Change")).to_be_visible()


def lost(page: Page) -> None:
    page.route("**/feedback", lambda route: route.fulfill(status=503, json=LOST))
    answered(page)
    button(page, "Yes").click()
    expect(outcome(page)).to_have_text(LOST["detail"])


LOST = {"detail": "This could not be kept; try again later."}


def asked_to_keep(page: Page) -> None:
    answered(page)
    expect(consent(page)).not_to_be_checked()


def agreed(page: Page) -> None:
    judging(page)
    consent(page).check()


def no_digit(page: Page) -> None:
    draw(page, NON_DIGITS["A"])
    expect(verdict(page)).to_have_text("That does not look like a digit")


def unreachable(page: Page) -> None:
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[7])
    expect(verdict(page)).to_have_text(UNREACHABLE)


def refused(page: Page) -> None:
    words = FilePayload(name="words.png", mimeType="image/png", buffer=b"words")
    page.locator("input[type=file]").first.set_input_files(words)
    expect(verdict(page)).to_contain_text("cannot be read")


def unsure(page: Page) -> None:
    doubt = {
        "digit": 4,
        "verdict": "unsure",
        "confidence": 0.52,
        "probabilities": [0, 0, 0, 0, 0.52, 0, 0, 0, 0, 0.48],
        "model": "any",
        "id": "any",
    }
    page.route("**/predict*", lambda route: route.fulfill(json=doubt))
    draw(page, DIGITS[4])
    expect(answer(page)).to_have_text("4")
    expect(verdict(page)).to_have_text("Not sure: 4 or 9?")


def waiting(page: Page) -> None:
    page.route("**/predict*", lambda _: None)
    draw(page, DIGITS[7])
    expect(page.locator(".status")).to_have_attribute("data-working", "true")


def offline(page: Page) -> None:
    first_visit(page)
    page.context.set_offline(True)
    draw(page, DIGITS[7])
    expect(verdict(page)).to_contain_text("You are offline")


STATES: list[Callable[[Page], None]] = [
    first_visit, waiting, answered, unsure, no_digit,
    judging, thanked, lost, unreachable, offline, refused,
]  # fmt: skip

# Where drawings are kept.
MORE_STATES: list[Callable[[Page], None]] = [asked_to_keep, agreed]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(
    new_context: Callable[..., BrowserContext],
    site: Server,
    state: Callable[[Page], None],
    width: int,
    scheme: str,
) -> None:
    page = opened(new_context, site, width=width, color_scheme=scheme, reduced_motion="reduce")
    state(page)
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN_AXE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("state", MORE_STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_where_drawings_are_kept(
    new_context: Callable[..., BrowserContext],
    keeping_site: Server,
    state: Callable[[Page], None],
    width: int,
    scheme: str,
) -> None:
    test_axe_finds_nothing(new_context, keeping_site, state, width, scheme)


# With the box to agree, since that takes the most room.
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_nothing_moves_when_answers_come(
    new_context: Callable[..., BrowserContext], keeping_site: Server, width: int
) -> None:
    page = opened(new_context, keeping_site, width=width)
    first_visit(page)
    places = page.evaluate(PLACES)
    for state in (answered, agreed, thanked, lost, no_digit, unreachable):
        state(page)
        assert page.evaluate(PLACES) == places, state.__name__
        button(page, "Clear").click()


@pytest.mark.parametrize("width", [320, 1280])
def test_text_may_be_twice_as_large(
    new_context: Callable[..., BrowserContext], keeping_site: Server, width: int
) -> None:
    page = opened(new_context, keeping_site, width=width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    asked_to_keep(page)
    assert overflow(page) == 0
    cut = """() => [...document.querySelectorAll("button, p, dt, dd, figcaption, label")]
        .filter(({ scrollWidth, clientWidth, offsetParent, className }) =>
            offsetParent && className !== "only-spoken" && scrollWidth > clientWidth + 1)
        .map(({ outerHTML }) => outerHTML)"""
    assert page.evaluate(cut) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_may_be_read_from_right_to_left(
    new_context: Callable[..., BrowserContext], site: Server, width: int
) -> None:
    page = opened(new_context, site, width=width)
    page.evaluate("document.documentElement.dir = 'rtl'")
    (place,) = on_screen(page, [(0.2, 0.5)], MIDDLE)
    draw(page, [[(0.2, 0.5)]])
    assert is_inked(page, place)
    button(page, "Undo").click()
    answered(page)
    assert overflow(page) == 0


def test_nothing_moves_for_those_who_asked_for_no_motion(
    new_context: Callable[..., BrowserContext], site: Server
) -> None:
    page = opened(new_context, site, width=1280, reduced_motion="reduce")
    draw(page, DIGITS[7])
    expect(answer(page)).to_have_text("7")
    moving = "document.getAnimations().filter((one) => one.effect.getTiming().duration > 0).length"
    assert page.evaluate(moving) == 0


def opened(
    new_context: Callable[..., BrowserContext], site: Server, width: int, **options: Any
) -> Page:
    viewport = {"width": width, "height": 800}
    page = new_context(viewport=viewport, **options).new_page()
    page.goto(site.url)
    expect(page.get_by_test_id("sketchpad")).to_be_visible()
    return page
