"""Sees to it that there is a Chromium for the browser tests: the system's, else Playwright's own.

Run by `make setup`. Where neither can be had it says so and goes on: the tests that need one will
say that they were skipped.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.chromium import system_browser


def main() -> None:
    if system_browser() is not None:
        return
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode != 0:
        print(
            "No Chromium for the browser tests: Playwright could not fetch its own. Install the "
            "system's (on Debian: apt install chromium) or name one in CHROME_PATH.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
