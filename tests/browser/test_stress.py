"""A paper black with ink is as quick to draw on as a white one."""

from browser.drawing import draw
from browser.page_objects import answer, button, verdict
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
        await Promise.resolve().then(() => {}); // React renders what a press changes
        for (let point = 1; point < points; point += 1)
            send("pointermove", 0.1 + (0.8 * point) / points, y + 0.02 * Math.sin(point));
        send("pointerup", 0.9, y);
        await Promise.resolve().then(() => {});
    }
}"""


def test_500_strokes_of_500_points_leave_the_page_responsive(page: Page) -> None:
    paper = page.get_by_test_id("sketchpad")
    paper.get_by_role("presentation").last.evaluate(SCRIBBLE, [STROKES, POINTS])
    expect(paper.locator("path")).to_have_count(STROKES)
    expect(verdict(page)).not_to_have_text("Reading…")
    page.mouse.move(0, 0)
    button(page, "Undo").click()
    expect(paper.locator("path")).to_have_count(STROKES - 1)
    draw(page, DIGITS[7])
    expect(paper.locator("path")).to_have_count(STROKES - 1 + len(DIGITS[7]))
    button(page, "Clear").click()
    draw(page, DIGITS[7])
    expect(answer(page)).to_have_text("7")
