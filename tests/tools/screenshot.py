"""Makes the picture of the page in the README: `make screenshot`."""

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).parents[1]))

from browser.chromium import launched
from browser.drawing import draw
from browser.page_objects import answer, seen
from browser.site import built_site
from PIL import Image
from playwright.sync_api import Browser, expect

from support.drawings import DIGITS, LARGE
from support.paths import ROOT
from support.requirements import UnavailableError

PICTURE = ROOT / ".github" / "screenshot.png"

COLOURS = 128
"""As many as the page's few inks need; a quarter of the bytes that all of them take."""


def main() -> None:
    """Draw a 7 on the real page, and write what the page then looks like."""
    try:
        with (
            TemporaryDirectory() as folder,
            built_site(Path(folder) / "log.txt") as server,
            launched() as browser,
        ):
            shot = photograph(browser, server.url)
    except UnavailableError as reason:
        sys.exit(str(reason))
    PICTURE.parent.mkdir(exist_ok=True)
    with Image.open(BytesIO(shot)) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} kB")


def photograph(browser: Browser, url: str) -> bytes:
    """The window as a PNG, once the answer is there and nothing moves any more."""
    page = browser.new_page(
        viewport={"width": 1440, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page.goto(url)
    draw(page, DIGITS[7], LARGE)
    expect(answer(page)).to_have_text("7", timeout=20_000)
    expect(seen(page)).to_be_visible()
    page.mouse.move(0, 0)
    return page.screenshot(animations="disabled")


if __name__ == "__main__":
    main()
