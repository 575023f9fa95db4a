"""A picture chosen or dropped is read like a drawing; what is none is refused with a reason."""

import base64

from browser.drawing import DIGITS, draw, picture_of
from browser.reading import answer, button, record_predictions, verdict
from playwright.sync_api import FilePayload, Page, expect

DROP = """(paper, content) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "digit.png", { type: "image/png" }));
  paper.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


def test_an_uploaded_picture_is_read(page: Page) -> None:
    choose(page, png(picture_of(DIGITS[3])))
    expect(answer(page)).to_have_text("3")


def test_a_dropped_picture_is_read(page: Page) -> None:
    picture = base64.b64encode(picture_of(DIGITS[7])).decode()
    page.get_by_test_id("sketchpad").evaluate(DROP, picture)
    expect(answer(page)).to_have_text("7")


def test_a_stroke_takes_an_uploaded_pictures_place(page: Page) -> None:
    choose(page, png(picture_of(DIGITS[3])))
    expect(answer(page)).to_have_text("3")
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")


def test_a_refusal_is_shown_in_the_apis_own_words(page: Page) -> None:
    with page.expect_response("**/predict*") as refusal:
        choose(page, png(b"These are words, whatever the file's name says."))
    assert refusal.value.status == 400
    expect(verdict(page)).to_have_text(refusal.value.json()["detail"])
    expect(button(page, "Try again")).to_have_count(0)
    expect(answer(page)).to_have_text("")


def test_a_picture_of_over_4_mb_is_refused_before_it_is_sent(page: Page) -> None:
    sent = record_predictions(page)
    choose(page, png(picture_of(DIGITS[3]) + bytes(4_000_000)))
    expect(verdict(page)).to_contain_text("at most 4 MB")
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")
    assert len(sent) == 1, "only the drawing is sent"


def test_a_file_that_is_no_picture_is_refused_before_it_is_sent(page: Page) -> None:
    sent = record_predictions(page)
    choose(page, FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"Not a picture"))
    expect(verdict(page)).to_have_text("That file is not a picture")
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")
    assert len(sent) == 1, "only the drawing is sent"


def choose(page: Page, file: FilePayload) -> None:
    """Press the button and choose a file."""
    with page.expect_file_chooser() as chooser:
        button(page, "Upload a picture").click()
    chooser.value.set_files(file)


def png(content: bytes) -> FilePayload:
    return FilePayload(name="digit.png", mimeType="image/png", buffer=content)
