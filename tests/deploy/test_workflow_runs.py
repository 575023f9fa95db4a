"""The workflows deploy and frontend from start to end: tests, then a deployment or none."""

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.act_runner import ActRunner
from deploy.fake_aws import NAME, FakeAWS
from deploy.terraform import TerraformRoots, resource

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
    roots: TerraformRoots,
    tmp_path_factory: pytest.TempPathFactory,
) -> ActRunner:
    """A runner for a commit after the deployed one, which changes backend and infrastructure."""
    deployed = roots.deploy()
    assert deployed.returncode == 0, deployed.stdout
    checkout.append("backend/recognizer/__init__.py", "\nDEPLOYED = 'by a workflow'\n")
    command = f"aws lambda update-function-configuration --function-name {NAME}"
    memory = resource("memory", f"{command} --memory-size {MEMORY_SIZE}", "true")
    checkout.append("infra/terraform/serverless/main.tf", memory)
    # These roots contain nothing that `make test-infra` could check.
    checkout.append("Makefile", "\ntest-infra:\n\t@echo The infrastructure is tested.\n")
    checkout.commit("Second")
    return ActRunner(account, checkout, tmp_path_factory.mktemp("runner"))


def memory_size(account: Account) -> int:
    """Return the memory in MB of the version that callers reach."""
    live = account.aws("lambda", "get-function", "--function-name", NAME, "--qualifier", "live")
    size: int = live["Configuration"]["MemorySize"]
    return size


def test_commit_without_passing_tests_changes_nothing(
    fake_aws: FakeAWS, account: Account, runner: ActRunner
) -> None:
    before = memory_size(account)
    finished = runner.push("deploy", "no_test_has_this_name")
    assert finished.returncode != 0
    assert "deselected" in finished.stdout
    assert "deploy-backend" not in finished.stdout
    assert "apply-serverless --planned" not in finished.stdout
    assert fake_aws.live_version()[0] == "1"
    assert memory_size(account) == before != MEMORY_SIZE


def test_image_with_a_critical_finding_changes_nothing(
    fake_aws: FakeAWS, runner: ActRunner
) -> None:
    fake_aws.scan_findings = {"CRITICAL": 1, "HIGH": 3}
    finished = runner.push("deploy", FEW_BACKEND_TESTS)
    assert finished.returncode != 0
    assert "The image has 1 critical findings" in finished.stdout, finished.stdout
    assert "deploy-backend" not in finished.stdout
    assert "apply-serverless --planned" not in finished.stdout
    assert fake_aws.live_version()[0] == "1"


def test_backend_and_infrastructure_are_tested_and_deployed(
    fake_aws: FakeAWS, account: Account, checkout: Checkout, runner: ActRunner
) -> None:
    fake_aws.scan_findings = {"HIGH": 3}
    finished = runner.push("deploy", FEW_BACKEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    tested, pushed, applied, deployed = (
        finished.stdout.index(f"Run Main {command}")
        for command in (
            "make test-image",
            "infra/deploy/push-image",
            "infra/deploy/apply-serverless --planned",
            "make deploy-backend",
        )
    )
    assert tested < pushed < applied < deployed
    assert finished.stdout.index("The infrastructure is tested.") < applied
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in finished.stdout
    for role in ("backend", "plan", "apply"):
        assert f"assumed arn:aws:iam::123456789012:role/{NAME}-{role}" in finished.stdout
    sha = checkout.git("rev-parse", "HEAD")
    assert fake_aws.live_version() == ("2", f"Deployed {sha}; previous version: 1")
    # The version was published after Terraform had changed the setting.
    assert memory_size(account) == MEMORY_SIZE


def test_plan_without_changes_is_not_applied(fake_aws: FakeAWS, runner: ActRunner) -> None:
    before = fake_aws.live_version()
    finished = runner.push("deploy", FEW_BACKEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    assert "No changes. Your infrastructure matches the configuration." in finished.stdout
    assert "apply-serverless --planned" not in finished.stdout
    assert "make deploy-backend" in finished.stdout
    assert fake_aws.live_version() == before


def test_frontend_is_tested_and_deployed(fake_aws: FakeAWS, runner: ActRunner) -> None:
    finished = runner.push("frontend", FEW_FRONTEND_TESTS)
    assert finished.returncode == 0, finished.stdout
    assert f"assumed arn:aws:iam::123456789012:role/{NAME}-frontend" in finished.stdout
    assert "<title>" in httpx.get(fake_aws.variables()["PAGE_URL"] + "/index.html").text
