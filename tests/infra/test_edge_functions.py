"""CloudFront functions: paths without a file serve index.html, and browsers cache assets."""

import json
import subprocess
from typing import Any

import pytest

from support.paths import TERRAFORM

EDGE = TERRAFORM / "modules" / "static-site" / "edge"


def run(name: str, event: dict[str, Any]) -> Any:
    """Return the result of a function for an event."""
    code = (EDGE / name).read_text()
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    result = subprocess.run(["node", "-e", script], capture_output=True, check=True, text=True)
    return json.loads(result.stdout)


@pytest.mark.parametrize("uri", ["/", "/about", "/about/", "/v1.0/about"])
def test_path_without_a_file_serves_index_html(uri: str) -> None:
    assert run("spa_fallback.js", {"request": {"uri": uri}}) == {"uri": "/index.html"}


@pytest.mark.parametrize("uri", ["/index.html", "/config.json", "/favicon.svg", "/no/such.file"])
def test_path_of_a_file_is_unchanged(uri: str) -> None:
    assert run("spa_fallback.js", {"request": {"uri": uri}}) == {"uri": uri}


def test_assets_are_cached_for_a_year() -> None:
    response = {"statusCode": 200, "headers": {"cache-control": {"value": "no-cache"}}}
    assert run("cache_assets.js", {"response": response})["headers"] == {
        "cache-control": {"value": "public, max-age=31536000, immutable"}
    }
