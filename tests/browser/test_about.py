"""The page tells what it is: in its footer, on its page about the recognizer, in link previews."""

import json
from io import BytesIO
from typing import Literal

import httpx
import pytest
from browser.conftest import DESKTOP
from browser.page_objects import horizontal_overflow
from browser.test_accessibility import AXE, RUN_AXE
from PIL import Image
from playwright.sync_api import Page, expect

from support.server import Server


@pytest.mark.parametrize(
    ("link", "heading"),
    [
        ("How it works", "How it works"),
        ("How well it reads", "How well it reads"),
        ("What is stored", "What is stored"),
        ("API", "Digit recognizer: API"),
    ],
)
def test_footer_leads_to_what_it_names(page: Page, link: str, heading: str) -> None:
    page.get_by_role("contentinfo").get_by_role("link", name=link).click()
    expect(page.get_by_role("heading", name=heading)).to_be_in_viewport()


@pytest.mark.parametrize(("width", "color_scheme"), [(320, "dark"), (1280, "light")])
def test_page_about_the_recognizer_is_accessible(
    blank_page: Page, site: Server, width: int, color_scheme: Literal["dark", "light"]
) -> None:
    blank_page.set_viewport_size({**DESKTOP, "width": width})
    blank_page.emulate_media(color_scheme=color_scheme)
    blank_page.goto(f"{site.url}/about.html")
    assert horizontal_overflow(blank_page) == 0
    blank_page.evaluate(AXE.read_text())
    assert blank_page.evaluate(RUN_AXE) == []
    blank_page.get_by_role("link", name="Draw a digit").click()
    expect(blank_page.get_by_test_id("sketchpad")).to_be_visible()


def test_link_preview_has_title_sentence_and_picture(page: Page, site: Server) -> None:
    assert meta(page, "og:title") == page.title()
    description = page.locator("meta[name=description]").get_attribute("content")
    assert meta(page, "og:description") == description
    # Its beginning is the address that the page was last built for, if any.
    assert (meta(page, "og:image") or "").endswith("/card.png")
    size = image_size(f"{site.url}/card.png")
    assert [meta(page, f"og:image:{side}") for side in ("width", "height")] == [*map(str, size)]


def test_browser_accepts_manifest_and_icons(page: Page, site: Server) -> None:
    answer = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert answer["errors"] == []
    assert answer["url"] == f"{site.url}/manifest.webmanifest"
    manifest = json.loads(answer["data"])
    assert httpx.get(answer["url"]).headers["content-type"] == "application/manifest+json"
    icons = {icon["src"]: icon["sizes"] for icon in manifest["icons"]}
    assert icons.pop("/favicon.svg") == "any"
    assert len(icons) == 2
    for src, sizes in icons.items():
        assert "{}x{}".format(*image_size(site.url + src)) == sizes
    assert page.locator("link[rel=apple-touch-icon]").get_attribute("href") in icons


def meta(page: Page, name: str) -> str | None:
    """Return a property that link previews read."""
    return page.locator(f"meta[property='{name}']").get_attribute("content")


def image_size(url: str) -> tuple[int, int]:
    """Return the width and height of a PNG on a server."""
    response = httpx.get(url)
    assert response.headers["content-type"] == "image/png"
    with Image.open(BytesIO(response.content)) as image:
        return image.size
