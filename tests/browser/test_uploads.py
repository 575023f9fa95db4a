"""An uploaded, dropped or pasted image is recognized; any other file is rejected."""

import base64

import numpy as np
from api.bombs import large_flat_png
from browser.mouse import draw
from browser.page_objects import (
    button,
    predicted_digit,
    record_predict_requests,
    status_message,
)
from browser.uploads import photo, png_file
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
DROP = f"""(sketchpad, content) => {{
  {TRANSFER} sketchpad.dispatchEvent(new DragEvent("drop", options));
}}"""
PASTE = f"""(body, content) => {{
  {TRANSFER} body.dispatchEvent(new ClipboardEvent("paste", options));
}}"""


def test_uploaded_image_is_recognized(page: Page) -> None:
    choose_file(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")


def test_dropped_image_is_recognized(page: Page) -> None:
    content = base64.b64encode(photo(DIGITS[7])).decode()
    page.get_by_test_id("sketchpad").evaluate(DROP, content)
    expect(predicted_digit(page)).to_have_text("7")


def test_pasted_image_is_recognized(page: Page) -> None:
    content = base64.b64encode(photo(DIGITS[5])).decode()
    page.locator("body").evaluate(PASTE, content)
    expect(predicted_digit(page)).to_have_text("5")


def test_stroke_replaces_an_uploaded_image(page: Page) -> None:
    choose_file(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def test_camera_photo_is_turned_upright_and_sent_in_a_few_kilobytes(page: Page) -> None:
    content = camera_photo_of_seven()
    assert len(content) > 4_000_000
    file = FilePayload(name="IMG_0007.jpg", mimeType="image/jpeg", buffer=content)
    with page.expect_response("**/predict*") as response:
        choose_file(page, file)
    expect(predicted_digit(page)).to_have_text("7")
    assert int(response.value.request.all_headers()["content-length"]) <= 15_000


def test_phone_offers_its_camera(phone: Page) -> None:
    with phone.expect_file_chooser() as chooser:
        button(phone, "Take a photo").click()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(png_file(photo(DIGITS[3])))
    expect(predicted_digit(phone)).to_have_text("3")


def test_rejection_shows_the_message_of_the_api(page: Page) -> None:
    with page.expect_response("**/predict*") as response:
        choose_file(page, png_file(b"This is text, despite the name of the file."))
    assert response.value.status == 400
    expect(status_message(page)).to_have_text(response.value.json()["detail"])
    expect(button(page, "Try again")).to_have_count(0)
    expect(predicted_digit(page)).to_have_text("")


def test_image_of_400_megapixels_is_rejected_by_the_api(page: Page) -> None:
    """The browser does not decode it, which would take gigabytes."""
    with page.expect_response("**/predict*") as response:
        choose_file(page, png_file(large_flat_png(20_000)))
    assert response.value.status == 413
    expect(status_message(page)).to_have_text(response.value.json()["detail"])


def test_large_file_that_the_browser_cannot_decode_is_not_sent(page: Page) -> None:
    requests = record_predict_requests(page)
    choose_file(page, png_file(bytes(4_000_001)))
    expect(status_message(page)).to_have_text(
        "That image is 4.1 MB; the recognizer accepts at most 4 MB"
    )
    assert requests == []
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def test_file_of_another_type_is_not_sent(page: Page) -> None:
    requests = record_predict_requests(page)
    file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"Not an image")
    choose_file(page, file)
    expect(status_message(page)).to_have_text("That file is not an image")
    assert requests == []
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def choose_file(page: Page, file: FilePayload) -> None:
    """Click the upload button and choose a file."""
    with page.expect_file_chooser() as chooser:
        button(page, "Upload an image").click()
    chooser.value.set_files(file)


def camera_photo_of_seven() -> bytes:
    """Return a 12-megapixel JPEG with noise, taken with the camera on its side."""
    small = digit_image(7, ink=60, paper=190, size=(300, 400))
    large = np.asarray(small.resize((3000, 4000)), dtype=np.float32)
    noise = np.random.default_rng(7).normal(0, 12, large.shape)
    upright = Image.fromarray((large + noise).clip(0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotate by 90° clockwise to display
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    return encode(sideways, "JPEG", quality=90, exif=exif)
