"""One account and one checkout, which the tests of deploys share."""

import os
from collections.abc import Iterator

import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import Cloud
from deploy.processes import missing, moto, registry

from support import containers as engine
from support.paths import ROOT


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Skip where something is not there; fail where all was promised."""
    if reason := engine.missing() or missing():
        if os.environ.get("DEPLOYS_MUST_BE_TESTED"):
            pytest.fail(f"Deploys cannot be tested: {reason}.")
        pytest.skip(f"Deploys are not tested: {reason}.")


@pytest.fixture(scope="session")
def image_kept() -> Iterator[None]:
    """Whatever deploys build, the image that was there before is there afterwards."""
    kept = "digit-recognizer:kept"  # without a name it would go with the last one it had
    engine.engine("tag", engine.LAMBDA, kept)
    yield
    engine.engine("tag", kept, engine.LAMBDA)
    engine.engine("rmi", kept)


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry, which accounts share, so that layers are pushed once."""
    with registry(tmp_path_factory.mktemp("registry")) as images:
        yield images
    named = engine.engine("images", "--format", "{{.Repository}}:{{.Tag}}", f"{images}/*").stdout
    engine.engine("rmi", *named.split(), check=False)


@pytest.fixture(scope="module")
def cloud(images: str) -> Iterator[Cloud]:
    """An empty account."""
    with moto() as aws, Cloud(aws, images) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def account(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """The same, as the AWS CLI sees it."""
    return Account(cloud, tmp_path_factory.mktemp("account"))


@pytest.fixture(scope="module")
def checkout(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The project, to change and to deploy."""
    checkout = Checkout(tmp_path_factory.mktemp("checkout"), account.environment)
    # The page is built with what is installed for the project itself.
    installed = checkout.folder / "frontend" / "node_modules"
    installed.symlink_to(ROOT / "frontend" / "node_modules")
    (checkout.folder / ".git" / "info" / "exclude").write_text("frontend/node_modules\n")
    return checkout


@pytest.fixture(scope="module")
def first(cloud: Cloud, account: Account, checkout: Checkout) -> str:
    """The checkout's first commit is deployed: its SHA."""
    account.make_bootstrap()
    account.make_page()
    pushed = checkout.run("push", "lambda", **cloud.variables())
    assert pushed.returncode == 0, pushed.stdout
    sha = checkout.git("rev-parse", "HEAD")
    account.make_function(sha)
    deployed = checkout.run("backend", **cloud.variables())
    assert deployed.returncode == 0, deployed.stdout
    return sha
