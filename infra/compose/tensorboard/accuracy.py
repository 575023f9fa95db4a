"""Follows how often a server is right, as people say, and writes it as a run of TensorBoard.

    python accuracy.py http://127.0.0.1:8000/metrics logs/live

Steps of that run are seconds since it began, so that it goes on over restarts of either side.
"""

import argparse
import re
import signal
import sys
import tempfile
import time
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from tensorboard.summary import Writer

SHARES = {
    "accuracy/recent feedback": "digits_recent_feedback",
    "accuracy/all feedback": "digits_feedback_total",
}
"""Tags, and the metric whose label `right` each is the share of."""

LAST_READ = Path(tempfile.gettempdir()) / "accuracy-last-read"
"""Touched each time that the metrics were read, for whoever asks whether this still works."""

Said = dict[str, tuple[float, float]]
"""By tag: how many feedbacks said that the answer was right, and how many there are."""


def said_in(metrics: str) -> Said:
    """What Prometheus' text format says of feedback; raise ValueError where it says nothing."""
    said = {}
    for tag, metric in SHARES.items():
        counts = re.findall(rf'^{metric}{{.*right="(true|false)".*}} (\S+)$', metrics, re.MULTILINE)
        if not counts:
            raise ValueError(f"{metric} is missing")
        right = sum(float(count) for label, count in counts if label == "true")
        said[tag] = (right, sum(float(count) for _, count in counts))
    return said


def read(url: str) -> Said:
    """What a server says of feedback; raise OSError, HTTPException or ValueError if nothing."""
    with urlopen(url, timeout=10) as response:  # noqa: S310  # the operator's own address
        return said_in(response.read().decode())


class Run:
    """A run of TensorBoard in a folder, of which nothing is there before it has a scalar."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer: Writer | None = None

    def write(self, said: Said) -> None:
        """Add what was said as one step."""
        now = time.time()
        if self.writer is None:
            self.begun = self.first_written() or now
            self.writer = Writer(str(self.folder))
        for tag, (right, all_of_them) in said.items():
            if all_of_them:
                step = round(now - self.begun)
                self.writer.add_scalar(tag, right / all_of_them, step, wall_time=now)
        self.writer.flush()

    def first_written(self) -> float | None:
        """Seconds since 1970 when the run was first written: its files are named by them."""
        names = (file.name for file in self.folder.glob("events.out.tfevents.*"))
        return min((float(name.split(".")[3]) for name in names), default=None)


def follow(url: str, run: Run, pause: float) -> None:
    """Read and write for ever, where something new was said."""
    last: Said = dict.fromkeys(SHARES, (0.0, 0.0))
    while True:
        try:
            said = read(url)
        except (OSError, HTTPException, ValueError) as error:
            print(f"{url} tells no accuracy ({error}); trying again.", file=sys.stderr, flush=True)
        else:
            LAST_READ.touch()
            if said != last:
                run.write(said)
            last = said
        time.sleep(pause)


def seconds(text: str) -> float:
    """A number of seconds on the command line."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="the server's metrics")
    parser.add_argument("folder", type=Path, help="where to write the run")
    parser.add_argument("--pause", type=seconds, default=15, help="between readings (15 seconds)")
    arguments = parser.parse_args()
    # Which the first process of a container else ignores.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        follow(arguments.url, Run(arguments.folder), arguments.pause)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise SystemExit(f"The run cannot be written: {error}.") from error


if __name__ == "__main__":
    main()
