"""Programs that some tests need, such as a browser or a container engine.

Tests that lack it are skipped; REQUIRE_ALL_TESTS=1 (in CI) makes them fail instead.
"""

import os

import pytest


class UnavailableError(Exception):
    """Something that tests need is missing; the message says how to get it."""


def require(missing: str) -> None:
    """Skip the test if something is missing, or fail it if all tests are required.

    `missing` is a sentence that says what is missing and how to get it; empty if nothing is.
    """
    if not missing:
        return
    if os.environ.get("REQUIRE_ALL_TESTS"):
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
