"""What is really painted on the screen."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Page

from support.drawings import Point


def is_inked(page: Page, place: Point) -> bool:
    """Whether a place in the window, in CSS pixels, shows dark ink and not light paper."""
    x, y = place
    shot = page.screenshot(clip={"x": x - 1, "y": y - 1, "width": 3, "height": 3})
    with Image.open(BytesIO(shot)) as image:
        brightest = max(image.convert("L").tobytes())
    return brightest < 100
