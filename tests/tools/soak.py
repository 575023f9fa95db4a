"""Send requests of every kind at capacity, and see that the server does not grow: `make soak`.

    python tests/tools/soak.py --minutes 10

Fails if the memory at the end is more than 5 % above that at the beginning, after a warm-up, if a
file or connection stays open, or if a request fails.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).parents[1]))

import httpx
from api.invalid_requests import valid_png
from api.requests import BODY_KINDS, Request, json_request, raw_request
from tqdm import tqdm

from support.images import digit_image, encode
from support.processes import wait_until
from support.server import RESPONSE_TIMEOUT, Server

CLIENTS = 8

MAX_GROWTH = 1.05

WARM_UP, COMPARED = 0.2, 0.2
"""Parts of the time: left out at the beginning; compared after it and at the end."""

SAMPLE_SECONDS = 0.5

EXPECTED = {200, 204, 400, 404, 413, 415, 429, 503}
"""429: more feedback than is accepted; 503: `overloaded`."""


def requests() -> list[Request]:
    """Return requests of every kind: small and large images, errors, feedback, metrics."""
    photo = encode(digit_image(7, size=(1_200, 900)).convert("RGB"), "JPEG", quality=95)
    small = valid_png()
    return [
        *(make(small) for make in BODY_KINDS.values()),
        raw_request(small, path="/predict?explain=true"),
        raw_request(photo, "image/jpeg"),
        raw_request(small[:-40]),
        raw_request(b"words"),
        raw_request(bytes(6_000_000)),
        Request(small, "video/mp4"),
        json_request({"image": "§"}),
        *(Request(method="GET", path=path) for path in ("/health", "/metrics", "/", "/none")),
    ]


def send(server: Server, until: float) -> Counter[int]:
    """Send requests from one client until a time; return how often each status came."""
    statuses: Counter[int] = Counter()
    kinds = requests()
    with httpx.Client(base_url=server.url, timeout=RESPONSE_TIMEOUT) as client:
        for number in count():
            for request in kinds:
                if time.monotonic() > until:
                    return statuses
                statuses[request.send(client).status_code] += 1
            prediction = raw_request(valid_png()).send(client).json()
            if number % 10 == 0 and "id" in prediction:
                feedback = json_request({"id": prediction["id"], "digit": 7}, "/feedback")
                statuses[feedback.send(client).status_code] += 1
    return statuses


def main() -> None:
    """Run the server and its clients; exit with status 1 if anything grew or failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    seconds = 60 * parser.parse_args().minutes
    with TemporaryDirectory() as folder:
        settings = {"DIGITS_FEEDBACK": str(Path(folder) / "feedback.sqlite")}
        with Server(Path(folder) / "log.txt", settings) as server:
            sys.exit(soak(server, seconds))


def soak(server: Server, seconds: float) -> int:
    """Send requests for some seconds, print what was measured, and return an exit status."""
    before = server.descriptors()
    if before is None:
        raise SystemExit("Memory and open files are read from /proc, which this system lacks.")
    until = time.monotonic() + seconds
    samples = []
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(send, server, until) for _ in range(CLIENTS)]
        for _ in tqdm(range(int(seconds / SAMPLE_SECONDS)), "soak", unit="sample", mininterval=5):
            time.sleep(max(0.0, min(SAMPLE_SECONDS, until - time.monotonic())))
            samples.append(server.memory() or 0)
        statuses = sum((client.result() for client in clients), Counter[int]())
    first, compared = int(WARM_UP * len(samples)), int(COMPARED * len(samples))
    start = statistics.median(samples[first : first + compared])
    end = statistics.median(samples[-compared:])
    print(f"{statuses.total():,} requests, by status: {dict(sorted(statuses.items()))}")
    print(f"memory: {start / 1e6:.0f} MB, at the end {end / 1e6:.0f} MB ({end / start - 1:+.1%})")
    try:
        wait_until(lambda: (server.descriptors() or 0) <= before, timeout=15)
    except AssertionError:
        print(f"open files and connections: {before}, afterwards {server.descriptors()}")
        return 1
    print(f"open files and connections: {before}, as before")
    if not statuses.keys() <= EXPECTED:
        return 1
    return 1 if end > MAX_GROWTH * start else 0


if __name__ == "__main__":
    main()
