"""`make deploy` in an empty account, and `make destroy`."""

from typing import Any

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, FakeAWS
from deploy.processes import missing_terraform
from deploy.terraform import STATE_BUCKET, TerraformRoots

from support.images import digit_image, encode
from support.requirements import require

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("terraform", "preserved_image")]

AUTO_APPROVE = {"TF_CLI_ARGS_apply": "-auto-approve", "TF_CLI_ARGS_destroy": "-auto-approve"}
REPOSITORY = {"REPOSITORY": "somebody/digits"}


@pytest.fixture(scope="module")
def terraform() -> None:
    """Skip the tests unless Terraform is available."""
    require(missing_terraform())


@pytest.fixture(scope="module")
def roots(account: Account, checkout: Checkout) -> TerraformRoots:
    """The checkout's Terraform roots, which create things in moto."""
    roots = TerraformRoots(account, checkout)
    roots.write_serverless_outputs()
    checkout.commit("Roots for moto")
    return roots


@pytest.fixture(scope="module")
def deployment(roots: TerraformRoots) -> str:
    """Everything, deployed; returns the script's output."""
    finished = roots.checkout.run("all", **AUTO_APPROVE, **REPOSITORY)
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def trust_policy(*subjects: str) -> dict[str, Any]:
    """Return a trust policy like the module github-oidc-role's."""
    condition = {"token.actions.githubusercontent.com:sub": list(subjects)}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/github"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": condition},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_dry_run_prints_the_steps_and_creates_nothing(roots: TerraformRoots) -> None:
    if roots.commands:
        pytest.skip("everything is deployed already")
    finished = roots.checkout.run("all", "--dry-run", **REPOSITORY)
    assert finished.returncode == 0, finished.stdout
    printed = [line for line in finished.stdout.splitlines() if line.startswith("would run: ")]
    remaining = iter(printed)
    for command in (
        "bootstrap init",
        "bootstrap apply",
        "deploy/push-image lambda",
        "deploy/apply-serverless",
        "bootstrap apply",
        "deploy/backend",
        "deploy/frontend",
    ):
        assert any(command in line for line in remaining), (command, printed)
    assert roots.commands == []
    assert roots.account.aws("s3api", "list-buckets")["Buckets"] == []


def test_deployment_serves_page_and_api(
    fake_aws: FakeAWS, roots: TerraformRoots, deployment: str
) -> None:
    assert roots.commands == ["bootstrap apply", "serverless apply", "bootstrap apply"]
    variables = fake_aws.variables()
    page = httpx.get(variables["PAGE_URL"] + "/index.html")
    assert "<title>" in page.text
    api = httpx.get(variables["PAGE_URL"] + "/config.json").json()["api"]
    headers = {"Content-Type": "image/png"}
    content = encode(digit_image(7))
    response = httpx.post(api + "/predict", content=content, headers=headers, timeout=60)
    assert response.json()["digit"] == 7
    assert (
        f"gh variable set PAGE_BUCKET --repo somebody/digits --body {variables['PAGE_BUCKET']}"
        in deployment
    )


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
    finished = roots.checkout.run("all", **AUTO_APPROVE, **REPOSITORY)
    assert finished.returncode == 0, finished.stdout
    assert "Resources: 0 added, 0 changed, 0 destroyed" in finished.stdout
    assert (fake_aws.live_version(), fake_aws.published_versions()) == before
    uploads = [sent for sent in fake_aws.requests if sent.method == "PUT" and bucket in sent.path]
    assert uploads == []


@pytest.mark.usefixtures("deployment")
def test_settings_default_to_the_outputs_of_terraform(
    fake_aws: FakeAWS, roots: TerraformRoots
) -> None:
    finished = roots.checkout.run("backend")
    assert finished.returncode == 0, finished.stdout
    assert f"Smoke-test {fake_aws.variables()['API_URL']}" in finished.stdout


@pytest.mark.usefixtures("deployment")
def test_destroy_without_confirmation_removes_nothing(roots: TerraformRoots) -> None:
    finished = roots.checkout.run("destroy", stdin="yes\n", **AUTO_APPROVE)
    assert finished.returncode == 1
    assert "Nothing has been removed." in finished.stdout
    assert roots.account.aws("s3api", "list-buckets")["Buckets"]


@pytest.mark.usefixtures("deployment")
def test_destroy_removes_everything(roots: TerraformRoots) -> None:
    aws = roots.account.aws
    aws("s3api", "put-object", "--bucket", FEEDBACK_BUCKET, "--key", "feedback/one.json")
    finished = roots.checkout.run("destroy", stdin="destroy\n", **AUTO_APPROVE)
    assert finished.returncode == 0, finished.stdout
    assert aws("s3api", "list-buckets")["Buckets"] == []
    assert aws("lambda", "list-functions")["Functions"] == []
    assert aws("ecr", "describe-repositories")["repositories"] == []


def test_dry_run_without_a_known_repository_names_the_variable(checkout: Checkout) -> None:
    finished = checkout.run("all", "--dry-run")
    assert finished.returncode == 0, finished.stdout
    assert "no git remote origin" in finished.stdout
    assert "REPOSITORY=owner/name make deploy" in finished.stdout
    assert "would run: infra/deploy/frontend" in finished.stdout


def test_deployment_without_a_known_repository_fails_before_any_change(
    roots: TerraformRoots,
) -> None:
    before = list(roots.commands)
    roots.checkout.git("remote", "add", "origin", "https://git.example/somebody/digits.git")
    finished = roots.checkout.run("all", **AUTO_APPROVE)
    roots.checkout.git("remote", "remove", "origin")
    assert finished.returncode == 1
    assert "origin is not a repository on github.com" in finished.stdout
    assert "REPOSITORY=owner/name make deploy" in finished.stdout
    assert roots.commands == before


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
