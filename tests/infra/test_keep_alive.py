"""Idle connections: the load balancer closes them before the server does."""

import json
import re

from support.paths import BACKEND, TERRAFORM


def test_server_keeps_idle_connections_longer_than_the_load_balancer() -> None:
    """Otherwise a request that meets the end of its connection gets a 502."""
    commands = re.findall(r"^CMD (\[.*\])$", (BACKEND / "Dockerfile").read_text(), re.MULTILINE)
    (server,) = (command for command in map(json.loads, commands) if "uvicorn" in command)
    keep_alive = int(server[server.index("--timeout-keep-alive") + 1])
    load_balancer = TERRAFORM / "always-on" / "load_balancer.tf"
    (idle_timeout,) = re.findall(
        r"^  idle_timeout += (\d+)", load_balancer.read_text(), re.MULTILINE
    )
    assert keep_alive > int(idle_timeout)
