"""The keyboard does everything that the mouse does; the examples replace drawing."""

import re

import pytest
from browser.mouse import draw
from browser.page_objects import (
    NOTHING_DRAWN,
    QUESTION,
    button,
    feedback_prompt,
    predicted_digit,
    status_message,
)
from playwright.sync_api import Page, expect

from support.drawings import DIGITS

EXAMPLES = {
    "a 0": 0,
    "a 1 with an upstroke": 1,
    "a 1 with upstroke and foot": 1,
    "a 2 with a loop": 2,
    "a 3": 3,
    "an open 4": 4,
    "a closed 4": 4,
    "a 5": 5,
    "a 6": 6,
    "a crossed 7": 7,
    "an 8": 8,
    "a 9": 9,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_recognized(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Try {name}", exact=True).focus()
    page.keyboard.press("Enter")
    expect(predicted_digit(page)).to_have_text(str(EXAMPLES[name]))


def test_shortcuts_work_and_are_shown_on_the_buttons(page: Page) -> None:
    for name, key in {"Undo": "Ctrl Z", "Redo": "Ctrl Y", "Clear": "Del"}.items():
        expect(button(page, name)).to_have_text(f"{name} {key}")
    angle, upright = DIGITS[4]
    draw(page, [upright, angle])
    expect(predicted_digit(page)).to_have_text("4")
    page.keyboard.press("Control+z")
    expect(predicted_digit(page)).to_have_text("1")
    for shortcut in ("Control+y", "Control+z", "Control+Shift+z"):
        page.keyboard.press(shortcut)
    expect(predicted_digit(page)).to_have_text("4")
    page.keyboard.press("Delete")
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)
    page.keyboard.press("Control+z")
    expect(predicted_digit(page)).to_have_text("4")


def test_tab_reaches_every_control_with_a_visible_focus(page: Page) -> None:
    button(page, "Try a 3").click()
    expect(feedback_prompt(page)).to_contain_text(QUESTION)
    page.mouse.click(1, 1)
    reached: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        name, outlined = page.evaluate(
            """() => {
                const { textContent, ariaLabel } = document.activeElement;
                const { outlineStyle } = getComputedStyle(document.activeElement);
                return [ariaLabel ?? textContent, outlineStyle !== "none"];
            }"""
        )
        if name in reached:
            break
        assert outlined or page.evaluate("document.activeElement === document.body")
        reached.append(name)
    names = "|".join(reached)
    feedback = ("Yes", "It was …", "No digit")
    for expected in ("Undo", "Clear", "Pen width", *feedback, "Upload", "Try a 9"):
        assert expected in names


def test_pen_width_changes_with_the_keyboard(page: Page) -> None:
    draw(page, [[(0.2, 0.2), (0.2, 0.8)]])
    page.get_by_label("Pen width").focus()
    page.keyboard.press("End")
    draw(page, [[(0.8, 0.2), (0.8, 0.8)]])
    widths = (
        page.get_by_test_id("sketchpad")
        .locator("path")
        .evaluate_all("paths => paths.map((path) => Number(path.getAttribute('stroke-width')))")
    )
    assert len(widths) == 2
    assert widths[1] > 1.5 * widths[0]


def test_only_the_settled_prediction_is_announced(page: Page) -> None:
    live_region = page.locator("[aria-live=polite]")
    page.evaluate(
        """() => {
            window.announced = [];
            const region = document.querySelector("[aria-live=polite]");
            new MutationObserver(() => window.announced.push(region.textContent))
                .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    draw(page, DIGITS[4])
    expect(live_region).to_have_text(re.compile(r"^That is a 4"))
    announced = page.evaluate("window.announced")
    assert len([message for message in announced if message.startswith("That")]) == 1
