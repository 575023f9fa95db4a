"""The workflows backend and frontend from start to end: tests, then a deployment or none."""

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.act_runner import ActRunner
from deploy.fake_aws import FakeAWS

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("preserved_image")]

FEW_BACKEND_TESTS = "requirements or telemetry"
"""Matches tests in tests/unit and tests/image, as both targets must run at least one."""

FEW_FRONTEND_TESTS = "dot"


@pytest.fixture(scope="module")
def runner(
    account: Account,
    checkout: Checkout,
    first_commit: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> ActRunner:
    """A runner for the commit after the deployed one."""
    checkout.append("backend/recognizer/__init__.py", "\nDEPLOYED = 'by a workflow'\n")
    assert checkout.commit("Second") != first_commit
    return ActRunner(account, checkout, tmp_path_factory.mktemp("runner"))


def test_backend_without_passing_tests_is_not_deployed(
    fake_aws: FakeAWS, runner: ActRunner
) -> None:
    finished = runner.push("backend", "no_test_has_this_name")
    assert finished.returncode != 0
    assert "deselected" in finished.stdout
    assert "deploy-backend" not in finished.stdout
    assert fake_aws.live_version()[0] == "1"


def test_backend_is_tested_and_deployed(
    fake_aws: FakeAWS, checkout: Checkout, runner: ActRunner
) -> None:
    finished = runner.push("backend", FEW_BACKEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    tested, login, deployed = (
        finished.stdout.index(text)
        for text in ("Run Main make test-image", "assumed arn", "Run Main make deploy-backend")
    )
    assert tested < login < deployed
    assert "assumed arn:aws:iam::123456789012:role/backend in eu-central-1" in finished.stdout
    sha = checkout.git("rev-parse", "HEAD")
    assert fake_aws.live_version() == ("2", f"Deployed {sha}; previous version: 1")


def test_frontend_is_tested_and_deployed(fake_aws: FakeAWS, runner: ActRunner) -> None:
    finished = runner.push("frontend", FEW_FRONTEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    assert "assumed arn:aws:iam::123456789012:role/frontend in eu-central-1" in finished.stdout
    assert "<title>" in httpx.get(fake_aws.variables()["PAGE_URL"] + "/index.html").text
