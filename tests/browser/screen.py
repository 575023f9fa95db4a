"""The pixels painted on the screen."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Page

from support.drawings import Point


def is_inked(page: Page, point: Point) -> bool:
    """Return whether a point of the window, in CSS pixels, is dark."""
    x, y = point
    screenshot = page.screenshot(clip={"x": x - 1, "y": y - 1, "width": 3, "height": 3})
    with Image.open(BytesIO(screenshot)) as image:
        brightest = max(image.convert("L").tobytes())
    return brightest < 100
