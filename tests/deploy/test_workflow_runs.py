"""The workflows deploy and frontend from start to end: tests, then a deployment or none."""

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.act_runner import ActRunner
from deploy.fake_aws import NAME, FakeAWS
from deploy.processes import missing_terraform
from deploy.terraform import STATE_BUCKET, TerraformRoots

from support.requirements import require

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("preserved_image")]

FEW_BACKEND_TESTS = "requirements or telemetry"
"""Matches tests in tests/unit and tests/image, as both targets must run at least one."""

FEW_FRONTEND_TESTS = "dot"


MEMORY_SIZE = 768
"""Memory of the function in MB, once Terraform has applied its plan."""


@pytest.fixture(scope="module")
def runner(
    account: Account,
    checkout: Checkout,
    first_commit: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> ActRunner:
    """A runner for the commit after the deployed one, which changes backend and infrastructure."""
    require(missing_terraform())
    account.create_bucket(STATE_BUCKET)
    TerraformRoots(account, checkout).write_serverless_outputs()
    # Those roots contain nothing that `make test-infra` could check.
    checkout.append("Makefile", "\ntest-infra:\n\t@echo The infrastructure is tested.\n")
    checkout.append("backend/recognizer/__init__.py", "\nDEPLOYED = 'by a workflow'\n")
    assert checkout.commit("Second") != first_commit
    return ActRunner(account, checkout, tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="module", autouse=True)
def applied(account: Account, runner: ActRunner) -> list[str]:
    """The roots that Terraform has applied; each time, it changes a setting of the function."""
    roots: list[str] = []

    def apply(root: str, command: str) -> None:
        assert command == "apply"
        roots.append(root)
        account.aws(
            "lambda", "update-function-configuration", "--function-name", NAME,
            "--memory-size", str(MEMORY_SIZE),
        )  # fmt: skip

    runner.fake_aws.on_terraform = apply
    return roots


def test_commit_without_passing_tests_changes_nothing(
    fake_aws: FakeAWS, runner: ActRunner, applied: list[str]
) -> None:
    finished = runner.push("deploy", "no_test_has_this_name")
    assert finished.returncode != 0
    assert "deselected" in finished.stdout
    assert "deploy-backend" not in finished.stdout
    assert fake_aws.live_version()[0] == "1"
    assert applied == []


def test_image_with_a_critical_finding_changes_nothing(
    fake_aws: FakeAWS, runner: ActRunner, applied: list[str]
) -> None:
    fake_aws.scan_findings = {"CRITICAL": 1, "HIGH": 3}
    finished = runner.push("deploy", FEW_BACKEND_TESTS)
    assert finished.returncode != 0
    assert "The image has 1 critical findings" in finished.stdout, finished.stdout
    assert "deploy-backend" not in finished.stdout
    assert fake_aws.live_version()[0] == "1"
    assert applied == []


def test_backend_and_infrastructure_are_tested_and_deployed(
    fake_aws: FakeAWS, account: Account, checkout: Checkout, runner: ActRunner, applied: list[str]
) -> None:
    fake_aws.scan_findings = {"HIGH": 3}
    finished = runner.push("deploy", FEW_BACKEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    pushed, tested, applies, deployed = (
        finished.stdout.index(f"Run Main {command}")
        for command in (
            "infra/deploy/push-image",
            "make test-image",
            "infra/deploy/apply-serverless\n",
            "make deploy-backend",
        )
    )
    assert pushed < tested < applies < deployed
    assert finished.stdout.index("The infrastructure is tested.") < applies
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in finished.stdout
    for role in ("backend", "plan", "apply"):
        assert f"assumed arn:aws:iam::123456789012:role/{role} in eu-central-1" in finished.stdout
    assert applied == ["serverless"]
    sha = checkout.git("rev-parse", "HEAD")
    assert fake_aws.live_version() == ("2", f"Deployed {sha}; previous version: 1")
    # The version was published after Terraform had changed the setting.
    live = account.aws("lambda", "get-function", "--function-name", NAME, "--qualifier", "live")
    assert live["Configuration"]["MemorySize"] == MEMORY_SIZE


def test_plan_without_changes_is_not_applied(
    fake_aws: FakeAWS, runner: ActRunner, applied: list[str]
) -> None:
    before = list(applied), fake_aws.live_version()
    finished = runner.push("deploy", FEW_BACKEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    assert "No changes. Your infrastructure matches the configuration." in finished.stdout
    assert "make deploy-backend" in finished.stdout
    assert (applied, fake_aws.live_version()) == before


def test_frontend_is_tested_and_deployed(fake_aws: FakeAWS, runner: ActRunner) -> None:
    finished = runner.push("frontend", FEW_FRONTEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    assert "assumed arn:aws:iam::123456789012:role/frontend in eu-central-1" in finished.stdout
    assert "<title>" in httpx.get(fake_aws.variables()["PAGE_URL"] + "/index.html").text
