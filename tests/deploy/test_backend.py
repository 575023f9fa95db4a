"""Deploys of the function: what callers reach before, during and after them."""

import re
import subprocess
from typing import Any

import httpx
import pytest
from api.invalid_requests import good_picture
from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, Cloud

pytestmark = pytest.mark.usefixtures("image_kept")


def answer_at(cloud: Cloud) -> dict[str, Any]:
    """What callers are answered who send a seven to the function's URL."""
    url = cloud.variables()["API_URL"] + "/predict?explain=true"
    answer = httpx.post(
        url, content=good_picture(), headers={"Content-Type": "image/png"}, timeout=60
    )
    answered: dict[str, Any] = answer.json()
    return answered


def digit_at(cloud: Cloud) -> object:
    """The digit in that answer."""
    return answer_at(cloud)["digit"]


def mutations(cloud: Cloud) -> list[str]:
    """What the account was asked to change, but for publishing, which may come to nothing."""
    return [
        f"{asked.method} {asked.path}"
        for asked in cloud.asked
        if asked.method in ("PUT", "DELETE") or "/code" in asked.path
    ]


@pytest.fixture
def second(cloud: Cloud, checkout: Checkout, first: str) -> str:
    """A later commit is deployed: its SHA."""
    if checkout.git("rev-parse", "HEAD") == first:
        checkout.write("backend/recognizer/__init__.py", "\nDEPLOYED = 'second'\n")
        checkout.commit("Second")
    deploy(cloud, checkout)
    return checkout.git("rev-parse", "HEAD")


def deploy(cloud: Cloud, checkout: Checkout) -> str:
    """What a deploy prints that ends well."""
    done = checkout.run("backend", **cloud.variables())
    assert done.returncode == 0, done.stdout
    return done.stdout


def rolled_back(cloud: Cloud, checkout: Checkout) -> subprocess.CompletedProcess[str]:
    return checkout.run("rollback", **cloud.variables())


@pytest.mark.usefixtures("first")
def test_after_the_first_deploy_there_is_nothing_to_go_back_to(
    cloud: Cloud, checkout: Checkout
) -> None:
    assert cloud.live()[0] == "1"
    assert digit_at(cloud) == 7
    done = rolled_back(cloud, checkout)
    assert done.returncode == 1
    assert "there is no way back" in done.stdout
    assert cloud.live()[0] == "1"


@pytest.mark.usefixtures("first")
def test_what_people_say_is_kept_in_s3_without_the_drawing(cloud: Cloud, account: Account) -> None:
    if "127.0.0.1" in cloud.moto:
        pytest.skip("containers cannot reach this machine")
    answered = answer_at(cloud)
    for drawn in (7, 1):  # on second thoughts
        said = {"id": answered["id"], "digit": drawn, "ink": answered["input"]}
        answer = httpx.post(cloud.variables()["API_URL"] + "/feedback", json=said, timeout=60)
        assert (answer.status_code, answer.content) == (204, b"")
    listed = account.aws("s3api", "list-objects-v2", "--bucket", FEEDBACK_BUCKET)
    [key] = [entry["Key"] for entry in listed["Contents"]]
    assert re.fullmatch(rf"feedback/\d{{4}}-\d\d-\d\d/{answered['id']}\.json", key)
    kept = cloud.moto_says("s3", f"/{FEEDBACK_BUCKET}/{key}").json()
    assert (kept["read"], kept["drawn"], kept["ink"]) == (7, 1, None)


@pytest.mark.usefixtures("first")
def test_the_same_commit_again_changes_nothing(cloud: Cloud, checkout: Checkout) -> None:
    before = cloud.live(), cloud.versions()
    cloud.asked.clear()
    printed = deploy(cloud, checkout)
    assert "It is already there." in printed
    assert mutations(cloud) == []
    assert (cloud.live(), cloud.versions()) == before


def test_a_new_version_is_what_callers_reach(cloud: Cloud, first: str, second: str) -> None:
    version, described = cloud.live()
    assert version == "2"
    assert described == f"Deployed {second}; before it: 1"
    assert second != first
    assert digit_at(cloud) == 7


@pytest.mark.usefixtures("second")
def test_rolling_back_is_one_command_and_does_it_once(cloud: Cloud, checkout: Checkout) -> None:
    for _ in range(2):
        done = rolled_back(cloud, checkout)
        assert done.returncode == 0, done.stdout
        assert cloud.live() == ("1", "Rolled back from 2")
    assert "nothing has changed" in done.stdout
    assert digit_at(cloud) == 7


@pytest.mark.usefixtures("second")
def test_a_dry_run_changes_nothing(cloud: Cloud, checkout: Checkout) -> None:
    checkout.write("backend/recognizer/__init__.py", "\nDEPLOYED = 'never'\n")
    checkout.commit("Never deployed")
    before = cloud.live(), cloud.versions()
    cloud.asked.clear()
    for script in ("backend", "rollback"):
        done = checkout.run(script, "--dry-run", **cloud.variables())
        assert done.returncode == 0, done.stdout
        assert "would" in done.stdout
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert mutations(cloud) == []
    assert (cloud.live(), cloud.versions()) == before


@pytest.mark.usefixtures("second")
def test_a_version_that_fails_its_test_reaches_nobody(cloud: Cloud, checkout: Checkout) -> None:
    before = cloud.live()
    checkout.write("backend/recognizer/aws_lambda.py", "\nraise RuntimeError('broken')\n")
    checkout.commit("Broken")
    done = checkout.run("backend", **cloud.variables())
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert done.returncode == 1
    assert f"callers still reach version {before[0]}" in done.stdout
    assert "aws logs tail" in done.stdout
    assert cloud.live() == before
    assert len(cloud.versions()) > int(before[0])
    assert digit_at(cloud) == 7


@pytest.mark.usefixtures("second")
def test_a_version_that_the_url_does_not_show_is_taken_back(
    cloud: Cloud, checkout: Checkout
) -> None:
    assert rolled_back(cloud, checkout).returncode == 0
    before = cloud.live()
    cloud.url_is_down = True
    try:
        done = checkout.run("backend", **cloud.variables())
    finally:
        cloud.url_is_down = False
    assert done.returncode == 1
    assert f"moved back to version {before[0]}" in done.stdout
    assert cloud.live() == before
    assert digit_at(cloud) == 7


@pytest.mark.usefixtures("second")
def test_what_no_commit_holds_is_not_deployed(cloud: Cloud, checkout: Checkout) -> None:
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "Not built yet")
    checkout.write("backend/recognizer/__init__.py", "\nDEPLOYED = 'by whom?'\n")
    before = cloud.live()
    done = checkout.run("backend", **cloud.variables())
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert done.returncode == 1
    assert "commit or stash them first" in done.stdout
    assert cloud.live() == before


def test_a_missing_tool_is_named(cloud: Cloud, checkout: Checkout) -> None:
    done = checkout.run("backend", **cloud.variables(), PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "This needs aws" in done.stdout


def test_a_missing_setting_is_named(cloud: Cloud, checkout: Checkout) -> None:
    settings = {name: text for name, text in cloud.variables().items() if name != "API_URL"}
    done = checkout.run("rollback", **settings)
    assert done.returncode == 1
    assert "API_URL is not set" in done.stdout
