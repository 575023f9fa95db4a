"""`make destroy` when deployments and earlier attempts have failed half way."""

import json
from pathlib import Path

import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import NAME, FakeAWS
from deploy.terraform import AUTO_APPROVE, STATE_BUCKET, TerraformRoots

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("preserved_image")]


@pytest.fixture(scope="module")
def failed_deployment(fake_aws: FakeAWS, roots: TerraformRoots) -> str:
    """A deployment that created function and buckets, but no distribution; returns its output."""
    fake_aws.denied = "POST .*/distribution"
    finished = roots.deploy()
    fake_aws.denied = "nothing"
    assert finished.returncode == 1
    return finished.stdout


def read_state(account: Account, root: str) -> dict[str, object]:
    """Return a root's state."""
    state: dict[str, object] = account.fake_aws.query_moto(
        "s3", f"/{STATE_BUCKET}/{root}.tfstate"
    ).json()
    return state


def test_nothing_is_deployed(checkout: Checkout) -> None:
    finished = checkout.run("destroy")
    assert finished.returncode == 0, finished.stdout
    assert "The account 123456789012 has no bucket" in finished.stdout


def test_failed_deployment_names_what_new_accounts_lack(
    account: Account, failed_deployment: str
) -> None:
    assert "If CloudFront says that the account must be verified" in failed_deployment
    assert NAME in [
        each["FunctionName"] for each in account.aws("lambda", "list-functions")["Functions"]
    ]
    assert "github_variables" not in json.dumps(read_state(account, "serverless")["outputs"])


@pytest.mark.usefixtures("failed_deployment")
def test_resources_of_always_on_stop_it(
    account: Account, checkout: Checkout, tmp_path: Path
) -> None:
    resource = {"mode": "managed", "type": "aws_vpc", "name": "this", "instances": []}
    (tmp_path / "state").write_text(json.dumps({"version": 4, "resources": [resource]}))
    address = f"s3://{STATE_BUCKET}/always-on.tfstate"
    account.aws("s3", "cp", "--only-show-errors", str(tmp_path / "state"), address)
    finished = checkout.run("destroy", stdin="destroy\n", **AUTO_APPROVE)
    account.aws("s3", "rm", "--only-show-errors", address)
    assert finished.returncode == 1
    assert "The root always-on still has 1 resources" in finished.stdout
    assert f"always-on init -backend-config=bucket={STATE_BUCKET} " in finished.stdout
    assert read_state(account, "serverless")["resources"]


@pytest.mark.usefixtures("failed_deployment")
def test_without_confirmation_nothing_is_removed(roots: TerraformRoots) -> None:
    before = roots.left_over()
    finished = roots.checkout.run("destroy", stdin="yes\n", **AUTO_APPROVE)
    assert finished.returncode == 1
    assert "Nothing has been removed." in finished.stdout
    assert roots.left_over() == before


@pytest.mark.usefixtures("failed_deployment")
def test_error_stops_it_and_keeps_the_states(fake_aws: FakeAWS, roots: TerraformRoots) -> None:
    fake_aws.denied = "DELETE .*/functions/"
    finished = roots.checkout.run("destroy", stdin="destroy\n", **AUTO_APPROVE)
    fake_aws.denied = "nothing"
    assert finished.returncode == 1
    assert "run make destroy again: it continues from here" in finished.stdout
    assert "Everything is removed" not in finished.stdout
    assert set(roots.left_over()) >= {NAME, STATE_BUCKET}
    for root in ("serverless", "bootstrap"):
        assert read_state(roots.account, root)["resources"]


@pytest.mark.usefixtures("failed_deployment")
def test_resources_that_terraform_leaves_stop_it(roots: TerraformRoots) -> None:
    targeted = {"TF_CLI_ARGS_destroy": "-auto-approve -target=terraform_data.none"}
    finished = roots.checkout.run("destroy", stdin="destroy\n", **targeted)
    assert finished.returncode == 1
    assert "The root serverless still has" in finished.stdout
    assert set(roots.left_over()) >= {NAME, STATE_BUCKET}


@pytest.mark.usefixtures("failed_deployment")
def test_another_clone_finds_everything_and_removes_it(
    roots: TerraformRoots, tmp_path: Path
) -> None:
    finished = roots.checkout.clone(tmp_path / "clone").run(
        "destroy",
        stdin="destroy\n",
        **AUTO_APPROVE,
        AWS_REGION="us-west-2",  # not where it is deployed
        AWS_DEFAULT_REGION="us-west-2",
    )
    assert finished.returncode == 0, finished.stdout
    assert "Everything is removed." in finished.stdout
    assert roots.left_over() == []
