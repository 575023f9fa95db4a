"""Chromium for the tests: the system's own or Playwright's."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from support.requirements import UnavailableError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGUMENTS = (
    "--no-sandbox",  # the sandbox cannot start as root in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """Run Chromium for the duration of the block; raise UnavailableError if it cannot start."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=system_browser(), args=ARGUMENTS)
        except Error as error:
            raise UnavailableError(
                "Chromium cannot be started: install the system's package `chromium`, run "
                "`.venv/bin/playwright install chromium`, or set CHROME_PATH to its path "
                f"({str(error).splitlines()[0]})."
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def system_browser() -> str | None:
    """Return the path of the system's Chromium or Chrome; None selects Playwright's."""
    paths = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROME_PATH") or next(filter(None, paths), None)
