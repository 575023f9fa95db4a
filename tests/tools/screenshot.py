"""Take the pictures of the web UI: `make screenshot`.

They are the screenshot in the README, the picture of link previews, and the icons of home screens,
which cannot show SVG.
"""

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
from playwright.sync_api import Browser, Page, ViewportSize, expect

from support.drawings import DIGITS, LARGE
from support.paths import ROOT
from support.requirements import UnavailableError

SCREENSHOT = ROOT / ".github" / "screenshot.png"
PUBLIC = ROOT / "frontend" / "public"

CARD = ViewportSize(width=720, height=378)
CARD_SCALE = 5 / 3
"""Link previews have 1200 by 630 pixels and are shown much smaller, so few CSS pixels fill them."""

FILL_CARD = """() => {
  document.querySelector(".page").style.setProperty("--sketchpad-side", "17rem");
  // They would be cut off.
  for (const element of document.querySelectorAll(".controls, .probabilities"))
    element.style.visibility = "hidden";
}"""

ICON_SIZES = (192, 512)

COLORS = 128
"""Enough for the few colors of the UI, at a quarter of the bytes of a true-color PNG."""


def main() -> None:
    """Draw a 7 on the running frontend and save pictures of it, and of the icon."""
    try:
        with (
            TemporaryDirectory() as folder,
            built_site(Path(folder) / "log.txt") as server,
            launch_chromium() as browser,
        ):
            window = ViewportSize(width=1440, height=900)
            save(take(predicted_seven(browser, server.url, window)), SCREENSHOT)
            page = predicted_seven(browser, server.url, CARD, CARD_SCALE)
            page.evaluate(FILL_CARD)
            save(take(page), PUBLIC / "card.png")
            for size in ICON_SIZES:
                save(icon(browser, server.url, size), PUBLIC / f"icon-{size}.png")
    except UnavailableError as reason:
        sys.exit(str(reason))


def predicted_seven(browser: Browser, url: str, viewport: ViewportSize, scale: float = 1) -> Page:
    """Return the page with a 7 and its prediction."""
    page = browser.new_page(
        viewport=viewport,
        device_scale_factor=scale,
        color_scheme="light",
        reduced_motion="reduce",
    )
    page.goto(url)
    draw(page, DIGITS[7], LARGE)
    expect(predicted_digit(page)).to_have_text("7", timeout=20_000)
    expect(model_input(page)).to_be_visible()
    page.mouse.move(0, 0)
    return page


def take(page: Page) -> bytes:
    """Return the window as a PNG once all animations have ended."""
    return page.screenshot(animations="disabled")


def icon(browser: Browser, url: str, size: int) -> bytes:
    """Return the favicon as a PNG without round corners, which home screens cut themselves."""
    page = browser.new_page(viewport=ViewportSize(width=size, height=size))
    page.goto(f"{url}/favicon.svg")
    page.locator("rect").evaluate("rect => rect.removeAttribute('rx')")
    return page.screenshot()


def save(png: bytes, path: Path) -> None:
    """Save a picture with few colors, and print its size."""
    with Image.open(BytesIO(png)) as image:
        reduced = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
