"""Fixtures of the browser tests: the built frontend in Chromium, on the real server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.chromium import launch_chromium
from browser.site import built_site
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from support.requirements import UnavailableError, require
from support.server import Server

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)

# Enough for a busy machine; every expectation ends as soon as it is met.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server shared by all tests that do not stop it."""
    yield from serve(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="session")
def storing_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A shared server that stores model inputs sent with feedback."""
    yield from serve(tmp_path_factory.mktemp("server"), DIGITS_STORE_INPUTS="1")


@pytest.fixture
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for one test, which may stop and start it."""
    yield from serve(tmp_path_factory.mktemp("server"))


# Scoped to the module and not the session: while Playwright runs, it occupies the event loop of
# this thread, which tests in other folders may need.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module."""
    try:
        with launch_chromium() as browser:
            yield browser
    except UnavailableError as reason:
        require(str(reason))


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that creates contexts without cookies or cache, closed after the test."""
    contexts: list[BrowserContext] = []

    def create(**options: object) -> BrowserContext:
        contexts.append(browser.new_context(**options))  # type: ignore[arg-type]
        return contexts[-1]

    yield create
    for context in contexts:
        context.close()


@pytest.fixture
def blank_page(new_context: Callable[..., BrowserContext]) -> Page:
    """A desktop window before any navigation."""
    return new_context(viewport=DESKTOP).new_page()


@pytest.fixture
def page(blank_page: Page, site: Server) -> Page:
    """The frontend in a desktop window."""
    blank_page.goto(site.url)
    return blank_page


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], site: Server) -> Page:
    """The frontend on a phone."""
    page = new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    page.goto(site.url)
    return page


def serve(folder: Path, **settings: str) -> Iterator[Server]:
    """Run a server with a feedback store; fail with one sentence if it cannot start."""
    try:
        store = str(folder / "feedback.sqlite")
        with built_site(folder / "log.txt", DIGITS_FEEDBACK=store, **settings) as server:
            yield server
    except UnavailableError as reason:
        pytest.fail(str(reason), pytrace=False)
