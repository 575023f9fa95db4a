"""Drawing, uploading and feedback work in Firefox and in WebKit, Safari's engine."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from browser.feedback_rows import stored_feedback
from browser.other_browsers import OtherBrowser, launch_firefox, launch_webkit

from support.drawings import DIGITS, MIDDLE
from support.processes import wait_until
from support.requirements import UnavailableError
from support.server import Server

RECORD_REQUESTS = """
  const { fetch } = window;
  window.sent = [];
  window.stored = null;
  window.fetch = async (url, init) => {
    window.sent.push({ url: String(url), type: init?.body?.type, size: init?.body?.size });
    const response = await fetch(url, init);
    if (String(url).endsWith("/feedback")) window.stored = JSON.parse(init.body).id;
    return response;
  };
"""

SKETCHPAD = """
  const { x, y, width } = document.querySelector("[data-testid=sketchpad]").getBoundingClientRect();
  return [x, y, width];
"""

PREDICTED = """
  const result = document.querySelector("[data-stale=false]");
  return result?.querySelector("[data-testid=predicted-digit]").textContent ?? "";
"""

CLICK = """
  const button = [...document.querySelectorAll("button")]
    .find(({ textContent }) => textContent === arguments[0]);
  button?.click();
  return button !== undefined;
"""

UPLOAD_NOISY_SEVEN = """
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 900;
  const context = canvas.getContext("2d");
  const noise = context.createImageData(900, 900);
  for (let index = 0; index < noise.data.length; index += 1)
    noise.data[index] = index % 4 === 3 ? 255 : 160 + Math.random() * 95;
  context.putImageData(noise, 0, 0);
  context.lineWidth = 60;
  for (const [x, y] of [[300, 200], [600, 200], [400, 700]]) context.lineTo(x, y);
  context.stroke();
  canvas.toBlob((blob) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], "7.png", { type: "image/png" }));
    const input = document.querySelector("input[type=file]");
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
"""

WAIT_FOR_IMAGES = """
  const { convertToBlob } = OffscreenCanvas.prototype;
  OffscreenCanvas.prototype.convertToBlob = async function (options) {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return convertToBlob.call(this, options);
  };
"""
"""Longer than WebKit remembers a click."""

MIDDLE_OF_BUTTON = """
  const button = [...document.querySelectorAll("button")]
    .find(({ textContent }) => textContent === arguments[0]);
  button.scrollIntoView({ block: "center" });
  const { x, y, width, height } = button.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
"""

Launch = Callable[[Path], AbstractContextManager[OtherBrowser]]


@pytest.fixture(params=[launch_firefox, launch_webkit], ids=["firefox", "webkit"])
def other_browser(
    request: pytest.FixtureRequest, tmp_path: Path, site: Server
) -> Iterator[OtherBrowser]:
    """The frontend in a browser that Playwright does not drive; few systems package both."""
    launch: Launch = request.param
    try:
        with launch(tmp_path) as browser:
            browser.open(site.url)
            browser.run(RECORD_REQUESTS)
            yield browser
    except UnavailableError as reason:
        pytest.skip(str(reason))


def test_drawing_feedback_and_upload_work(other_browser: OtherBrowser, site: Server) -> None:
    draw_seven(other_browser)
    wait_until(lambda: other_browser.run(PREDICTED) == "7")
    wait_until(lambda: other_browser.run(CLICK, "Yes"))
    wait_until(lambda: "Thank you" in other_browser.run("return document.body.innerText"))
    feedback = wait_until(lambda: other_browser.run("return stored"))
    assert stored_feedback(site, str(feedback)).label == "7"

    other_browser.run("sent.length = 0")
    other_browser.run(UPLOAD_NOISY_SEVEN)
    image = wait_until(lambda: other_browser.run("return sent[0]"))
    assert image["type"] in ("image/webp", "image/jpeg")
    assert image["size"] <= 15_000
    wait_until(lambda: other_browser.run(PREDICTED) == "7")


def test_digits_typed_as_the_correction_get_into_the_field(other_browser: OtherBrowser) -> None:
    draw_seven(other_browser)
    wait_until(lambda: other_browser.run(CLICK, "It was …"))
    other_browser.type("11")
    assert other_browser.run("return document.querySelector('[name=number]').value") == "11"


def test_command_is_copied_even_if_its_image_takes_long(other_browser: OtherBrowser) -> None:
    draw_seven(other_browser)
    wait_until(lambda: other_browser.run(PREDICTED) == "7")
    other_browser.run(WAIT_FOR_IMAGES)
    # With the mouse, because browsers do not take a script's click for the user's.
    x, y = other_browser.run(MIDDLE_OF_BUTTON, "Copy as curl")
    other_browser.draw([(x, y)])
    wait_until(lambda: "Command copied." in other_browser.run("return document.body.innerText"))


def draw_seven(browser: OtherBrowser) -> None:
    """Draw a 7 into the middle of the sketchpad."""
    left, top, side = browser.run(SKETCHPAD)
    for stroke in DIGITS[7]:
        points = [
            (
                left + side * (MIDDLE.left + MIDDLE.width * x),
                top + side * (MIDDLE.top + MIDDLE.height * y),
            )
            for x, y in stroke
        ]
        browser.draw(points)
