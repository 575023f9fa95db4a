"""SnapStart: environments that are restored from one snapshot of the Lambda function."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from support.paths import ROOT

Line = dict[str, Any]


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """What a snapshot and the two environments restored from it print."""
    environment = os.environ | {
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "DIGITS_FEEDBACK_URI": "s3://bucket/feedback",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "backend"), str(ROOT / "tests")]),
    }
    command = [sys.executable, "-m", "api.restored_environments"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def environments(lines: list[Line]) -> list[Line]:
    """What the first requests of each environment got."""
    return [line for line in lines if "environment" in line]


def test_requests_before_the_snapshot_are_not_logged(lines: list[Line]) -> None:
    assert lines[0] == {"snapshot": True}


def test_first_requests_are_answered(environments: list[Line]) -> None:
    assert len(environments) == 2
    for environment in environments:
        assert set(environment["statuses"]) == {200}
        assert len(environment["digits"]) >= 6
        assert set(environment["digits"]) == {7}


def test_environments_give_different_ids(environments: list[Line]) -> None:
    ids = [identifier for environment in environments for identifier in environment["ids"]]
    assert len(set(ids)) == len(ids) > 10


def test_first_requests_load_nothing_more(environments: list[Line]) -> None:
    assert [environment["loaded"] for environment in environments] == [[], []]


@pytest.mark.parametrize("environment", ["first", "second"])
def test_each_restore_counts_as_one_cold_start(lines: list[Line], environment: str) -> None:
    cold_starts = [
        line["cold_start"]
        for line in lines
        if line.get("request_id", "").startswith(f"{environment}-")
    ]
    assert len(cold_starts) > 6
    assert cold_starts == [1, *[0] * (len(cold_starts) - 1)]
