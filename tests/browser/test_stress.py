"""The sketchpad stays fast with many strokes."""

from browser.mouse import draw
from browser.page_objects import button, predicted_digit, status_message
from playwright.sync_api import Page, expect

from support.drawings import DIGITS

STROKES, POINTS = 500, 500

SCRIBBLE = """async (canvas, [strokes, points]) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
        bubbles: true, pointerId: 1, clientX: left + x * width, clientY: top + y * height,
    }));
    for (let stroke = 0; stroke < strokes; stroke += 1) {
        const y = 0.1 + (0.8 * stroke) / strokes;
        send("pointerdown", 0.1, y);
        await Promise.resolve().then(() => {}); // lets React render the new stroke
        for (let point = 1; point < points; point += 1)
            send("pointermove", 0.1 + (0.8 * point) / points, y + 0.02 * Math.sin(point));
        send("pointerup", 0.9, y);
        await Promise.resolve().then(() => {});
    }
}"""

EXTEND_LONG_STROKE = """async (canvas, points) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
        bubbles: true, pointerId: 1, clientX: left + x * width, clientY: top + y * width,
    }));
    const rendered = () => new Promise((resolve) => setTimeout(resolve, 50));
    send("pointerdown", 0.1, 0.5);
    for (let point = 1; point < points; point += 1)
        send("pointermove", 0.1 + (0.8 * point) / points, 0.5 + 0.2 * Math.sin(point));
    await rendered();
    const changed = [];
    new MutationObserver((records) => changed.push(...records.map(
        ({ type, attributeName }) => attributeName ?? type,
    ))).observe(canvas.parentElement, { subtree: true, childList: true, attributes: true });
    send("pointermove", 0.9, 0.9);
    await Promise.resolve();
    await rendered();
    return changed;
}"""
"""Start a long stroke and return what its last move changes on the sketchpad."""


def test_page_stays_responsive_with_500_strokes_of_500_points(page: Page) -> None:
    sketchpad = page.get_by_test_id("sketchpad")
    sketchpad.get_by_role("presentation").last.evaluate(SCRIBBLE, [STROKES, POINTS])
    expect(sketchpad.locator("path")).to_have_count(STROKES)
    expect(status_message(page)).not_to_have_text("Recognizing…")
    page.mouse.move(0, 0)
    button(page, "Undo").click()
    expect(sketchpad.locator("path")).to_have_count(STROKES - 1)
    draw(page, DIGITS[7])
    expect(sketchpad.locator("path")).to_have_count(STROKES - 1 + len(DIGITS[7]))
    button(page, "Clear").click()
    draw(page, DIGITS[7])
    expect(predicted_digit(page)).to_have_text("7")


def test_move_changes_only_the_end_of_a_long_stroke(page: Page) -> None:
    canvas = page.get_by_test_id("sketchpad").get_by_role("presentation").last
    canvas.evaluate(SCRIBBLE, [20, 50])
    assert canvas.evaluate(EXTEND_LONG_STROKE, 5000) == ["d"]
    last = page.get_by_test_id("sketchpad").locator("path").last
    assert len(last.get_attribute("d") or "") < 10_000
