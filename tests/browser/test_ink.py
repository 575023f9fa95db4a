"""The image that is sent shows the ink that is on the screen."""

import base64
from io import BytesIO

import numpy as np
from browser.page_objects import predicted_digit
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from support.server import Server

RECORD_IMAGES = """
  const { fetch } = window;
  window.sent = [];
  window.fetch = (url, init) => {
    if (init?.body instanceof Blob) window.sent.push(init.body);
    return fetch(url, init);
  };
"""

LAST_IMAGE = """async () => {
  const bytes = new Uint8Array(await window.sent.at(-1).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""

CORNERS = [(0.2, 0.25), (0.8, 0.2), (0.3, 0.3), (0.75, 0.75), (0.25, 0.8), (0.7, 0.5)]
"""Sharp turns with no point between them, where two ways to smooth a stroke differ most."""


def test_screen_and_sent_image_show_the_same_curve(blank_page: Page, site: Server) -> None:
    page = blank_page
    page.add_init_script(RECORD_IMAGES)
    page.goto(site.url)
    pad = page.get_by_test_id("sketchpad").bounding_box()
    assert pad is not None
    for index, (x, y) in enumerate(CORNERS):
        page.mouse.move(pad["x"] + x * pad["width"], pad["y"] + y * pad["height"])
        if index == 0:
            page.mouse.down()
    page.mouse.up()
    expect(page.get_by_test_id("probability-1")).not_to_have_text("")
    expect(predicted_digit(page)).to_be_visible()
    with Image.open(BytesIO(base64.b64decode(page.evaluate(LAST_IMAGE)))) as image:
        sent = ink(image)
    with Image.open(BytesIO(page.screenshot(clip=pad))) as image:
        shown = ink(image.resize((sent.shape[1], sent.shape[0]), Image.Resampling.BOX))
    assert sent.mean() > 0.05
    assert (shown != sent).mean() < 0.005


def ink(image: Image.Image) -> NDArray[np.bool_]:
    """Return which pixels are ink."""
    return np.asarray(image.convert("L")) < 128
