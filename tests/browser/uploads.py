"""Image files for the upload button."""

from collections.abc import Sequence

from playwright.sync_api import FilePayload, Page

from support.drawings import MIDDLE, Stroke, rasterize
from support.images import encode, paint


def photo(strokes: Sequence[Stroke]) -> bytes:
    """Return strokes of a felt-tip pen on gray paper as a PNG of 400×400 pixels."""
    mask = rasterize(strokes, (400, 400), MIDDLE, pen=0.055)
    return encode(paint(mask, "L", ink=50, paper=225))


def png_file(content: bytes) -> FilePayload:
    """Return bytes as a file that claims to be a PNG."""
    return FilePayload(name="digit.png", mimeType="image/png", buffer=content)


def upload(page: Page, file: FilePayload) -> None:
    """Choose a file without a click on the upload button."""
    page.locator("input[type=file]").first.set_input_files(file)
