"""A measured process: imports a handler and handles events with it.

    python -m benchmarks.worker MODULE EVENT_FILE EVENTS [DIGIT]

Prints, as JSON, the seconds that each response took and the process's peak memory in megabytes;
fails if a response is an error or not the digit. With one event, the process is a cold start.
After the first event all threads share one core: a Lambda function with less than 1,769 MB sees two
cores but gets the time of one.
"""

import json
import os
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path


def main() -> None:
    module, event_file, events, *digit = sys.argv[1:]
    handler = import_module(module).handler
    event = json.loads(Path(event_file).read_text())
    seconds = []
    for number in range(int(events)):
        if number == 1:
            pin_to_one_core()
        start = time.perf_counter()
        response = handler(event, None)
        seconds.append(time.perf_counter() - start)
        if response["statusCode"] != 200:
            sys.exit(f"{module} did not respond with a prediction: {response}")
        if digit and json.loads(response["body"])["digit"] != int(*digit):
            sys.exit(f"{module} did not recognize the {digit[0]}: {response}")
    print(json.dumps({"seconds": seconds, "peak_mb": peak_memory()}))


def peak_memory() -> float:
    """Return the most megabytes of memory that this process had.

    `getrusage` would count what its parent had when it started this process.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def pin_to_one_core() -> None:
    """Pin every thread of this process, and thereby the threads that these start, to one core."""
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # the thread has just ended
            os.sched_setaffinity(int(thread.name), {0})


if __name__ == "__main__":
    main()
