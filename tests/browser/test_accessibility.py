"""axe finds no violations in any state, and the layout survives zoom and right-to-left text."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from browser.mouse import draw, to_window
from browser.numbers import draw_four_and_two
from browser.page_objects import (
    NOT_A_DIGIT,
    NOTHING_DRAWN,
    QUESTION,
    THANKS,
    UNREACHABLE,
    button,
    consent,
    feedback_outcome,
    feedback_prompt,
    horizontal_overflow,
    predicted_digit,
    status_message,
)
from browser.screen import is_inked
from browser.uploads import photo, png_file, upload
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from support.drawings import DIGITS, MIDDLE, NON_DIGITS
from support.paths import ROOT
from support.server import Server

State = Callable[[Page], None]

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE = """async () => {
    const { violations } = await axe.run({
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}"""

LAYOUT = """() => [...document.querySelectorAll("section, section > *, .probability, .example, a")]
    .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [element.className, x + scrollX, y + scrollY, width, height];
    })"""

STORE_UNAVAILABLE = {
    "detail": "The feedback could not be stored; try again later.",
    "code": "store_unavailable",
}


def first_visit(page: Page) -> None:
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)


def waiting(page: Page) -> None:
    page.route("**/predict*", lambda _: None)
    draw(page, DIGITS[7])
    expect(page.locator(".status")).to_have_attribute("data-busy", "true")


def predicted(page: Page) -> None:
    draw(page, DIGITS[7])
    expect(predicted_digit(page)).to_have_text("7")
    expect(feedback_prompt(page)).to_contain_text(QUESTION)


def unsure(page: Page) -> None:
    prediction = {
        "digit": 4,
        "verdict": "unsure",
        "confidence": 0.52,
        "probabilities": [0, 0, 0, 0, 0.52, 0, 0, 0, 0, 0.48],
        "model": "any",
        "id": "any",
    }
    page.route("**/predict*", lambda route: route.fulfill(json=prediction))
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    expect(status_message(page)).to_have_text("Not sure. Is it a 4 or a 9?")


def number(page: Page) -> None:
    draw_four_and_two(page)
    expect(feedback_prompt(page)).to_contain_text(QUESTION)


def numbers_in_doubt(page: Page) -> None:
    draw_four_and_two(page, sure=0.6, separate=True)
    expect(status_message(page)).to_have_text("Not sure. Numbers 4 and 2?")


def typing_number(page: Page) -> None:
    number(page)
    button(page, "It was …").click()
    expect(page.get_by_role("textbox")).to_be_focused()


def not_a_digit(page: Page) -> None:
    draw(page, NON_DIGITS["A"])
    expect(status_message(page)).to_have_text(NOT_A_DIGIT)
    expect(predicted_digit(page)).to_have_text("")  # not a faded one of the first stroke


def choosing_label(page: Page) -> None:
    predicted(page)
    button(page, "It was …").click()


def feedback_sent(page: Page) -> None:
    predicted(page)
    button(page, "Yes").click()
    expect(feedback_outcome(page)).to_have_text(THANKS)
    expect(button(page, "Change")).to_be_visible()


def feedback_failed(page: Page) -> None:
    page.route("**/feedback", lambda route: route.fulfill(status=503, json=STORE_UNAVAILABLE))
    predicted(page)
    button(page, "Yes").click()
    expect(feedback_outcome(page)).to_have_text(STORE_UNAVAILABLE["detail"])


def unreachable(page: Page) -> None:
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[7])
    expect(status_message(page)).to_have_text(UNREACHABLE)


def offline(page: Page) -> None:
    first_visit(page)
    page.context.set_offline(True)
    draw(page, DIGITS[7])
    expect(status_message(page)).to_contain_text("You're offline.")


def image_rejected(page: Page) -> None:
    upload(page, png_file(b"text"))
    expect(status_message(page)).to_contain_text("cannot be read")


def image_shown(page: Page) -> None:
    upload(page, png_file(photo(DIGITS[3])))
    expect(page.get_by_text("Images have no link")).to_be_visible()


def finger_switch_shown(page: Page) -> None:
    ((x, y),) = to_window(page, [(0.5, 0.5)], MIDDLE)
    pen = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
    devtools = page.context.new_cdp_session(page)
    for kind in ("mousePressed", "mouseReleased"):
        devtools.send("Input.dispatchMouseEvent", {"type": kind} | pen)
    expect(page.get_by_label("Fingers draw")).not_to_be_checked()


def consent_offered(page: Page) -> None:
    predicted(page)
    expect(consent(page)).not_to_be_checked()


def consent_given(page: Page) -> None:
    choosing_label(page)
    consent(page).check()


STATES: list[State] = [
    first_visit, waiting, predicted, unsure, not_a_digit, choosing_label, feedback_sent,
    feedback_failed, unreachable, offline, image_shown, image_rejected, finger_switch_shown,
    consent_offered, consent_given, number, numbers_in_doubt, typing_number,
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "width", "color_scheme"),
    [
        *[(state, 1280, "light") for state in STATES],
        *[(state, 1280, "dark") for state in (predicted, unsure, unreachable, typing_number)],
        *[(state, 360, "light") for state in (consent_given, numbers_in_doubt)],
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_axe_finds_no_violations(
    new_context: Callable[..., BrowserContext],
    storing_site: Server,
    state: State,
    width: int,
    color_scheme: str,
) -> None:
    options = {"color_scheme": color_scheme, "reduced_motion": "reduce"}
    page = open_page(new_context, storing_site, width, **options)
    state(page)
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN_AXE) == []


# On the site that stores inputs, because the consent checkbox takes the most space.
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_layout_does_not_shift_between_states(
    new_context: Callable[..., BrowserContext], storing_site: Server, width: int
) -> None:
    page = open_page(new_context, storing_site, width)
    first_visit(page)
    layout = page.evaluate(LAYOUT)
    for state in (
        predicted,
        consent_given,
        choosing_label,
        feedback_sent,
        feedback_failed,
        not_a_digit,
        image_shown,
        finger_switch_shown,
        numbers_in_doubt,
        typing_number,
        unreachable,
    ):
        state(page)
        assert page.evaluate(LAYOUT) == layout, state.__name__
        button(page, "Clear").click()


@pytest.mark.parametrize("width", [320, 1280])
def test_text_of_double_size_is_not_cut_off(
    new_context: Callable[..., BrowserContext], storing_site: Server, width: int
) -> None:
    page = open_page(new_context, storing_site, width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    consent_offered(page)
    assert horizontal_overflow(page) == 0
    cut_off = """() => [...document.querySelectorAll("button, p, dt, dd, figcaption, label")]
        .filter(({ scrollWidth, clientWidth, offsetParent, className }) =>
            offsetParent && className !== "visually-hidden" && scrollWidth > clientWidth + 1)
        .map(({ outerHTML }) => outerHTML)"""
    assert page.evaluate(cut_off) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_right_to_left_layout_works(
    new_context: Callable[..., BrowserContext], site: Server, width: int
) -> None:
    page = open_page(new_context, site, width)
    page.evaluate("document.documentElement.dir = 'rtl'")
    (point,) = to_window(page, [(0.2, 0.5)], MIDDLE)
    draw(page, [[(0.2, 0.5)]])
    assert is_inked(page, point)
    button(page, "Undo").click()
    predicted(page)
    assert horizontal_overflow(page) == 0


def test_reduced_motion_disables_animations(
    new_context: Callable[..., BrowserContext], site: Server
) -> None:
    page = open_page(new_context, site, width=1280, reduced_motion="reduce")
    running = (
        "document.getAnimations()"
        ".filter((animation) => animation.effect.getTiming().duration > 0).length"
    )
    expect(page.locator(".ghost-digit")).to_be_visible()
    assert page.evaluate(running) == 0
    draw(page, DIGITS[7])
    expect(predicted_digit(page)).to_have_text("7")
    assert page.evaluate(running) == 0


def test_forced_colors_hide_nothing(
    new_context: Callable[..., BrowserContext], site: Server
) -> None:
    page = open_page(new_context, site, width=1280)
    predicted(page)
    ordinary = model_input_pixels(page)
    page.emulate_media(forced_colors="active")
    assert model_input_pixels(page) == ordinary
    expect(button(page, "Redo")).not_to_have_css("color", color_of(button(page, "Undo")))
    button(page, "Clear").click()
    unsure(page)
    outlined = predicted_digit(page).locator("[data-verdict=unsure]")
    assert color_of(outlined) == "rgba(0, 0, 0, 0)"


def model_input_pixels(page: Page) -> bytes:
    """Return the pixels of the model input, without its border."""
    with Image.open(BytesIO(page.locator(".model-input-image").screenshot())) as image:
        width, height = image.size
        return image.crop((3, 3, width - 3, height - 3)).tobytes()


def color_of(locator: Locator) -> str:
    """Return the color of an element's text."""
    return str(locator.evaluate("element => getComputedStyle(element).color"))


def open_page(
    new_context: Callable[..., BrowserContext], site: Server, width: int, **options: Any
) -> Page:
    """Open the frontend in a window of the given width."""
    viewport = {"width": width, "height": 800}
    page = new_context(viewport=viewport, **options).new_page()
    page.goto(site.url)
    expect(page.get_by_test_id("sketchpad")).to_be_visible()
    return page
