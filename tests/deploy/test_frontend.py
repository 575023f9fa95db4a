"""Deploys of the page: what is uploaded, in which order, and how long it may be kept."""

import re

import httpx
import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import Cloud

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def page(cloud: Cloud, account: Account, checkout: Checkout) -> str:
    """The page is deployed into an empty bucket: what the script printed."""
    account.make_page()
    cloud.asked.clear()
    return deploy(cloud, checkout)


def deploy(cloud: Cloud, checkout: Checkout, *options: str) -> str:
    """What a deploy prints that ends well."""
    done = checkout.run("frontend", *options, **cloud.variables())
    assert done.returncode == 0, done.stdout
    return done.stdout


def uploads(cloud: Cloud) -> list[str]:
    """The files that were put into the bucket, in this order."""
    bucket = cloud.variables()["PAGE_BUCKET"]
    return [
        asked.path.removeprefix(f"/{bucket}/") for asked in cloud.asked if asked.method == "PUT"
    ]


def invalidations(cloud: Cloud) -> int:
    """How often CloudFront was asked to forget what it holds."""
    return sum(
        asked.method == "POST" and asked.path.endswith("/invalidation") for asked in cloud.asked
    )


@pytest.mark.usefixtures("page")
def test_what_the_page_names_is_there_before_it(cloud: Cloud, checkout: Checkout) -> None:
    built = checkout.folder / "frontend" / "dist"
    files = {str(file.relative_to(built)) for file in built.rglob("*") if file.is_file()}
    order = uploads(cloud)
    assert set(order) == files
    assert order[-1] == "index.html"
    assets = [name for name in order if name.startswith("assets/")]
    assert order[: len(assets)] == assets
    named = re.findall(r'(?:src|href)="/(assets/[^"]+)"', (built / "index.html").read_text())
    assert named
    assert set(named) <= set(assets)
    assert invalidations(cloud) == 1


@pytest.mark.usefixtures("page")
def test_names_with_a_hash_are_kept_and_others_are_not(cloud: Cloud) -> None:
    url = cloud.variables()["PAGE_URL"]
    listed = set(uploads(cloud))
    assert {"index.html", "config.json", "favicon.svg"} < listed
    for name in listed:
        kept = httpx.get(f"{url}/{name}").headers["cache-control"]
        assert kept == (FOREVER if name.startswith("assets/") else "no-cache"), name


@pytest.mark.usefixtures("page")
def test_the_page_is_told_where_its_api_is(cloud: Cloud) -> None:
    told = httpx.get(cloud.variables()["PAGE_URL"] + "/config.json").json()
    assert told == {"api": cloud.variables()["API_URL"]}


@pytest.mark.usefixtures("page")
def test_the_same_page_again_changes_nothing(cloud: Cloud, checkout: Checkout) -> None:
    (checkout.folder / "frontend" / "dist" / "index.html").unlink()  # so that it is built anew
    cloud.asked.clear()
    deploy(cloud, checkout)
    assert uploads(cloud) == []
    assert invalidations(cloud) == 0


@pytest.mark.usefixtures("page")
def test_only_what_is_new_is_uploaded_and_the_old_assets_stay(
    cloud: Cloud, checkout: Checkout
) -> None:
    script = next((checkout.folder / "frontend" / "dist" / "assets").glob("*.js")).name
    source = checkout.folder / "frontend" / "src" / "main.tsx"
    source.write_text(source.read_text() + "\ndocument.title += '!';\n")
    checkout.commit("Another page")
    cloud.asked.clear()
    assert "would run" in deploy(cloud, checkout, "--dry-run")
    assert uploads(cloud) == []
    deploy(cloud, checkout)
    *assets, last = uploads(cloud)
    assert last == "index.html"
    assert len(assets) == 1
    assert assets[0] != f"assets/{script}"
    assert invalidations(cloud) == 1
    old = httpx.get(f"{cloud.variables()['PAGE_URL']}/assets/{script}")
    assert old.status_code == 200


@pytest.mark.usefixtures("page")
def test_a_page_that_is_not_shown_is_noticed(cloud: Cloud, checkout: Checkout) -> None:
    done = checkout.run("frontend", **{**cloud.variables(), "PAGE_URL": cloud.url + "/nowhere"})
    assert done.returncode != 0
    assert "CloudFront shows others" in done.stdout


def test_what_no_commit_holds_is_not_deployed(cloud: Cloud, checkout: Checkout) -> None:
    checkout.write("frontend/index.html", "<!-- by whom? -->")
    done = checkout.run("frontend", **cloud.variables())
    checkout.git("checkout", "--quiet", "frontend/index.html")
    assert done.returncode == 1
    assert "commit or stash them first" in done.stdout
