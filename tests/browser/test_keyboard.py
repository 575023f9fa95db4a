"""The keyboard does everything that the mouse does; the examples replace drawing."""

import re

import pytest
from browser.mouse import draw
from browser.numbers import draw_four_and_two
from browser.page_objects import (
    NOTHING_DRAWN,
    QUESTION,
    THANKS,
    button,
    feedback_outcome,
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


def test_focus_stays_where_a_control_has_done_its_work(page: Page) -> None:
    draw(page, DIGITS[4])
    for name in ("Undo", "Redo", "Clear"):
        button(page, name).focus()
        for _ in range(len(DIGITS[4])):
            page.keyboard.press("Enter")
        expect(button(page, name)).to_be_disabled()
        expect(button(page, name)).to_be_focused()
        if name == "Redo":
            expect(predicted_digit(page)).to_have_text("4")


def test_keyboard_answers_which_digit_it_was(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(predicted_digit(page)).to_have_text("4")
    page.keyboard.press("9")
    button(page, "It was …").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Which digit was it?")).to_be_focused()
    page.keyboard.press("9")
    with page.expect_response("**/feedback") as response:
        page.keyboard.press("Enter")
    assert (response.value.request.post_data_json or {})["digit"] == 9
    expect(feedback_outcome(page)).to_have_text(THANKS)
    expect(feedback_prompt(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(button(page, "Change")).to_be_focused()


def test_number_can_be_typed_where_a_digit_is_asked_for(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "It was …").click()
    page.keyboard.type("11")
    expect(page.get_by_role("textbox")).to_have_value("11")
    with page.expect_request("**/feedback") as request:
        page.keyboard.press("Enter")
    assert (request.value.post_data_json or {})["number"] == "11"


def test_retry_that_succeeds_does_not_lose_the_focus(page: Page) -> None:
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.route("**/predict*", lambda route: route.abort())
    draw(page, DIGITS[1])
    button(page, "Try again").focus()
    page.unroute("**/predict*")
    page.keyboard.press("Enter")
    expect(predicted_digit(page)).to_have_text("1")
    expect(page.locator(".status")).to_be_focused()


def test_undo_does_not_lose_the_focus(page: Page) -> None:
    bars = page.locator(".probabilities")
    draw_four_and_two(page)
    for control, remains in (
        (bars.get_by_role("button"), bars),
        (page.get_by_role("radio"), page.locator(".tiles")),
    ):
        control.first.focus()
        for _ in range(3):
            page.keyboard.press("Control+z")
        expect(status_message(page)).to_have_text(NOTHING_DRAWN)
        expect(remains).to_be_focused()
        for _ in range(3):
            page.keyboard.press("Control+y")
        expect(predicted_digit(page)).to_have_text("42")


def test_thanks_appear_in_a_region_that_was_there_before(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(button(page, "Yes")).to_be_visible()
    expect(feedback_outcome(page)).to_have_text("")
    region = feedback_outcome(page).element_handle()
    button(page, "Yes").click()
    expect(feedback_outcome(page)).to_have_text(THANKS)
    assert region is not None
    assert region.text_content() == THANKS


@pytest.mark.parametrize("key", ["Backspace", "Delete"])
def test_key_on_a_focused_control_does_not_clear_the_drawing(page: Page, key: str) -> None:
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")
    page.keyboard.press("Tab")
    page.keyboard.press(key)
    page.get_by_label("Pen width").focus()
    page.keyboard.press(key)
    expect(button(page, "Clear")).to_be_enabled()
    page.mouse.click(1, 1)
    button(page, "Undo").click()
    button(page, "Redo").click()
    page.keyboard.press(key)  # a click does not focus these buttons
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)


def test_backspace_on_the_question_does_not_clear_the_drawing(page: Page) -> None:
    draw(page, DIGITS[4])
    button(page, "It was …").click()
    question = page.get_by_role("group", name="Which digit was it?")
    expect(question).to_be_focused()
    page.keyboard.press("Backspace")
    expect(question).to_be_focused()
    expect(predicted_digit(page)).to_have_text("4")


@pytest.mark.parametrize("name", ["Try a 3", "Yes"])
def test_delete_clears_the_drawing_after_a_click(page: Page, name: str) -> None:
    button(page, "Try a 3").click()
    button(page, name).click()
    page.keyboard.press("Delete")
    expect(status_message(page)).to_have_text(NOTHING_DRAWN)


def test_pen_width_is_said_as_a_step(page: Page) -> None:
    slider = page.get_by_label("Pen width")
    expect(slider).to_have_attribute("aria-valuetext", "5 of 10")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "10 of 10")


def test_strip_of_examples_has_a_visible_label(page: Page) -> None:
    label = page.get_by_text("Or try someone's handwriting")
    expect(label).to_be_visible()
    expect(page.get_by_role("list", name=label.inner_text())).to_be_visible()


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
    expect(live_region).to_have_text(re.compile(r"^It's a 4"))
    announced = page.evaluate("window.announced")
    assert len([message for message in announced if message.startswith("It's")]) == 1
