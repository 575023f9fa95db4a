"""Deployments and rollbacks of the function: what callers reach before, during and after."""

import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, MANIFEST_TYPES, NAME, FakeAWS

from support.containers import LAMBDA, docker
from support.images import digit_image, encode

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("preserved_image")]

SOURCE = "backend/recognizer/__init__.py"


@pytest.fixture
def second_commit(fake_aws: FakeAWS, checkout: Checkout, first_commit: str) -> str:
    """A later commit, deployed; returns its SHA."""
    if checkout.git("rev-parse", "HEAD") == first_commit:
        checkout.append(SOURCE, "\nDEPLOYED = 'second'\n")
        checkout.commit("Second")
    deploy(fake_aws, checkout)
    return checkout.git("rev-parse", "HEAD")


def deploy(fake_aws: FakeAWS, checkout: Checkout) -> str:
    """Deploy the checked-out commit; return the script's output."""
    finished = checkout.run("backend", **fake_aws.variables())
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def roll_back(fake_aws: FakeAWS, checkout: Checkout) -> subprocess.CompletedProcess[str]:
    """Run the script rollback."""
    return checkout.run("rollback", **fake_aws.variables())


def predict(fake_aws: FakeAWS) -> dict[str, Any]:
    """Return the response to a seven that is sent to the function's URL."""
    url = fake_aws.function_url + "/predict?explain=true"
    headers = {"Content-Type": "image/png"}
    response = httpx.post(url, content=encode(digit_image(7)), headers=headers, timeout=60)
    prediction: dict[str, Any] = response.json()
    return prediction


def is_retained(account: Account, version: str) -> bool:
    """Return whether a version's image has a tag by which the registry retains released ones."""
    digest = f"imageDigest=sha256:{account.fake_aws.code_digest(version)}"
    described = account.aws(
        "ecr", "describe-images", "--repository-name", NAME, "--image-ids", digest
    )
    [image] = described["imageDetails"]
    return any(tag.startswith("released-") for tag in image["imageTags"])


def mutations(fake_aws: FakeAWS) -> list[str]:
    """Return the requests that change something, except for publishing, which may be a no-op."""
    return [
        f"{sent.method} {sent.path}"
        for sent in fake_aws.requests
        if sent.method in ("PUT", "DELETE") or "/code" in sent.path
    ]


@pytest.mark.usefixtures("first_commit")
def test_rollback_after_the_first_deployment_is_impossible(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    assert fake_aws.live_version()[0] == "1"
    assert predict(fake_aws)["digit"] == 7
    finished = roll_back(fake_aws, checkout)
    assert finished.returncode == 1
    assert "a rollback is impossible" in finished.stdout
    assert fake_aws.live_version()[0] == "1"


@pytest.mark.usefixtures("first_commit")
def test_feedback_is_stored_in_s3_without_the_model_input(
    fake_aws: FakeAWS, account: Account
) -> None:
    if "127.0.0.1" in fake_aws.moto:
        pytest.skip("containers cannot reach this machine")
    prediction = predict(fake_aws)
    for label in (7, 1):  # the second label replaces the first
        feedback = {"id": prediction["id"], "digit": label, "input": prediction["input"]}
        url = fake_aws.function_url + "/feedback"
        response = httpx.post(url, json=feedback, timeout=60)
        assert (response.status_code, response.content) == (204, b"")
    listed = account.aws("s3api", "list-objects-v2", "--bucket", FEEDBACK_BUCKET)
    [key] = [entry["Key"] for entry in listed["Contents"]]
    assert re.fullmatch(rf"feedback/\d{{4}}-\d\d-\d\d/{prediction['id']}\.json", key)
    stored = fake_aws.query_moto("s3", f"/{FEEDBACK_BUCKET}/{key}").json()
    assert (stored["predicted"], stored["label"], stored["input"]) == ("7", "1", None)


@pytest.mark.usefixtures("first_commit")
def test_deploying_the_same_commit_again_changes_nothing(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    before = fake_aws.live_version(), fake_aws.published_versions()
    fake_aws.requests.clear()
    output = deploy(fake_aws, checkout)
    assert "The image exists already." in output
    assert mutations(fake_aws) == []
    assert (fake_aws.live_version(), fake_aws.published_versions()) == before


def test_deploying_a_new_commit_moves_the_alias(
    fake_aws: FakeAWS, first_commit: str, second_commit: str
) -> None:
    version, description = fake_aws.live_version()
    assert version == "2"
    assert description == f"Deployed {second_commit}; previous version: 1"
    assert second_commit != first_commit
    assert predict(fake_aws)["digit"] == 7
    function = fake_aws.query_moto("lambda", f"/2015-03-31/functions/{NAME}").json()
    assert "@sha256:" in function["Code"]["ImageUri"]


@pytest.mark.usefixtures("second_commit")
def test_images_of_the_live_version_and_the_one_before_are_retained(account: Account) -> None:
    version, description = account.fake_aws.live_version()
    assert is_retained(account, version)
    assert is_retained(account, description.split()[-1])


@pytest.mark.usefixtures("second_commit")
def test_rollback_twice_moves_the_alias_once(fake_aws: FakeAWS, checkout: Checkout) -> None:
    for _ in range(2):
        finished = roll_back(fake_aws, checkout)
        assert finished.returncode == 0, finished.stdout
        assert fake_aws.live_version() == ("1", "Rolled back from 2")
    assert "nothing has changed" in finished.stdout
    assert predict(fake_aws)["digit"] == 7


@pytest.mark.usefixtures("second_commit")
def test_rollback_activates_a_version_that_nobody_called_for_weeks(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    fake_aws.inactive_versions.add("1")
    finished = roll_back(fake_aws, checkout)
    assert finished.returncode == 0, finished.stdout
    assert fake_aws.inactive_versions == set()
    assert fake_aws.live_version()[0] == "1"


@pytest.mark.usefixtures("second_commit")
def test_release_after_a_rollback_keeps_the_older_image_and_two_versions(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    newer, _ = fake_aws.live_version()
    newer_digest = fake_aws.code_digest(newer)
    assert roll_back(fake_aws, checkout).returncode == 0
    older, _ = fake_aws.live_version()
    finished = checkout.run("release", **fake_aws.variables())
    assert finished.returncode == 0, finished.stdout
    released, _ = fake_aws.live_version()
    assert released not in (older, newer)
    assert fake_aws.code_digest(released) == fake_aws.code_digest(older) != newer_digest
    assert fake_aws.published_versions() == [older, released]


@pytest.fixture
def changed_setting(account: Account, second_commit: str) -> str:
    """A setting of the function that is not released yet; returns the live version."""
    live, description = account.fake_aws.live_version()
    assert second_commit in description
    settings = account.aws("lambda", "get-function-configuration", "--function-name", NAME)
    account.aws(
        "lambda", "update-function-configuration", "--function-name", NAME,
        "--memory-size", str(settings["MemorySize"] + 1),
    )  # fmt: skip
    return live


def test_release_keeps_the_version_to_roll_back_to_and_deletes_older_ones(
    fake_aws: FakeAWS, checkout: Checkout, changed_setting: str
) -> None:
    assert len(fake_aws.published_versions()) == 2
    finished = checkout.run("release", **fake_aws.variables())
    assert finished.returncode == 0, finished.stdout
    released, _ = fake_aws.live_version()
    assert fake_aws.published_versions() == [changed_setting, released]
    assert roll_back(fake_aws, checkout).returncode == 0
    assert fake_aws.live_version()[0] == changed_setting
    assert predict(fake_aws)["digit"] == 7
    assert fake_aws.published_versions() == [changed_setting, released]


def test_release_keeps_the_versions_of_other_aliases(
    fake_aws: FakeAWS, account: Account, checkout: Checkout, changed_setting: str
) -> None:
    alias = ("--function-name", NAME, "--name", "trial")
    weighted = next(each for each in fake_aws.published_versions() if each != changed_setting)
    account.aws(
        "lambda", "create-alias", *alias, "--function-version", changed_setting,
        "--routing-config", f"AdditionalVersionWeights={{{weighted}=0.1}}",
    )  # fmt: skip
    finished = checkout.run("release", **fake_aws.variables())
    account.aws("lambda", "delete-alias", *alias)
    assert finished.returncode == 0, finished.stdout
    assert {weighted, changed_setting} < set(fake_aws.published_versions())


def test_release_ends_a_weight_of_the_alias(
    fake_aws: FakeAWS, account: Account, checkout: Checkout, changed_setting: str
) -> None:
    alias = ("--function-name", NAME, "--name", "live")
    weighted = next(each for each in fake_aws.published_versions() if each != changed_setting)
    account.aws(
        "lambda", "update-alias", *alias,
        "--routing-config", f"AdditionalVersionWeights={{{weighted}=0.1}}",
    )  # fmt: skip
    finished = checkout.run("release", **fake_aws.variables())
    assert finished.returncode == 0, finished.stdout
    assert account.aws("lambda", "get-alias", *alias)["RoutingConfig"] == {
        "AdditionalVersionWeights": {}
    }
    assert weighted not in fake_aws.published_versions()


@pytest.mark.usefixtures("changed_setting")
def test_release_accepts_that_a_version_is_gone_already(
    fake_aws: FakeAWS, account: Account, checkout: Checkout
) -> None:
    live, _ = fake_aws.live_version()
    gone = next(each for each in fake_aws.published_versions() if each != live)
    account.aws("lambda", "delete-function", "--function-name", NAME, "--qualifier", gone)
    fake_aws.lists_deleted_versions = True
    finished = checkout.run("release", **fake_aws.variables())
    fake_aws.lists_deleted_versions = False
    assert finished.returncode == 0, finished.stdout
    assert len(fake_aws.published_versions()) == 2


@pytest.mark.usefixtures("changed_setting")
def test_failed_deletion_is_reported_and_repeated_by_the_next_release(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    fake_aws.denied = "DELETE .*/functions/"
    finished = checkout.run("release", **fake_aws.variables())
    fake_aws.denied = "nothing"
    released, _ = fake_aws.live_version()
    assert finished.returncode == 1
    assert f"Stopped at: Delete old versions. Callers reach version {released}" in finished.stdout
    assert len(fake_aws.published_versions()) == 3
    finished = checkout.run("release", **fake_aws.variables())
    assert finished.returncode == 0, finished.stdout
    assert len(fake_aws.published_versions()) == 2
    assert fake_aws.live_version()[0] == released


@pytest.mark.usefixtures("first_commit")
def test_image_that_was_tested_is_pushed_instead_of_a_new_one(
    fake_aws: FakeAWS, checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "tested").touch()
    with tarfile.open(tmp_path / "files.tar", "w") as files:
        files.add(tmp_path / "tested", "tested")
    docker("import", str(tmp_path / "files.tar"), LAMBDA)
    image_id = docker("image", "inspect", "--format", "{{.Id}}", LAMBDA).stdout.strip()
    docker("save", "--output", str(tmp_path / "image.tar"), LAMBDA)
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "Tested elsewhere")
    sha = checkout.git("rev-parse", "HEAD")
    variables = {**fake_aws.variables(), "IMAGE_ARCHIVE": str(tmp_path / "image.tar")}
    finished = checkout.run("push-image", "lambda", **variables)
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert finished.returncode == 0, finished.stdout
    manifest = httpx.get(
        f"http://{fake_aws.registry}/v2/{NAME}/manifests/{sha}", headers={"accept": MANIFEST_TYPES}
    )
    assert manifest.json()["config"]["digest"] == image_id


@pytest.mark.usefixtures("second_commit")
def test_dry_run_changes_nothing(fake_aws: FakeAWS, checkout: Checkout) -> None:
    checkout.append(SOURCE, "\nDEPLOYED = 'never'\n")
    checkout.commit("Never deployed")
    before = fake_aws.live_version(), fake_aws.published_versions()
    fake_aws.requests.clear()
    for script in ("backend", "rollback"):
        finished = checkout.run(script, "--dry-run", **fake_aws.variables())
        assert finished.returncode == 0, finished.stdout
        assert "would" in finished.stdout
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert mutations(fake_aws) == []
    assert (fake_aws.live_version(), fake_aws.published_versions()) == before


@pytest.mark.usefixtures("second_commit")
def test_version_that_fails_its_smoke_test_reaches_no_caller(
    fake_aws: FakeAWS, account: Account, checkout: Checkout
) -> None:
    before, versions = fake_aws.live_version(), fake_aws.published_versions()
    checkout.append("backend/recognizer/api/aws_lambda.py", "\nraise RuntimeError('broken')\n")
    checkout.commit("Broken")
    finished = checkout.run("backend", **fake_aws.variables())
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert finished.returncode == 1
    assert f"callers still reach version {before[0]}" in finished.stdout
    assert "aws logs tail" in finished.stdout
    assert fake_aws.live_version() == before
    assert set(fake_aws.published_versions()) > set(versions)
    assert not is_retained(account, fake_aws.published_versions()[-1])
    assert predict(fake_aws)["digit"] == 7


@pytest.mark.usefixtures("second_commit")
def test_version_that_fails_at_its_url_is_rolled_back(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    assert roll_back(fake_aws, checkout).returncode == 0
    before, versions = fake_aws.live_version(), fake_aws.published_versions()
    fake_aws.url_is_down = True
    try:
        finished = checkout.run("backend", **fake_aws.variables())
    finally:
        fake_aws.url_is_down = False
    assert finished.returncode == 1
    assert f"moved back to version {before[0]}" in finished.stdout
    assert fake_aws.live_version() == before
    assert set(fake_aws.published_versions()) >= set(versions)
    assert predict(fake_aws)["digit"] == 7


@pytest.mark.usefixtures("second_commit")
def test_uncommitted_changes_are_not_deployed(fake_aws: FakeAWS, checkout: Checkout) -> None:
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "Not built yet")
    checkout.append(SOURCE, "\nDEPLOYED = 'uncommitted'\n")
    before = fake_aws.live_version()
    finished = checkout.run("backend", **fake_aws.variables())
    checkout.git("reset", "--quiet", "--hard", "HEAD~1")
    assert finished.returncode == 1
    assert "commit or stash the changes first" in finished.stdout
    assert fake_aws.live_version() == before


def test_missing_command_is_named(fake_aws: FakeAWS, checkout: Checkout) -> None:
    finished = checkout.run("backend", **fake_aws.variables(), PATH="/usr/bin:/bin")
    assert finished.returncode == 1
    assert "This needs aws" in finished.stdout


def test_missing_setting_is_named(fake_aws: FakeAWS, checkout: Checkout) -> None:
    # Without AWS_REGION, it is run by a person, who may look for Terraform's outputs.
    lacking = ("PAGE_URL", "AWS_REGION")
    settings = {name: text for name, text in fake_aws.variables().items() if name not in lacking}
    finished = checkout.run("rollback", **settings)
    assert finished.returncode == 1
    assert "PAGE_URL is not set" in finished.stdout
