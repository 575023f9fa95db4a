"""Chromium, the system's own or Playwright's."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from support.requirements import UnavailableError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGUMENTS = (
    "--no-sandbox",  # as root, in a container, the sandbox cannot start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def launched() -> Iterator[Browser]:
    """A running Chromium; raise UnavailableError where there is none."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=system_browser(), args=ARGUMENTS)
        except Error as error:
            raise UnavailableError(
                "No Chromium can be started: install the system's package `chromium`, run "
                "`.venv/bin/playwright install chromium`, or name one in CHROME_PATH "
                f"({str(error).splitlines()[0]})."
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def system_browser() -> str | None:
    """The path of the system's Chromium or Chrome; None leaves the choice to Playwright."""
    found = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROME_PATH") or next(filter(None, found), None)
