"""What one measured process does: import a handler and answer events with it.

    python -m benchmarks.worker MODULE EVENT_FILE EVENTS

Prints the seconds that each answer took, as JSON. With one event it is a cold start. After the
first, all threads share one processor: a Lambda function of less than 1,769 MB sees two processors
but has the time of one.
"""

import json
import os
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path


def main() -> None:
    module, event_file, events = sys.argv[1:]
    handler = import_module(module).handler
    event = json.loads(Path(event_file).read_text())
    seconds = []
    for number in range(int(events)):
        if number == 1:
            share_one_processor()
        begun = time.perf_counter()
        answer = handler(event, None)
        seconds.append(time.perf_counter() - begun)
        if answer["statusCode"] != 200 or json.loads(answer["body"])["digit"] != 7:
            sys.exit(f"{module} did not read the seven: {answer}")
    print(json.dumps(seconds))


def share_one_processor() -> None:
    """Pin every thread that there is, and thereby those to come."""
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(int(thread.name), {0})


if __name__ == "__main__":
    main()
