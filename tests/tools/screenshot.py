"""Take the screenshot of the web UI for the README: `make screenshot`."""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).parents[1]))

from browser.chromium import launch_chromium
from browser.mouse import draw
from browser.page_objects import model_input, predicted_digit
from browser.site import built_site
from PIL import Image
from playwright.sync_api import Browser, expect

from support.drawings import DIGITS, LARGE
from support.paths import ROOT
from support.requirements import UnavailableError

SCREENSHOT = ROOT / ".github" / "screenshot.png"

COLORS = 128
"""Enough for the few colors of the UI, at a quarter of the bytes of a true-color PNG."""


def main() -> None:
    """Draw a 7 on the running frontend and save a screenshot with the prediction."""
    try:
        with (
            TemporaryDirectory() as folder,
            built_site(Path(folder) / "log.txt") as server,
            launch_chromium() as browser,
        ):
            screenshot = take_screenshot(browser, server.url)
    except UnavailableError as reason:
        sys.exit(str(reason))
    SCREENSHOT.parent.mkdir(exist_ok=True)
    with Image.open(BytesIO(screenshot)) as image:
        reduced = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        reduced.save(SCREENSHOT, optimize=True)
    print(f"{SCREENSHOT.relative_to(ROOT)}: {SCREENSHOT.stat().st_size / 1000:.0f} kB")


def take_screenshot(browser: Browser, url: str) -> bytes:
    """Return the window as a PNG once the prediction is shown and all animations have ended."""
    page = browser.new_page(
        viewport={"width": 1440, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page.goto(url)
    draw(page, DIGITS[7], LARGE)
    expect(predicted_digit(page)).to_have_text("7", timeout=20_000)
    expect(model_input(page)).to_be_visible()
    page.mouse.move(0, 0)
    return page.screenshot(animations="disabled")


if __name__ == "__main__":
    main()
