"""The way of a newcomer: from an empty account to the page by one command, and back by another."""

import shutil

import httpx
import pytest
from api.invalid_requests import good_picture
from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, Cloud
from deploy.terraform import STATE_BUCKET, Terraform

pytestmark = [
    pytest.mark.usefixtures("image_kept"),
    pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here"),
]

YES = {"TF_CLI_ARGS_apply": "-auto-approve", "TF_CLI_ARGS_destroy": "-auto-approve"}
WHOSE = {"REPOSITORY": "somebody/digits"}


@pytest.fixture(scope="module")
def terraform(account: Account, checkout: Checkout) -> Terraform:
    """The roots of the checkout make things in moto."""
    terraform = Terraform(account, checkout, account.tools)
    terraform.describe_page()
    checkout.commit("Roots for moto")
    return terraform


@pytest.fixture(scope="module")
def made(terraform: Terraform) -> str:
    """All is made: what the script printed."""
    done = terraform.checkout.run("first", **YES, **WHOSE)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_dry_run_shows_the_way_and_makes_nothing(terraform: Terraform) -> None:
    if terraform.ran:
        pytest.skip("all is made already")
    done = terraform.checkout.run("first", "--dry-run", **WHOSE)
    assert done.returncode == 0, done.stdout
    would = [line for line in done.stdout.splitlines() if line.startswith("would run: ")]
    order = ["bootstrap init", "bootstrap apply", "push lambda", "serverless", "bootstrap apply"]
    order += ["deploy/backend", "deploy/frontend"]
    shown = iter(would)
    for command in order:
        assert any(command in line for line in shown), (command, would)
    assert terraform.ran == []
    assert terraform.account.aws("s3api", "list-buckets")["Buckets"] == []


def test_one_command_leads_from_nothing_to_the_page(
    cloud: Cloud, terraform: Terraform, made: str
) -> None:
    assert terraform.ran == ["bootstrap apply", "serverless apply", "bootstrap apply"]
    variables = cloud.variables()
    page = httpx.get(variables["PAGE_URL"] + "/index.html")
    assert "<title>" in page.text
    api = httpx.get(variables["PAGE_URL"] + "/config.json").json()["api"]
    answer = httpx.post(
        api + "/predict", content=good_picture(), headers={"Content-Type": "image/png"}, timeout=60
    )
    assert answer.json()["digit"] == 7
    assert (
        f"gh variable set PAGE_BUCKET --repo somebody/digits --body {variables['PAGE_BUCKET']}"
        in made
    )


@pytest.mark.usefixtures("made")
def test_the_states_are_in_their_bucket(terraform: Terraform) -> None:
    listed = terraform.account.aws("s3api", "list-objects-v2", "--bucket", STATE_BUCKET)
    names = {entry["Key"] for entry in listed["Contents"]}
    assert {"bootstrap.tfstate", "serverless.tfstate"} <= names


@pytest.mark.usefixtures("made")
def test_making_it_again_changes_nothing(cloud: Cloud, terraform: Terraform) -> None:
    before = cloud.live(), cloud.versions()
    page = cloud.variables()["PAGE_BUCKET"]
    cloud.asked.clear()
    done = terraform.checkout.run("first", **YES, **WHOSE)
    assert done.returncode == 0, done.stdout
    assert "Resources: 0 added, 0 changed, 0 destroyed" in done.stdout
    assert (cloud.live(), cloud.versions()) == before
    assert not [asked for asked in cloud.asked if asked.method == "PUT" and page in asked.path]


@pytest.mark.usefixtures("made")
def test_the_settings_come_from_terraform_where_nobody_gives_them(
    cloud: Cloud, terraform: Terraform
) -> None:
    done = terraform.checkout.run("backend")
    assert done.returncode == 0, done.stdout
    assert f"Ask {cloud.variables()['API_URL']} to read it" in done.stdout


@pytest.mark.usefixtures("made")
def test_nothing_is_removed_without_a_word(terraform: Terraform) -> None:
    done = terraform.checkout.run("destroy", typed="yes\n", **YES)
    assert done.returncode == 1
    assert "Nothing has been removed." in done.stdout
    assert terraform.account.aws("s3api", "list-buckets")["Buckets"]


@pytest.mark.usefixtures("made")
def test_all_is_removed_again(terraform: Terraform) -> None:
    aws = terraform.account.aws
    aws("s3api", "put-object", "--bucket", FEEDBACK_BUCKET, "--key", "feedback/said.json")
    done = terraform.checkout.run("destroy", typed="destroy\n", **YES)
    assert done.returncode == 0, done.stdout
    assert aws("s3api", "list-buckets")["Buckets"] == []
    assert aws("lambda", "list-functions")["Functions"] == []
    assert aws("ecr", "describe-repositories")["repositories"] == []


def test_without_a_repository_it_asks_for_one(checkout: Checkout) -> None:
    done = checkout.run("first", "--dry-run")
    assert done.returncode == 1
    assert "REPOSITORY=owner/name make deploy" in done.stdout
