"""An uploaded, dropped or pasted image is recognized; any other file is rejected."""

import base64

import numpy as np
import pytest
from api.bombs import large_flat_png
from browser.mouse import draw
from browser.page_objects import (
    button,
    predicted_digit,
    record_predict_requests,
    status_message,
)
from browser.screen import is_inked
from browser.uploads import photo, png_file
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from support.drawings import DIGITS, LARGE, MIDDLE, rasterize
from support.images import digit_image, encode
from support.server import Server

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
PASTE_WITH_TEXT = f"""(field, content) => {{
  {TRANSFER} dataTransfer.setData("text/plain", "42");
  return field.dispatchEvent(new ClipboardEvent("paste", options));
}}"""

DRAG = """(sketchpad) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([], "digit.png", { type: "image/png" }));
  sketchpad.dispatchEvent(new DragEvent("dragover", { bubbles: true, dataTransfer }));
}"""

WRITE_NO_WEBP = """
  const { convertToBlob } = OffscreenCanvas.prototype;
  OffscreenCanvas.prototype.convertToBlob = function (options) {
    const type = options.type === "image/webp" ? "image/png" : options.type;
    return convertToBlob.call(this, { ...options, type });
  };
"""
"""As Safari does: it encodes a canvas as PNG instead."""

SVG_OF_SEVEN = b"""<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">
  <path d="M6 4h12L10 20M8 12h9" fill="none" stroke="black" stroke-width="2"/>
</svg>"""

UNREADABLE = "This page can't read that file. Use a PNG or JPEG."


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


def test_text_beside_a_pasted_image_is_for_the_field(page: Page) -> None:
    content = base64.b64encode(photo(DIGITS[5])).decode()
    draw(page, DIGITS[4])
    button(page, "It was …").click()
    button(page, "It was 10+").click()
    field = page.get_by_role("textbox")
    assert field.evaluate(PASTE_WITH_TEXT, content), "the browser pastes the text"
    expect(predicted_digit(page)).to_have_text("4")
    field.evaluate(PASTE, content)
    expect(predicted_digit(page)).to_have_text("5")


def test_stroke_replaces_an_uploaded_image(page: Page) -> None:
    choose_file(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def test_tap_leaves_an_uploaded_image_in_place(page: Page) -> None:
    choose_file(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    draw(page, [[(0.5, 0.5)]])
    expect(page.locator(".sketchpad-image")).to_be_visible()
    expect(predicted_digit(page)).to_have_text("3")


def test_stroke_says_how_to_get_the_image_back_that_it_replaces(page: Page) -> None:
    choose_file(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    draw(page, DIGITS[1])
    expect(page.get_by_text("Undo brings the image back")).to_be_visible()
    button(page, "Undo").click()
    expect(predicted_digit(page)).to_have_text("3")
    expect(page.get_by_text("Undo brings the image back")).to_have_count(0)


def test_place_to_drop_is_said_above_the_ink(page: Page) -> None:
    draw(page, [[(0.0, 0.5), (1.0, 0.5)]], LARGE)
    sketchpad = page.get_by_test_id("sketchpad")
    sketchpad.evaluate(DRAG)
    hint = page.get_by_text("Drop the image here").bounding_box()
    assert hint is not None
    corner = (hint["x"] + 3, hint["y"] + hint["height"] / 2)
    assert not is_inked(page, corner)
    sketchpad.evaluate("pad => pad.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))")
    expect(page.get_by_text("Drop the image here")).to_have_count(0)
    assert is_inked(page, corner)


@pytest.mark.parametrize("kind", ["svg+xml", "avif"])
def test_format_that_only_the_browser_decodes_is_recognized(page: Page, kind: str) -> None:
    content = SVG_OF_SEVEN if kind == "svg+xml" else avif_of_seven()
    assert len(content) < 15_000
    with page.expect_response("**/predict*") as response:
        choose_file(page, FilePayload(name="7", mimeType=f"image/{kind}", buffer=content))
    assert response.value.status == 200
    expect(predicted_digit(page)).to_have_text("7")


def test_photo_is_small_where_the_browser_writes_no_webp(blank_page: Page, site: Server) -> None:
    page = blank_page
    page.add_init_script(WRITE_NO_WEBP)
    page.goto(site.url)
    file = FilePayload(name="7.jpg", mimeType="image/jpeg", buffer=camera_photo_of_seven(40))
    with page.expect_response("**/predict*") as response:
        choose_file(page, file)
    request = response.value.request.all_headers()
    assert request["content-type"] == "image/jpeg"
    assert int(request["content-length"]) <= 15_000
    expect(predicted_digit(page)).to_have_text("7")


def test_transparent_image_gets_white_paper_where_the_browser_writes_no_webp(
    blank_page: Page, site: Server
) -> None:
    page = blank_page
    page.add_init_script(WRITE_NO_WEBP)
    page.goto(site.url)
    noise = np.random.default_rng(7).integers(0, 60, (400, 400, 4), dtype=np.uint8)
    noise[..., 3] = np.asarray(rasterize(DIGITS[7], (400, 400), MIDDLE))
    choose_file(page, png_file(encode(Image.fromarray(noise))))
    expect(predicted_digit(page)).to_have_text("7")


def test_blank_image_is_called_blank_and_has_no_probabilities(page: Page) -> None:
    choose_file(page, png_file(encode(Image.new("L", (100, 100), 255))))
    expect(status_message(page)).to_have_text("That image is blank.")
    expect(page.get_by_test_id("probability-0")).to_have_text("")
    expect(button(page, "Yes")).to_have_count(0)


def test_rejection_of_a_file_goes_away(page: Page) -> None:
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")
    page.clock.install()
    file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"Not an image")
    choose_file(page, file)
    expect(status_message(page)).to_have_text(UNREADABLE)
    page.clock.fast_forward(8_000)
    choose_file(page, file)  # the same again, so the message is there for its whole time
    page.clock.fast_forward(8_000)
    expect(status_message(page)).to_have_text(UNREADABLE)
    page.clock.fast_forward(2_000)
    expect(status_message(page)).to_contain_text("It's a 1")


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
    expect(page.locator(".sketchpad-image")).to_have_count(0)
    expect(predicted_digit(page)).to_have_text("")


def test_image_that_the_browser_cannot_show_leaves_no_empty_paper(page: Page) -> None:
    hint = page.get_by_text("Your browser can't show this image")
    choose_file(page, png_file(b"not an image"))
    expect(hint).to_be_visible()
    choose_file(page, png_file(photo(DIGITS[3])))
    expect(predicted_digit(page)).to_have_text("3")
    expect(hint).to_have_count(0)


def test_image_of_400_megapixels_is_rejected_by_the_api(page: Page) -> None:
    """The browser does not decode it, which would take gigabytes."""
    with page.expect_response("**/predict*") as response:
        choose_file(page, png_file(large_flat_png(20_000)))
    assert response.value.status == 413
    expect(status_message(page)).to_have_text(response.value.json()["detail"])


def test_large_file_that_the_browser_cannot_decode_is_not_sent(page: Page) -> None:
    requests = record_predict_requests(page)
    choose_file(page, png_file(bytes(4_000_001)))
    expect(status_message(page)).to_have_text(UNREADABLE)
    assert requests == []
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def test_file_of_another_type_is_not_sent(page: Page) -> None:
    requests = record_predict_requests(page)
    file = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"Not an image")
    choose_file(page, file)
    expect(status_message(page)).to_have_text(UNREADABLE)
    assert requests == []
    draw(page, DIGITS[1])
    expect(predicted_digit(page)).to_have_text("1")


def choose_file(page: Page, file: FilePayload) -> None:
    """Click the upload button and choose a file."""
    with page.expect_file_chooser() as chooser:
        button(page, "Upload an image").click()
    chooser.value.set_files(file)


def avif_of_seven() -> bytes:
    """Return a small AVIF."""
    return encode(digit_image(7, size=(200, 200)), "AVIF")


def camera_photo_of_seven(deviation: float = 12) -> bytes:
    """Return a 12-megapixel JPEG with noise, taken with the camera on its side."""
    small = digit_image(7, ink=60, paper=190, size=(300, 400))
    large = np.asarray(small.resize((3000, 4000)), dtype=np.float32)
    noise = np.random.default_rng(7).normal(0, deviation, large.shape)
    upright = Image.fromarray((large + noise).clip(0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotate by 90° clockwise to display
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    return encode(sideways, "JPEG", quality=90, exif=exif)
