"""Write a server's accuracy, according to feedback, as a TensorBoard run.

    python accuracy.py http://127.0.0.1:8000/metrics logs/live

Steps are seconds since the run's first scalar, so the run continues after a restart of the server
or of this script.
"""

import argparse
import re
import signal
import sys
import tempfile
import time
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from tensorboard.summary import Writer

TAGS = {
    "accuracy/recent feedback": "digits_recent_feedback",
    "accuracy/all feedback": "digits_feedback_total",
}
"""Scalar tags, each with the metric that counts feedback by its label `correct`."""

LAST_SCRAPE = Path(tempfile.gettempdir()) / "accuracy-last-scrape"
"""Touched after each scrape; the container's health check looks at its age."""


class Counts(NamedTuple):
    """Feedback in one metric."""

    correct: float
    total: float


Scrape = dict[str, Counts]
"""Counts by tag."""


def parse_metrics(text: str) -> Scrape:
    """Parse Prometheus' text format; raise ValueError if a metric is missing."""
    scrape = {}
    for tag, metric in TAGS.items():
        samples = re.findall(rf'^{metric}{{.*correct="(true|false)".*}} (\S+)$', text, re.MULTILINE)
        if not samples:
            raise ValueError(f"{metric} is missing")
        correct = sum(float(count) for value, count in samples if value == "true")
        scrape[tag] = Counts(correct, sum(float(count) for _, count in samples))
    return scrape


def fetch(url: str) -> Scrape:
    """Scrape a server; raise OSError, HTTPException or ValueError if that is not possible."""
    with urlopen(url, timeout=10) as response:  # noqa: S310  # the operator chose the address
        return parse_metrics(response.read().decode())


class Run:
    """A TensorBoard run in a folder; the first write creates the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer: Writer | None = None

    def write(self, scrape: Scrape) -> None:
        """Add one step with the accuracy under each tag that has feedback."""
        now = time.time()
        if self.writer is None:
            self.start = self.first_write() or now
            self.writer = Writer(str(self.folder))
        for tag, (correct, total) in scrape.items():
            if total:
                step = round(now - self.start)
                self.writer.add_scalar(tag, correct / total, step, wall_time=now)
        self.writer.flush()

    def first_write(self) -> float | None:
        """Return when the run was created, in seconds since 1970: part of its files' names."""
        names = (file.name for file in self.folder.glob("events.out.tfevents.*"))
        return min((float(name.split(".")[3]) for name in names), default=None)


def follow(url: str, run: Run, pause: float) -> None:
    """Scrape forever; write a step whenever the counts have changed."""
    last = dict.fromkeys(TAGS, Counts(0.0, 0.0))
    while True:
        try:
            scrape = fetch(url)
        except (OSError, HTTPException, ValueError) as error:
            print(f"Cannot scrape {url} ({error}); trying again.", file=sys.stderr, flush=True)
        else:
            LAST_SCRAPE.touch()
            if scrape != last:
                run.write(scrape)
            last = scrape
        time.sleep(pause)


def seconds(text: str) -> float:
    """Parse a positive number of seconds; raise ValueError for anything else."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError
    return number


def main() -> None:
    """Parse the command line and follow the server until a signal ends the process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="the server's /metrics")
    parser.add_argument("folder", type=Path, help="folder of the run")
    parser.add_argument(
        "--pause", type=seconds, default=15, help="seconds between two scrapes (default: 15)"
    )
    arguments = parser.parse_args()
    # Without a handler, the first process of a container ignores SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        follow(arguments.url, Run(arguments.folder), arguments.pause)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise SystemExit(f"Cannot write the run: {error}.") from error


if __name__ == "__main__":
    main()
