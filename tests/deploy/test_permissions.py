"""The roles of workflows: what they may not do, and that they may do no more than they use.

That they may do what they must is proven by all other tests of deployments, whose scripts and
workflows run with these roles.
"""

import pytest
from deploy.account import BACKEND_ROLE, FRONTEND_ROLE, Account, Checkout
from deploy.fake_aws import NAME, PAGE_BUCKET, FakeAWS
from deploy.permissions import Access, Policies, is_allowed

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("preserved_image")]

FUNCTION = f"arn:aws:lambda:eu-central-1:123456789012:function:{NAME}"

NOT_SEEN = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "s3:ListBucket",
}
"""Actions for which no request is seen here. ECR requires some of `docker push`, which goes to
another registry here, and Lambda one of a role that updates a function's image. Without the
permission to list a bucket, S3 says of a missing file that access is denied."""


@pytest.mark.usefixtures("first_commit")
def test_roles_use_every_permission_they_have(
    fake_aws: FakeAWS, account: Account, checkout: Checkout, policies: Policies
) -> None:
    # New settings, so that there are versions to release, to return to and to delete.
    for script, memory_size in (
        ("backend", "768"),
        ("check-scan", "768"),
        ("rollback", "512"),
        ("release", "512"),
        ("frontend", "512"),
    ):
        account.aws(
            "lambda", "update-function-configuration", "--function-name", NAME,
            "--memory-size", memory_size,
        )  # fmt: skip
        finished = checkout.run(script, **fake_aws.variables())
        assert finished.returncode == 0, finished.stdout
    for role in (BACKEND_ROLE, FRONTEND_ROLE):
        granted = {action for statement in policies[role] for action in statement["Action"]}
        assert granted - NOT_SEEN == fake_aws.used_actions[role] - {"sts:GetCallerIdentity"}, role


@pytest.mark.usefixtures("first_commit")
def test_frontend_role_cannot_deploy_the_function(fake_aws: FakeAWS, checkout: Checkout) -> None:
    before = fake_aws.live_version()
    variables = {**fake_aws.variables(), "AWS_ACCESS_KEY_ID": FRONTEND_ROLE}
    finished = checkout.run("backend", **variables)
    assert finished.returncode != 0
    assert f"{FRONTEND_ROLE} is not authorized to perform ecr:" in finished.stdout
    assert fake_aws.live_version() == before


@pytest.mark.usefixtures("first_commit")
def test_backend_role_cannot_deploy_the_frontend(
    fake_aws: FakeAWS, account: Account, checkout: Checkout
) -> None:
    before = account.aws("s3api", "list-object-versions", "--bucket", PAGE_BUCKET)
    variables = {**fake_aws.variables(), "AWS_ACCESS_KEY_ID": BACKEND_ROLE}
    finished = checkout.run("frontend", **variables)
    assert finished.returncode != 0
    assert "AccessDenied" in finished.stdout
    assert account.aws("s3api", "list-object-versions", "--bucket", PAGE_BUCKET) == before


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("backend", "lambda:UpdateFunctionCode", FUNCTION.replace(NAME, "another")),
        ("backend", "lambda:UpdateFunctionConfiguration", FUNCTION),
        ("backend", "lambda:AddPermission", FUNCTION),
        ("backend", "lambda:DeleteFunction", FUNCTION),
        ("frontend", "s3:GetObject", f"arn:aws:s3:::{NAME}-state-123456789012/serverless.tfstate"),
        ("plan", "s3:PutObject", f"arn:aws:s3:::{NAME}-state-123456789012/serverless.tfstate"),
        ("plan", "lambda:UpdateFunctionCode", FUNCTION),
        ("apply", "s3:GetObject", f"arn:aws:s3:::{NAME}-state-123456789012/bootstrap.tfstate"),
        ("apply", "s3:GetObject", f"arn:aws:s3:::{NAME}-feedback-123456789012/feedback/1.json"),
        ("apply", "ecs:UpdateService", "*"),
        ("apply", "ec2:CreateVpc", "*"),
        ("apply", "iam:PutRolePolicy", f"arn:aws:iam::123456789012:role/{NAME}-backend"),
    ],
)
def test_role_is_denied(policies: Policies, role: str, action: str, resource: str) -> None:
    tags = {"project": NAME}
    assert not is_allowed(policies[f"{NAME}-{role}"], Access(action, resource), tags)


def test_other_projects_distributions_are_denied(policies: Policies) -> None:
    distribution = "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7"
    access = Access("cloudfront:UpdateDistribution", distribution)
    statements = policies[f"{NAME}-apply"]
    assert is_allowed(statements, access, {"project": NAME})
    assert not is_allowed(statements, access, {"project": "another"})
    assert not is_allowed(statements, access, {})
