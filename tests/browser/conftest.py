"""The real page in a real browser, on the real server."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.chromium import launched
from browser.site import built_site
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from support.requirements import UnavailableError
from support.server import Server

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)

# Long enough for a busy machine; nothing waits longer than it must.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that all tests share which leave it running."""
    yield from running(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="session")
def keeping_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that keeps drawings, of those who agree."""
    yield from running(tmp_path_factory.mktemp("server"), DIGITS_KEEP_INK="1")


@pytest.fixture
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for one test alone, to stop and start."""
    yield from running(tmp_path_factory.mktemp("server"))


# Not for the session: while Playwright runs it occupies this thread's event loop, and the tests
# of other folders may want one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module; without one they are skipped, but never in CI."""
    try:
        with launched() as browser:
            yield browser
    except UnavailableError as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes fresh contexts, without cookies or cache, and closes them after the test."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        contexts.append(browser.new_context(**options))  # type: ignore[arg-type]
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def blank_page(new_context: Callable[..., BrowserContext]) -> Page:
    """A window on a desk, before it opens the page."""
    return new_context(viewport=DESKTOP).new_page()


@pytest.fixture
def page(blank_page: Page, site: Server) -> Page:
    """The page in a window on a desk."""
    blank_page.goto(site.url)
    return blank_page


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], site: Server) -> Page:
    """The page on a phone."""
    page = new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    page.goto(site.url)
    return page


def running(folder: Path, **settings: str) -> Iterator[Server]:
    """Start a server and stop it afterwards; fail with one clear sentence where it cannot start."""
    try:
        feedback = str(folder / "feedback.sqlite")
        with built_site(folder / "log.txt", DIGITS_FEEDBACK=feedback, **settings) as server:
            yield server
    except UnavailableError as reason:
        pytest.fail(str(reason), pytrace=False)
