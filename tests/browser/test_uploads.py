"""A picture chosen or dropped is read like a drawing; what is none is refused with a reason."""

import base64

import numpy as np
from api.bombs import large_flat_png
from browser.drawing import draw, photo
from browser.page_objects import answer, button, record_predictions, verdict
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from support.drawings import DIGITS
from support.images import digit_image, encode

TRANSFER = """
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "digit.png", { type: "image/png" }));
  const options = { bubbles: true, cancelable: true, dataTransfer, clipboardData: dataTransfer };
"""
DROP = f"""(paper, content) => {{
  {TRANSFER} paper.dispatchEvent(new DragEvent("drop", options));
}}"""
PASTE = f"""(body, content) => {{
  {TRANSFER} body.dispatchEvent(new ClipboardEvent("paste", options));
}}"""


def test_an_uploaded_picture_is_read(page: Page) -> None:
    choose(page, png(photo(DIGITS[3])))
    expect(answer(page)).to_have_text("3")


def test_a_dropped_picture_is_read(page: Page) -> None:
    picture = base64.b64encode(photo(DIGITS[7])).decode()
    page.get_by_test_id("sketchpad").evaluate(DROP, picture)
    expect(answer(page)).to_have_text("7")


def test_a_stroke_takes_an_uploaded_pictures_place(page: Page) -> None:
    choose(page, png(photo(DIGITS[3])))
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


def test_a_pasted_picture_is_read(page: Page) -> None:
    picture = base64.b64encode(photo(DIGITS[5])).decode()
    page.locator("body").evaluate(PASTE, picture)
    expect(answer(page)).to_have_text("5")


def test_a_phones_photo_of_several_megabytes_is_read_from_a_few_kilobytes(page: Page) -> None:
    """Upright, too: it was taken with the phone on its side."""
    photo = photo_of_seven()
    assert len(photo) > 4_000_000
    with page.expect_response("**/predict*") as read:
        choose(page, FilePayload(name="IMG_0007.jpg", mimeType="image/jpeg", buffer=photo))
    expect(answer(page)).to_have_text("7")
    assert int(read.value.request.all_headers()["content-length"]) <= 15_000


def test_a_phone_offers_its_camera(phone: Page) -> None:
    with phone.expect_file_chooser() as chooser:
        button(phone, "Take a photo").click()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(png(photo(DIGITS[3])))
    expect(answer(phone)).to_have_text("3")


def test_a_file_too_big_that_no_browser_can_open_is_refused_before_it_is_sent(page: Page) -> None:
    sent = record_predictions(page)
    choose(page, png(bytes(4_000_001)))
    expect(verdict(page)).to_have_text(
        "That picture is 4.1 MB, and the recogniser takes at most 4 MB"
    )
    assert sent == []
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")


def test_a_picture_of_400_megapixels_is_refused_in_the_apis_own_words(page: Page) -> None:
    """The browser is not asked to open it: that would take gigabytes."""
    with page.expect_response("**/predict*") as refusal:
        choose(page, png(large_flat_png(20_000)))
    assert refusal.value.status == 413
    expect(verdict(page)).to_have_text(refusal.value.json()["detail"])


def test_a_file_that_is_no_picture_is_refused_before_it_is_sent(page: Page) -> None:
    sent = record_predictions(page)
    choose(page, FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"Not a picture"))
    expect(verdict(page)).to_have_text("That file is not a picture")
    assert sent == []
    draw(page, DIGITS[1])
    expect(answer(page)).to_have_text("1")


def choose(page: Page, file: FilePayload) -> None:
    """Press the button and choose a file."""
    with page.expect_file_chooser() as chooser:
        button(page, "Upload a picture").click()
    chooser.value.set_files(file)


def photo_of_seven() -> bytes:
    """Twelve megapixels with the grain of a phone's camera, which was held on its side."""
    small = digit_image(7, ink=60, paper=190, size=(300, 400))
    large = np.asarray(small.resize((3000, 4000)), dtype=np.float32)
    grain = np.random.default_rng(7).normal(0, 12, large.shape)
    photo = Image.fromarray((large + grain).clip(0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by 90°
    sideways = photo.transpose(Image.Transpose.ROTATE_90)
    return encode(sideways, "JPEG", quality=90, exif=exif)


def png(content: bytes) -> FilePayload:
    return FilePayload(name="digit.png", mimeType="image/png", buffer=content)
