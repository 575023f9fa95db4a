"""Install Playwright's Chromium for the browser tests unless the system has its own.

Run by `make setup`. If the download fails, it prints how to get a browser and succeeds: the tests
that need one are skipped and name the reason.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.chromium import system_browser


def main() -> None:
    """Install the browser if necessary."""
    if system_browser() is not None:
        return
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode != 0:
        print(
            "No Chromium for the browser tests: Playwright could not download its own. Install "
            "the system's (on Debian: apt install chromium) or set CHROME_PATH to its path.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
