"""The real Terraform with the project's variables, outputs and states, creating things in moto.

The AWS provider uses APIs that moto lacks. So in place of its resources, the two roots have ones
that call the AWS CLI when Terraform creates and destroys them. What fails there fails Terraform,
and its states and outputs are then what they would be.
"""

import subprocess

from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, NAME, PAGE_BUCKET, REGION

from support.paths import ROOT, TERRAFORM

AUTO_APPROVE = {"TF_CLI_ARGS_apply": "-auto-approve", "TF_CLI_ARGS_destroy": "-auto-approve"}

STATE_BUCKET = f"{NAME}-state-123456789012"

GH = """#!/bin/sh
echo "$*" >>{log}
case "$*" in
    "api repos/somebody/digits")
        echo '{{"full_name": "somebody/digits", "id": 23, "owner": {{"id": 1}}}}' ;;
    "api repos/somebody/digits/environments/production"*) cat {environment} 2>/dev/null ;;
    "api repos/"*) exit 1 ;;
esac
"""
"""GitHub's command line, for a repository that may have an environment."""

RESOURCE = """
resource "terraform_data" "{name}" {{
  {arguments}
  provisioner "local-exec" {{
    command = <<-EOT
      {create}
    EOT
  }}
  provisioner "local-exec" {{
    when    = destroy
    command = <<-EOT
      {destroy}
    EOT
  }}
}}
"""

KEPT = {"variables.tf", "outputs.tf", "backend.tf"}
"""Files of the roots that need no provider."""


def resource(name: str, create: str, destroy: str, arguments: str = "") -> str:
    """Return a resource that two commands create and destroy."""
    return RESOURCE.format(name=name, arguments=arguments, create=create, destroy=destroy)


def bucket(name: str, resource_name: str) -> str:
    """Return a resource that is a bucket; Terraform empties it before it deletes it."""
    location = f"--create-bucket-configuration LocationConstraint={REGION}"
    return resource(
        resource_name,
        f"aws s3api create-bucket --bucket {name} {location}",
        f"aws s3 rb --force s3://{name}",
    )


def bootstrap(images: str) -> str:
    """Return the resources of the root bootstrap, and its outputs' values."""
    host = "token.actions.githubusercontent.com"
    return (
        bucket(FEEDBACK_BUCKET, "feedback")
        + resource(
            "images",
            f"aws ecr create-repository --repository-name {NAME} --image-tag-mutability IMMUTABLE",
            f"aws ecr delete-repository --repository-name {NAME} --force",
        )
        + resource(
            "github",
            f"aws iam create-open-id-connect-provider --url https://{host}"
            f" --thumbprint-list {'0' * 40}",
            "aws iam delete-open-id-connect-provider"
            f" --open-id-connect-provider-arn arn:aws:iam::123456789012:oidc-provider/{host}",
            "count = var.github_provider_arn == null ? 1 : 0",
        )
        + f"""
output "feedback_bucket" {{ value = terraform_data.feedback.id }}
output "github_variables" {{
  value = {{
    AWS_REGION       = var.region
    STATE_BUCKET     = "{STATE_BUCKET}"
    IMAGE_REPOSITORY = terraform_data.images.id == "" ? "" : "{images}"
    REPOSITORY_ID    = var.repository_ids.repository
    REPOSITORY       = var.repository
  }}
}}
"""
    )


def serverless(images: str, url: str) -> str:
    """Return the resources of the root serverless, and its outputs' values."""
    feedback = f"Variables={{DIGITS_FEEDBACK=s3://{FEEDBACK_BUCKET}/feedback}}"
    return (
        bucket(PAGE_BUCKET, "page")
        + resource(
            "role",
            f"aws iam create-role --role-name {NAME}-function --assume-role-policy-document '{{}}'",
            f"aws iam delete-role --role-name {NAME}-function",
        )
        + resource(
            "function",
            f"aws lambda create-function --function-name {NAME} --package-type Image --publish"
            f" --code ImageUri={images}:${{var.image_tag}} --environment '{feedback}'"
            f" --role arn:aws:iam::123456789012:role/{NAME}-function &&"
            f" aws lambda create-alias --function-name {NAME} --name live --function-version 1"
            " --description 'The version that serves requests'",
            f"aws lambda delete-function --function-name {NAME}",
            "depends_on = [terraform_data.page, terraform_data.role]",
        )
        + resource(
            "distribution",
            "aws cloudfront create-distribution --origin-domain-name page --output text"
            " --query Distribution.Id",
            "id=$(aws cloudfront list-distributions --output text"
            " --query 'DistributionList.Items[0].Id') &&"
            " aws cloudfront delete-distribution --id $id --if-match any",
            "depends_on = [terraform_data.function]",
        )
        + f"""
resource "terraform_data" "alarm" {{
  triggers_replace = var.p99_milliseconds
}}
output "feedback" {{ value = "" }}
output "function_url" {{ value = "" }}
output "dashboard_url" {{ value = "" }}
output "distribution_domain_name" {{ value = "" }}
output "github_variables" {{
  value = {{
    PAGE_URL       = terraform_data.distribution.id == "" ? "" : "{url}/page"
    PAGE_BUCKET    = "{PAGE_BUCKET}"
    FUNCTION_NAME  = "{NAME}"
    FUNCTION_ALIAS = "live"
  }}
}}
"""
    )


class TerraformRoots:
    """The roots bootstrap and serverless of a checkout, which create things in an account."""

    def __init__(self, account: Account, checkout: Checkout) -> None:
        self.account = account
        self.checkout = checkout
        folder = checkout.folder / TERRAFORM.relative_to(ROOT)
        images = f"{account.fake_aws.registry}/{NAME}"
        texts = {
            "bootstrap": bootstrap(images),
            "serverless": serverless(images, account.fake_aws.url),
        }
        for root, text in texts.items():
            for file in (folder / root).glob("*.tf"):
                if file.name not in KEPT:
                    file.unlink()
            resources, outputs = text.split("\noutput", 1)
            (folder / root / "main.tf").write_text(resources)
            # Overrides the outputs, which must have these names.
            (folder / root / "outputs_override.tf").write_text("output" + outputs)
        checkout.commit("Roots for moto")
        self.gh_log = account.bin_folder / "gh.log"
        """The arguments of each call of gh."""
        self.gh_log.touch()
        self.environment = account.bin_folder / "environment.json"
        """The environment production and its branches, as GitHub's API tells them, if it exists."""
        self.gh = account.bin_folder / "gh"
        self.gh.write_text(GH.format(log=self.gh_log, environment=self.environment))
        self.gh.chmod(0o755)

    def deploy(self, email: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script all for somebody/digits, with an address for alarms."""
        settings = {**AUTO_APPROVE, "REPOSITORY": "somebody/digits", **variables}
        return self.checkout.run("all", stdin=f"{email}\n", **settings)

    def left_over(self) -> list[str]:
        """Return what an account holds that the deployment could have created."""
        aws = self.account.aws
        distributions = aws("cloudfront", "list-distributions") or {"DistributionList": {}}
        providers = aws("iam", "list-open-id-connect-providers")["OpenIDConnectProviderList"]
        return [
            *(bucket["Name"] for bucket in aws("s3api", "list-buckets")["Buckets"]),
            *(each["FunctionName"] for each in aws("lambda", "list-functions")["Functions"]),
            *(each["Id"] for each in distributions["DistributionList"].get("Items", [])),
            *(
                each["repositoryName"]
                for each in aws("ecr", "describe-repositories")["repositories"]
            ),
            *(each["Arn"] for each in providers),
            *(each["RoleName"] for each in aws("iam", "list-roles")["Roles"]),
        ]
