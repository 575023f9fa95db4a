"""The workflows backend and frontend from start to end: tests, then the deploy, or no deploy."""

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.act_runner import Runner
from deploy.fake_aws import Cloud

pytestmark = pytest.mark.usefixtures("image_kept")

SOME = "test_every_python_requirement or test_only_compiled_code_is_run"


@pytest.fixture(scope="module")
def runner(
    account: Account,
    checkout: Checkout,
    first: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Runner:
    """A first commit is deployed, and a second one is there."""
    checkout.write("backend/recognizer/__init__.py", "\nDEPLOYED = 'by a workflow'\n")
    assert checkout.commit("Second") != first
    return Runner(account, checkout, tmp_path_factory.mktemp("runner"))


def test_without_its_tests_the_backend_is_not_deployed(cloud: Cloud, runner: Runner) -> None:
    done = runner.push("backend", "there_is_no_such_test")
    assert done.returncode != 0
    assert "deselected" in done.stdout
    assert "deploy-backend" not in done.stdout
    assert cloud.live()[0] == "1"


def test_the_backend_is_tested_and_deployed(
    cloud: Cloud, checkout: Checkout, runner: Runner
) -> None:
    done = runner.push("backend", SOME)
    assert done.returncode == 0, done.stdout
    tested, login, deployed = (
        done.stdout.index(text)
        for text in ("Run Main make test-image", "took arn", "Run Main make deploy-backend")
    )
    assert tested < login < deployed
    assert "took arn:aws:iam::123456789012:role/backend in eu-central-1" in done.stdout
    sha = checkout.git("rev-parse", "HEAD")
    assert cloud.live() == ("2", f"Deployed {sha}; before it: 1")


def test_the_frontend_is_tested_and_deployed(cloud: Cloud, runner: Runner) -> None:
    done = runner.push("frontend", "test_a_click_leaves_a_dot")
    assert done.returncode == 0, done.stdout
    assert "took arn:aws:iam::123456789012:role/frontend in eu-central-1" in done.stdout
    assert "<title>" in httpx.get(cloud.variables()["PAGE_URL"] + "/index.html").text
