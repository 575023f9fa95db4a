"""What CloudFront runs on the way: addresses without a file lead to the page, assets are kept."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

EDGE = Path(__file__).parents[2] / "infra" / "terraform" / "modules" / "page" / "edge"


def run(name: str, event: dict[str, Any]) -> Any:
    """What a function makes of an event."""
    code = (EDGE / name).read_text()
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    answer = subprocess.run(["node", "-e", script], capture_output=True, check=True, text=True)
    return json.loads(answer.stdout)


@pytest.mark.parametrize("uri", ["/", "/about", "/about/", "/v1.0/about"])
def test_an_address_without_a_file_leads_to_the_page(uri: str) -> None:
    assert run("fallback.js", {"request": {"uri": uri}}) == {"uri": "/index.html"}


@pytest.mark.parametrize("uri", ["/index.html", "/config.json", "/favicon.svg", "/no/such.file"])
def test_a_file_is_asked_for_as_it_is(uri: str) -> None:
    assert run("fallback.js", {"request": {"uri": uri}}) == {"uri": uri}


def test_assets_are_kept_for_a_year() -> None:
    response = {"statusCode": 200, "headers": {"cache-control": {"value": "no-cache"}}}
    assert run("lasting.js", {"response": response})["headers"] == {
        "cache-control": {"value": "public, max-age=31536000, immutable"}
    }
