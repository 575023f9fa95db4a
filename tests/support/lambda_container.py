"""The Lambda image under AWS's runtime interface emulator, which its base image contains."""

import json
from typing import Any

import httpx

from support.containers import RESPONSE_TIMEOUT, START_TIMEOUT, Container
from support.processes import wait_until

LAMBDA_PORT = 8080

LAMBDA_OPTIONS = (
    "--memory=512m",
    "--memory-swap=512m",
    "--read-only",
    "--tmpfs=/tmp:size=512m",
    "--user=993:990",
    "--env=AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
    "--env=AWS_LAMBDA_FUNCTION_TIMEOUT=30",
)
"""The limits of a function with 512 MB: only /tmp is writable, and the user has no privileges."""

INVOCATIONS = "/2015-03-31/functions/function/invocations"


def invoke(container: Container, event: object) -> Any:
    """Return the function's response to an event, once the container is up."""
    content = json.dumps(event)

    def send() -> httpx.Response | None:
        try:
            return httpx.post(
                container.url + INVOCATIONS, content=content, timeout=RESPONSE_TIMEOUT
            )
        except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
            return None

    response = wait_until(send, START_TIMEOUT, failure=container.log)
    assert response is not None
    return response.json()
