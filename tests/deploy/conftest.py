"""One AWS account and one checkout for the tests of each module."""

from collections.abc import Iterator

import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import PAGE_BUCKET, FakeAWS
from deploy.permissions import Policies, render_policies
from deploy.processes import missing_terraform, missing_tools, moto, registry
from deploy.terraform import TerraformRoots

from support.containers import LAMBDA, docker, missing_images
from support.paths import ROOT
from support.requirements import require


@pytest.fixture(scope="session", autouse=True)
def required_tools() -> None:
    """Skip the tests unless images, moto and the registry are available."""
    require(missing_images() or missing_tools())


@pytest.fixture(scope="session")
def preserved_image() -> Iterator[None]:
    """Restore the Lambda image afterwards, since deployments build others with its name."""
    backup = "digit-recognizer:backup"  # an image without a name would be removed
    docker("tag", LAMBDA, backup)
    yield
    docker("tag", backup, LAMBDA)
    docker("rmi", backup)


@pytest.fixture(scope="session")
def registry_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry that all accounts share, so that layers are pushed once."""
    with registry(tmp_path_factory.mktemp("registry")) as address:
        yield address
    tagged = docker("images", "--format", "{{.Repository}}:{{.Tag}}", f"{address}/*").stdout
    docker("rmi", *tagged.split(), check=False)


@pytest.fixture(scope="session")
def policies() -> Policies:
    """What the roles of workflows may do, as Terraform renders it."""
    require(missing_terraform())
    return render_policies()


@pytest.fixture(scope="module")
def fake_aws(registry_address: str, policies: Policies) -> Iterator[FakeAWS]:
    """An empty account, in which the workflows' roles may do what their policies allow."""
    with moto() as moto_url, FakeAWS(moto_url, registry_address) as fake_aws:
        fake_aws.policies = policies
        yield fake_aws


@pytest.fixture(scope="module")
def account(fake_aws: FakeAWS, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """The same account, as the AWS CLI sees it."""
    return Account(fake_aws, tmp_path_factory.mktemp("account"))


@pytest.fixture(scope="module")
def checkout(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of the project to change and deploy."""
    checkout = Checkout.of_working_tree(tmp_path_factory.mktemp("checkout"), account.environment)
    # The frontend is built with the packages that are installed in the working tree.
    packages = checkout.folder / "frontend" / "node_modules"
    packages.symlink_to(ROOT / "frontend" / "node_modules")
    (checkout.folder / ".git" / "info" / "exclude").write_text("frontend/node_modules\n")
    return checkout


@pytest.fixture(scope="module")
def first_commit(fake_aws: FakeAWS, account: Account, checkout: Checkout) -> str:
    """The checkout's first commit, deployed; returns its SHA."""
    account.create_bootstrap()
    account.create_bucket(PAGE_BUCKET)
    pushed = checkout.run("push-image", "lambda", **fake_aws.variables())
    assert pushed.returncode == 0, pushed.stdout
    sha = checkout.git("rev-parse", "HEAD")
    account.create_function(sha)
    deployed = checkout.run("backend", **fake_aws.variables())
    assert deployed.returncode == 0, deployed.stdout
    return sha


@pytest.fixture(scope="module")
def roots(account: Account, checkout: Checkout) -> TerraformRoots:
    """The checkout's Terraform roots, which create things in moto."""
    require(missing_terraform())
    return TerraformRoots(account, checkout)
