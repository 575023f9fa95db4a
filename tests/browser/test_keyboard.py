"""All that the mouse can do but draw can be done by keyboard; examples stand in for drawing."""

import re

import pytest
from browser.drawing import draw
from browser.page_objects import NOTHING_DRAWN, answer, button, judged, verdict
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
def test_examples_are_read(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Try {name}", exact=True).focus()
    page.keyboard.press("Enter")
    expect(answer(page)).to_have_text(str(EXAMPLES[name]))


def test_undo_redo_and_clear_have_keys_that_are_shown(page: Page) -> None:
    for name, key in {"Undo": "Ctrl Z", "Redo": "Ctrl Y", "Clear": "Del"}.items():
        expect(button(page, name)).to_have_text(f"{name} {key}")
    angle, upright = DIGITS[4]
    draw(page, [upright, angle])
    expect(answer(page)).to_have_text("4")
    page.keyboard.press("Control+z")
    expect(answer(page)).to_have_text("1")
    for again in ("Control+y", "Control+z", "Control+Shift+z"):
        page.keyboard.press(again)
    expect(answer(page)).to_have_text("4")
    page.keyboard.press("Delete")
    expect(verdict(page)).to_have_text(NOTHING_DRAWN)
    page.keyboard.press("Control+z")
    expect(answer(page)).to_have_text("4")


def test_everything_is_reached_with_tab_and_the_focus_is_seen(page: Page) -> None:
    button(page, "Try a 3").click()
    expect(judged(page)).to_contain_text("Is that right?")
    page.mouse.click(1, 1)
    reached = []
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
    text = "|".join(reached)
    for expected in ("Undo", "Clear", "Width of the pen", "Yes", "No, it was", "Upload", "Try a 9"):
        assert expected in text


def test_the_pen_is_made_wider_by_keyboard(page: Page) -> None:
    draw(page, [[(0.2, 0.2), (0.2, 0.8)]])
    page.get_by_label("Width of the pen").focus()
    page.keyboard.press("End")
    draw(page, [[(0.8, 0.2), (0.8, 0.8)]])
    widths = (
        page.get_by_test_id("sketchpad")
        .locator("path")
        .evaluate_all("paths => paths.map((path) => Number(path.getAttribute('stroke-width')))")
    )
    assert len(widths) == 2
    assert widths[1] > 1.5 * widths[0]


def test_the_settled_answer_is_spoken_and_not_each_guess(page: Page) -> None:
    spoken = page.locator("[aria-live=polite]")
    page.evaluate(
        """() => {
            window.spoken = [];
            const region = document.querySelector("[aria-live=polite]");
            new MutationObserver(() => window.spoken.push(region.textContent))
                .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    draw(page, DIGITS[4])
    expect(spoken).to_have_text(re.compile(r"^That is a 4"))
    said = [words for words in page.evaluate("window.spoken") if words.startswith("That")]
    assert len(said) == 1
