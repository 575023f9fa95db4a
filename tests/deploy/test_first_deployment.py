"""`make deploy` in accounts that allow less, or hold more, than an empty one."""

import json
from pathlib import Path

import pytest
from deploy.account import Account
from deploy.fake_aws import REGION, FakeAWS
from deploy.terraform import AUTO_APPROVE, STATE_BUCKET, TerraformRoots

pytestmark = pytest.mark.docker

REPOSITORY = {"REPOSITORY": "somebody/digits"}

SETTINGS = "infra/terraform/serverless/terraform.tfvars"

PROVIDER_HOST = "token.actions.githubusercontent.com"

CURL = """#!/bin/sh
case "$*" in
    *https://api.github.com/repos/somebody/digits | *--location*/repos/Somebody/old-digits)
        echo '{"full_name": "somebody/digits", "id": 42, "owner": {"id": 1}}' ;;
    */repos/somebody/silent) ;;
    *) exit 22 ;;
esac
"""
"""GitHub's API, for a repository that was renamed."""


def written_settings(roots: TerraformRoots) -> dict[str, str]:
    """Return the settings that a deployment wrote, and remove them."""
    file = roots.checkout.folder / SETTINGS
    values = [line.split(" = ") for line in file.read_text().splitlines() if " = " in line]
    file.unlink()
    return {name.strip(): value for name, value in values}


def test_new_account_has_neither_reservation_nor_budget(
    fake_aws: FakeAWS, roots: TerraformRoots
) -> None:
    fake_aws.unreserved_executions = 10
    fake_aws.denied = f"DescribeBudgets|PUT /{STATE_BUCKET}"
    finished = roots.deploy()
    fake_aws.denied = "nothing"
    assert finished.returncode != 0
    assert "The quota bounds the cost" in finished.stdout
    assert "you may not read budgets" in finished.stdout
    assert written_settings(roots) == {
        "alarm_email": "null",
        "reserved_concurrent_executions": "null",
        "monthly_budget_usd": "null",
    }


def test_another_prefix_of_names_is_a_setting(fake_aws: FakeAWS, roots: TerraformRoots) -> None:
    fake_aws.denied = "PUT /trial-state"
    finished = roots.deploy(TF_VAR_name="trial")
    fake_aws.denied = "nothing"
    assert "Stopped at: Create the bucket for Terraform's states" in finished.stdout
    assert written_settings(roots)["name"] == '"trial"'


def write_settings(roots: TerraformRoots, prefix: str) -> None:
    """Write settings like those that somebody has committed, for resources with a prefix."""
    settings = f"""name = "{prefix}"
alarm_email = "owner@example.com"
reserved_concurrent_executions = null
monthly_budget_usd = null
"""
    (roots.checkout.folder / SETTINGS).write_text(settings)


def test_settings_that_a_fork_has_from_its_origin_are_shown(
    fake_aws: FakeAWS, roots: TerraformRoots
) -> None:
    write_settings(roots, "digit-recognizer")
    fake_aws.denied = f"PUT /{STATE_BUCKET}"
    finished = roots.deploy()
    fake_aws.denied = "nothing"
    assert f"delete {SETTINGS} to choose them anew:" in finished.stdout
    assert 'alarm_email = "owner@example.com"' in finished.stdout
    assert written_settings(roots)["alarm_email"] == '"owner@example.com"'


def test_every_script_uses_the_prefix_of_the_settings(
    fake_aws: FakeAWS, roots: TerraformRoots
) -> None:
    write_settings(roots, "trial")
    fake_aws.denied = "PUT /trial-state"
    deployed = roots.deploy()
    fake_aws.denied = "nothing"
    destroyed = roots.checkout.run("destroy")
    written_settings(roots)
    assert "Stopped at: Create the bucket for Terraform's states" in deployed.stdout
    assert "has no bucket trial-state-123456789012" in destroyed.stdout


@pytest.mark.parametrize(
    ("script", "variables"),
    [
        ("all", {"TF_VAR_name": "trial"}),
        ("destroy", {"TF_VAR_name": "trial"}),
        ("apply-serverless", {"AWS_REGION": REGION, "STATE_BUCKET": "trial-state-123456789012"}),
    ],
)
def test_prefix_that_is_not_the_one_of_the_settings_stops_a_script(
    roots: TerraformRoots, script: str, variables: dict[str, str]
) -> None:
    write_settings(roots, "another")
    finished = roots.checkout.run(script, **AUTO_APPROVE, **REPOSITORY, **variables)
    written_settings(roots)
    assert finished.returncode == 1
    assert f"{SETTINGS} are those of another: correct one of them." in finished.stdout
    assert roots.left_over() == []


def test_terraform_that_does_not_know_the_credentials_of_aws_login_is_explained(
    fake_aws: FakeAWS, account: Account, roots: TerraformRoots, tmp_path: Path
) -> None:
    account.create_bucket(STATE_BUCKET)
    (tmp_path / "config").write_text(
        "[default]\nlogin_session = arn:aws:iam::123456789012:user/me\n"
    )
    fake_aws.denied = f"GET /{STATE_BUCKET}"  # as it is to Terraform alone, without credentials
    outputs = [
        roots.checkout.run(
            "apply-serverless", STATE_BUCKET=STATE_BUCKET, AWS_REGION=REGION, AWS_CONFIG_FILE=file
        ).stdout
        for file in (str(tmp_path / "config"), str(tmp_path / "none"))
    ]
    fake_aws.denied = "nothing"
    account.aws("s3api", "delete-bucket", "--bucket", STATE_BUCKET)
    assert ["logged in by aws login" in output for output in outputs] == [True, False]
    assert all("Stopped at: Initialize Terraform" in output for output in outputs)


@pytest.mark.parametrize("repository", ["somebody/unknown", "somebody/silent"])
def test_repository_that_github_does_not_know_is_not_trusted(
    roots: TerraformRoots, repository: str
) -> None:
    curl = roots.account.bin_folder / "curl"
    curl.write_text(CURL)
    curl.chmod(0o755)
    finished = roots.checkout.run("all", **AUTO_APPROVE, REPOSITORY=repository)
    curl.unlink()
    assert finished.returncode == 1
    assert f"GitHub does not tell the IDs of {repository}" in finished.stdout
    assert roots.left_over() == []


def test_provider_of_another_project_is_used_and_left(
    fake_aws: FakeAWS, account: Account, roots: TerraformRoots
) -> None:
    provider = account.aws(
        "iam", "create-open-id-connect-provider", "--url", f"https://{PROVIDER_HOST}",
        "--thumbprint-list", "0" * 40,
    )["OpenIDConnectProviderArn"]  # fmt: skip
    roots.gh.rename(roots.gh.with_suffix(".away"))  # the IDs then come from GitHub's API
    curl = account.bin_folder / "curl"
    curl.write_text(CURL)
    curl.chmod(0o755)
    fake_aws.denied = "BatchGetImage"  # which stops it after the root bootstrap
    for repository in ("somebody/digits", "Somebody/old-digits"):
        finished = roots.deploy(REPOSITORY=repository)
        assert "Stopped at: Push the function's image" in finished.stdout
        assert "OIDC provider for GitHub already: it is used" in finished.stdout
    fake_aws.denied = "nothing"
    curl.unlink()
    assert "GitHub calls it somebody/digits." in finished.stdout
    state = fake_aws.query_moto("s3", f"/{STATE_BUCKET}/bootstrap.tfstate").json()
    variables = state["outputs"]["github_variables"]["value"]
    assert (variables["REPOSITORY"], variables["REPOSITORY_ID"]) == ("somebody/digits", 42)
    assert provider not in json.dumps(state)

    finished = roots.checkout.run("destroy", stdin="destroy\n", **AUTO_APPROVE)
    assert finished.returncode == 0, finished.stdout
    assert roots.left_over() == [provider]
    account.aws(
        "iam", "delete-open-id-connect-provider", "--open-id-connect-provider-arn", provider
    )


def test_provider_that_other_projects_use_by_now_is_left(
    fake_aws: FakeAWS, account: Account, roots: TerraformRoots
) -> None:
    roots.gh.with_suffix(".away").rename(roots.gh)
    fake_aws.denied = "BatchGetImage"
    deployed = roots.deploy()
    fake_aws.denied = "nothing"
    assert "Stopped at: Push the function's image" in deployed.stdout
    [provider] = account.aws("iam", "list-open-id-connect-providers")["OpenIDConnectProviderList"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider["Arn"]},
                "Action": "sts:AssumeRoleWithWebIdentity",
            }
        ],
    }
    for role in ("of-another-project", "digit-recognizer-backend"):
        account.create_role(role, trust)
    destroyed = roots.checkout.run("destroy", stdin="destroy\n", **AUTO_APPROVE)
    account.aws("iam", "delete-role", "--role-name", "digit-recognizer-backend")
    assert destroyed.returncode == 0, destroyed.stdout
    assert "because other roles trust it: of-another-project." in destroyed.stdout
    assert roots.left_over() == [provider["Arn"], "of-another-project"]
