"""Deployments of the frontend: uploaded files, their order and their caching."""

import re

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import PAGE_BUCKET, FakeAWS

pytestmark = pytest.mark.docker

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def deployment(fake_aws: FakeAWS, account: Account, checkout: Checkout) -> str:
    """The frontend, deployed into an empty bucket; returns the script's output."""
    account.create_bucket(PAGE_BUCKET)
    fake_aws.requests.clear()
    return deploy(fake_aws, checkout)


def deploy(fake_aws: FakeAWS, checkout: Checkout, *options: str) -> str:
    """Deploy the checked-out commit; return the script's output."""
    finished = checkout.run("frontend", *options, **fake_aws.variables())
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def uploads(fake_aws: FakeAWS) -> list[str]:
    """Return the uploaded files in order."""
    bucket = fake_aws.variables()["PAGE_BUCKET"]
    return [
        sent.path.removeprefix(f"/{bucket}/") for sent in fake_aws.requests if sent.method == "PUT"
    ]


@pytest.mark.usefixtures("deployment")
def test_assets_are_uploaded_before_the_index_that_names_them(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    build = checkout.folder / "frontend" / "dist"
    files = {str(file.relative_to(build)) for file in build.rglob("*") if file.is_file()}
    order = uploads(fake_aws)
    assert set(order) == files
    assert order[-1] == "index.html"
    assets = [name for name in order if name.startswith("assets/")]
    assert order[: len(assets)] == assets
    named = re.findall(r'(?:src|href)="/(assets/[^"]+)"', (build / "index.html").read_text())
    assert named
    assert set(named) <= set(assets)


@pytest.mark.usefixtures("deployment")
def test_only_files_with_a_hash_in_their_name_are_immutable(fake_aws: FakeAWS) -> None:
    url = fake_aws.variables()["PAGE_URL"]
    names = set(uploads(fake_aws))
    assert {"index.html", "favicon.svg"} < names
    for name in names:
        cache_control = httpx.get(f"{url}/{name}").headers["cache-control"]
        assert cache_control == (IMMUTABLE if name.startswith("assets/") else "no-cache"), name


@pytest.mark.usefixtures("deployment")
def test_link_previews_find_their_picture_at_an_absolute_address(fake_aws: FakeAWS) -> None:
    url = fake_aws.variables()["PAGE_URL"]
    picture = re.search(r'"og:image" content="([^"]+)"', httpx.get(f"{url}/index.html").text)
    assert picture is not None
    assert picture[1] == f"{url}/card.png"
    assert httpx.get(picture[1]).headers["content-type"] == "image/png"


@pytest.mark.usefixtures("deployment")
def test_manifest_has_the_type_that_browsers_expect(fake_aws: FakeAWS) -> None:
    manifest = httpx.get(f"{fake_aws.variables()['PAGE_URL']}/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"


@pytest.mark.usefixtures("deployment")
def test_deploying_the_same_commit_again_changes_nothing(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    (checkout.folder / "frontend" / "dist" / "index.html").unlink()  # forces a new build
    fake_aws.requests.clear()
    deploy(fake_aws, checkout)
    assert uploads(fake_aws) == []


@pytest.mark.usefixtures("deployment")
def test_only_changed_files_are_uploaded_and_old_assets_stay(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    script = next((checkout.folder / "frontend" / "dist" / "assets").glob("*.js")).name
    checkout.append("frontend/src/main.tsx", "\ndocument.title += '!';\n")
    checkout.commit("Another title")
    fake_aws.requests.clear()
    assert "would run" in deploy(fake_aws, checkout, "--dry-run")
    assert uploads(fake_aws) == []
    deploy(fake_aws, checkout)
    *assets, last = uploads(fake_aws)
    assert last == "index.html"
    assert len(assets) == 1
    assert assets[0] != f"assets/{script}"
    old = httpx.get(f"{fake_aws.variables()['PAGE_URL']}/assets/{script}")
    assert old.status_code == 200


@pytest.mark.usefixtures("deployment")
def test_deployment_waits_until_the_cache_has_expired(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    fake_aws.cached_responses = [httpx.Response(200, text="<title>Old</title>")] * 2
    deploy(fake_aws, checkout)
    assert fake_aws.cached_responses == []


@pytest.mark.usefixtures("deployment")
def test_page_that_is_not_served_fails_the_deployment(
    fake_aws: FakeAWS, checkout: Checkout
) -> None:
    variables = {**fake_aws.variables(), "PAGE_URL": fake_aws.url + "/nowhere"}
    finished = checkout.run("frontend", **variables)
    assert finished.returncode != 0
    assert "CloudFront serves others" in finished.stdout


def test_uncommitted_changes_are_not_deployed(fake_aws: FakeAWS, checkout: Checkout) -> None:
    checkout.append("frontend/index.html", "<!-- uncommitted -->")
    finished = checkout.run("frontend", **fake_aws.variables())
    checkout.git("checkout", "--quiet", "frontend/index.html")
    assert finished.returncode == 1
    assert "commit or stash the changes first" in finished.stdout
