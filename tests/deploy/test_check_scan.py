"""The registry's scan of an image: what it must find, or fail to do, to stop a deployment."""

import pytest
from deploy.account import Account, Checkout
from deploy.fake_aws import FakeAWS

pytestmark = pytest.mark.docker


@pytest.mark.parametrize(
    ("statuses", "findings", "expected"),
    [
        (["COMPLETE"], {}, "The image has no critical findings."),
        (["COMPLETE"], {"HIGH": 3}, "The image has no critical findings."),
        (["ScanNotFoundException", "COMPLETE"], {}, "The image has no critical findings."),
        (["PENDING", "ACTIVE"], {"HIGH": 3}, "The image has no critical findings."),
        (["UNSUPPORTED_IMAGE"], {}, "::warning::The registry cannot scan the image"),
    ],
)
def test_image_without_critical_findings_passes(
    fake_aws: FakeAWS,
    checkout: Checkout,
    statuses: list[str],
    findings: dict[str, int],
    expected: str,
) -> None:
    fake_aws.scan_statuses, fake_aws.scan_findings = statuses, findings
    finished = checkout.run("check-scan", **fake_aws.variables(), GITHUB_ACTIONS="true")
    assert finished.returncode == 0, finished.stdout
    assert expected in finished.stdout
    assert fake_aws.scan_statuses == statuses[-1:]


@pytest.mark.parametrize(
    ("status", "findings", "expected"),
    [
        ("COMPLETE", {"CRITICAL": 2, "HIGH": 3}, "The image has 2 critical findings"),
        ("ACTIVE", {"CRITICAL": 1}, "The image has 1 critical findings"),
        ("FAILED", {}, "The registry did not scan the image: FAILED"),
        ("ImageNotFoundException", {}, "ImageNotFoundException"),
    ],
)
def test_critical_findings_and_failed_scans_stop_the_deployment(
    fake_aws: FakeAWS, checkout: Checkout, status: str, findings: dict[str, int], expected: str
) -> None:
    fake_aws.scan_statuses, fake_aws.scan_findings = [status], findings
    finished = checkout.run("check-scan", **fake_aws.variables())
    assert finished.returncode == 1
    assert expected in finished.stdout


def test_registry_that_scans_by_hand_only_is_explained(
    fake_aws: FakeAWS, account: Account, checkout: Checkout
) -> None:
    (account.bin_folder / "sleep").symlink_to("/bin/true")
    fake_aws.scan_statuses = ["ScanNotFoundException"]
    finished = checkout.run("check-scan", **fake_aws.variables())
    (account.bin_folder / "sleep").unlink()
    assert finished.returncode == 1
    assert (
        "has not scanned the image within 5 minutes: PENDING No scan has begun" in finished.stdout
    )
    assert "aws ecr get-registry-scanning-configuration" in finished.stdout
