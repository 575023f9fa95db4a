"""`make deploy` in an empty account, and `make destroy`."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, REGION, FakeAWS
from deploy.terraform import AUTO_APPROVE, STATE_BUCKET, TerraformRoots

from support.images import digit_image, encode

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("roots", "preserved_image")]

REPOSITORY = {"REPOSITORY": "somebody/digits"}

SETTINGS = "infra/terraform/serverless/terraform.tfvars"


@pytest.fixture(scope="module")
def deployment(roots: TerraformRoots) -> str:
    """Everything, deployed; returns the script's output."""
    finished = roots.deploy(email="somebody@example.com")
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def trust_policy(*subjects: str) -> dict[str, Any]:
    """Return a trust policy like the root bootstrap's."""
    condition = {"token.actions.githubusercontent.com:sub": list(subjects)}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/github"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": condition},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def environment(branches: int) -> str:
    """Return an environment on GitHub that some branches may deploy to."""
    policy = {"protected_branches": False, "custom_branch_policies": True}
    return json.dumps({"deployment_branch_policy": policy, "total_count": branches})


def changes_on_github(roots: TerraformRoots) -> list[str]:
    """Return the calls of gh that change something."""
    return [call for call in roots.gh_log.read_text().splitlines() if "--method" in call]


def test_dry_run_prints_the_steps_and_creates_nothing(roots: TerraformRoots) -> None:
    if roots.left_over():
        pytest.skip("everything is deployed already")
    finished = roots.checkout.run("all", "--dry-run", **REPOSITORY)
    assert finished.returncode == 0, finished.stdout
    printed = [line for line in finished.stdout.splitlines() if line.startswith("would run: ")]
    remaining = iter(printed)
    for command in (
        "write_settings",
        "create_state_bucket",
        "init_root bootstrap",
        "bootstrap apply",
        "deploy/push-image lambda",
        "deploy/apply-serverless",
        "deploy/backend",
        "deploy/frontend",
        "create_environment",
    ):
        assert any(command in line for line in remaining), (command, printed)
    assert roots.left_over() == []
    assert roots.gh_log.read_text() == ""


def test_deployment_serves_page_and_api(fake_aws: FakeAWS, deployment: str) -> None:
    variables = fake_aws.variables()
    page = httpx.get(variables["PAGE_URL"] + "/index.html")
    assert "<title>" in page.text
    content = encode(digit_image(7))
    headers = {"content-type": "image/png", "x-amz-content-sha256": sha256(content).hexdigest()}
    url = variables["PAGE_URL"] + "/predict"
    response = httpx.post(url, content=content, headers=headers, timeout=60)
    assert response.json()["digit"] == 7
    for name in ("PAGE_BUCKET", "PAGE_URL"):
        line = f"gh variable set {name} --repo somebody/digits --body {variables[name]}"
        assert line in deployment


def test_first_deployment_writes_the_settings_to_be_committed(
    roots: TerraformRoots, deployment: str
) -> None:
    settings = (roots.checkout.folder / SETTINGS).read_text()
    assert 'alarm_email                    = "somebody@example.com"' in settings
    assert "reserved_concurrent_executions = 10\n" in settings
    assert "monthly_budget_usd             = 10\n" in settings
    assert f"Commit {SETTINGS}" in deployment
    assert f"?? {SETTINGS}" in roots.checkout.git("status", "--porcelain")


@pytest.mark.usefixtures("deployment")
def test_environment_of_the_apply_job_allows_only_main(roots: TerraformRoots) -> None:
    environment = "repos/somebody/digits/environments/production"
    assert roots.gh_log.read_text().splitlines()[-3:] == [
        f"api {environment}",
        f"api --method PUT {environment} --input -",
        f"api --method POST {environment}/deployment-branch-policies -f name=main",
    ]


@pytest.mark.usefixtures("deployment")
def test_environment_is_completed_if_an_earlier_attempt_named_no_branch(
    roots: TerraformRoots,
) -> None:
    roots.environment.write_text(environment(branches=0))
    roots.gh_log.write_text("")
    finished = roots.deploy()
    roots.environment.unlink()
    assert finished.returncode == 0, finished.stdout
    assert changes_on_github(roots) == [
        "api --method POST repos/somebody/digits/environments/production/deployment-branch-policies"
        " -f name=main"
    ]


@pytest.mark.usefixtures("deployment")
def test_deployment_stores_its_states_in_the_state_bucket(roots: TerraformRoots) -> None:
    listed = roots.account.aws("s3api", "list-objects-v2", "--bucket", STATE_BUCKET)
    names = {entry["Key"] for entry in listed["Contents"]}
    assert {"bootstrap.tfstate", "serverless.tfstate"} <= names


@pytest.mark.usefixtures("deployment")
def test_second_deployment_changes_nothing(fake_aws: FakeAWS, roots: TerraformRoots) -> None:
    before = fake_aws.live_version(), fake_aws.published_versions()
    bucket = fake_aws.variables()["PAGE_BUCKET"]
    fake_aws.requests.clear()
    roots.environment.write_text(environment(branches=1))
    roots.gh_log.write_text("")
    finished = roots.deploy(email="somebody@else.example")
    roots.environment.unlink()
    assert finished.returncode == 0, finished.stdout
    assert changes_on_github(roots) == []
    assert "somebody@example.com" in (roots.checkout.folder / SETTINGS).read_text()
    assert "Resources: 0 added, 0 changed, 0 destroyed" in finished.stdout
    assert (fake_aws.live_version(), fake_aws.published_versions()) == before
    uploads = [sent for sent in fake_aws.requests if sent.method == "PUT" and bucket in sent.path]
    assert uploads == []


@pytest.mark.usefixtures("deployment")
def test_workflow_applies_the_plan_that_it_saved(roots: TerraformRoots) -> None:
    variables = {"AWS_REGION": REGION, "STATE_BUCKET": STATE_BUCKET}
    roots.checkout.append(SETTINGS, "p99_milliseconds = 1000\n")
    for option, result in (("--dry-run", "1 to add"), ("--planned", "1 added")):
        finished = roots.checkout.run("apply-serverless", option, **variables)
        assert finished.returncode == 0, finished.stdout
        assert result in finished.stdout


@pytest.mark.usefixtures("deployment")
def test_plan_that_was_applied_is_to_be_planned_anew(roots: TerraformRoots) -> None:
    variables = {"AWS_REGION": REGION, "STATE_BUCKET": STATE_BUCKET}
    finished = roots.checkout.run("apply-serverless", "--planned", **variables)
    assert finished.returncode == 1
    assert "Saved plan is stale" in finished.stdout
    assert "run all jobs of the workflow deploy again, or start it anew" in finished.stdout
    assert "run this again" not in finished.stdout


@pytest.mark.usefixtures("deployment")
def test_workflow_without_the_settings_plans_nothing(roots: TerraformRoots, tmp_path: Path) -> None:
    variables = {"AWS_REGION": REGION, "STATE_BUCKET": STATE_BUCKET}
    clone = roots.checkout.clone(tmp_path / "clone")
    finished = clone.run("apply-serverless", "--dry-run", **variables)
    assert finished.returncode == 1
    assert 'input variable "alarm_email" is not set' in finished.stdout


@pytest.mark.usefixtures("deployment")
def test_settings_default_to_the_outputs_of_terraform(
    fake_aws: FakeAWS, roots: TerraformRoots
) -> None:
    finished = roots.checkout.run("backend")
    assert finished.returncode == 0, finished.stdout
    assert f"Smoke-test {fake_aws.variables()['PAGE_URL']}" in finished.stdout


@pytest.mark.usefixtures("deployment")
def test_another_region_than_the_deployments_changes_nothing(
    fake_aws: FakeAWS, roots: TerraformRoots
) -> None:
    fake_aws.requests.clear()
    finished = roots.deploy(AWS_REGION="us-west-2")
    assert finished.returncode == 1
    assert (
        f"AWS_REGION is us-west-2, but digit-recognizer is deployed in {REGION}" in finished.stdout
    )
    assert {sent.method for sent in fake_aws.requests} <= {"GET", "POST"}


@pytest.mark.usefixtures("deployment")
def test_destroy_removes_everything(roots: TerraformRoots) -> None:
    aws = roots.account.aws
    aws("s3api", "put-object", "--bucket", FEEDBACK_BUCKET, "--key", "feedback/one.json")
    finished = roots.checkout.run("destroy", stdin="destroy\n", **AUTO_APPROVE)
    assert finished.returncode == 0, finished.stdout
    assert roots.left_over() == []


def test_dry_run_without_a_known_repository_names_the_variable(checkout: Checkout) -> None:
    finished = checkout.run("all", "--dry-run")
    assert finished.returncode == 0, finished.stdout
    assert "no git remote origin" in finished.stdout
    assert "REPOSITORY=owner/name make deploy" in finished.stdout
    assert "would run: infra/deploy/frontend" in finished.stdout


def test_deployment_without_a_known_repository_fails_before_any_change(
    roots: TerraformRoots,
) -> None:
    before = roots.left_over()
    roots.checkout.git("remote", "add", "origin", "https://git.example/somebody/digits.git")
    finished = roots.checkout.run("all", **AUTO_APPROVE)
    roots.checkout.git("remote", "remove", "origin")
    assert finished.returncode == 1
    assert "origin is not a repository on github.com" in finished.stdout
    assert "REPOSITORY=owner/name make deploy" in finished.stdout
    assert roots.left_over() == before


@pytest.mark.parametrize(
    ("trusted", "origin", "variable", "expected"),
    [
        ("", "git@github.com:me/fork.git", "", ["me/fork (the git remote origin"]),
        (
            "",
            "https://github.com/me/fork",
            "me/digits",
            ["me/digits (set by REPOSITORY)", "origin is another repository, me/fork"],
        ),
        (
            "me/digits",
            "https://github.com/me/fork.git",
            "",
            ["me/digits (as in the last deployment)", "origin is another repository, me/fork"],
        ),
        (
            "me/digits",
            "https://github.com/me/fork.git",
            "me/fork",
            ["me/fork (set by REPOSITORY)", "It replaces me/digits"],
        ),
    ],
)
def test_dry_run_explains_which_repository_is_trusted(
    account: Account,
    checkout: Checkout,
    trusted: str,
    origin: str,
    variable: str,
    expected: list[str],
) -> None:
    role = "digit-recognizer-backend"
    checkout.git("remote", "add", "origin", origin)
    if trusted:
        owner, name = trusted.split("/")
        context = "ref:refs/heads/main"
        subjects = (f"repo:{owner}@1/{name}@23:{context}", f"repo:{trusted}:{context}")
        account.create_role(role, trust_policy(*subjects))
    try:
        finished = checkout.run(
            "all", "--dry-run", **({"REPOSITORY": variable} if variable else {})
        )
    finally:
        checkout.git("remote", "remove", "origin")
        if trusted:
            account.aws("iam", "delete-role", "--role-name", role)
    assert finished.returncode == 0, finished.stdout
    for text in (*expected, "To choose another one: REPOSITORY=owner/name make deploy"):
        assert text in finished.stdout
