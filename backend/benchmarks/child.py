"""What one measured process does: import a handler and answer events with it.

    python -m benchmarks.child MODULE EVENT_FILE EVENTS

Prints the seconds that each answer took, as JSON. With one event it is a cold start.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path


def main() -> None:
    module, event_file, events = sys.argv[1:]
    handler = import_module(module).handler
    event = json.loads(Path(event_file).read_text())
    seconds = []
    for _ in range(int(events)):
        begun = time.perf_counter()
        answer = handler(event, None)
        seconds.append(time.perf_counter() - begun)
        if answer["statusCode"] != 200 or json.loads(answer["body"])["digit"] != 7:
            sys.exit(f"{module} did not read the seven: {answer}")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
