"""Callers of a server on this machine, each with a connection of its own, one request at a time."""

import http.client
import threading
import time


def call(port: int, body: bytes, content_type: str, callers: int, seconds: float) -> list[float]:
    """Post `body` to /predict from several threads for so long; return each answer's seconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def keep_calling() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while (begun := time.perf_counter()) < end:
            connection.request("POST", "/predict", body, {"content-type": content_type})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"The server answered {answer.status}.")
            times.append(time.perf_counter() - begun)
        connection.close()

    threads = [threading.Thread(target=keep_calling) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times
