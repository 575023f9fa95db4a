"""The real Terraform with the project's variables, outputs and states, creating things in moto.

The AWS provider uses APIs that moto lacks. So the two roots keep their variables and the names of
their outputs, but contain no AWS resources; the AWS CLI creates and removes those as soon as
Terraform has applied or destroyed a root.
"""

import shutil

from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, NAME, PAGE_BUCKET

from support.paths import ROOT, TERRAFORM

STATE_BUCKET = f"{NAME}-state-123456789012"

WRAPPER = """#!/bin/sh
{terraform} "$@" || exit
case "$*" in *apply|*destroy) curl -fsS -X POST "{url}/terraform/${{1##*/}}/$2" ;; esac
"""
"""A terraform command that reports the root and the command to the fake AWS."""

RESOURCE = 'resource "terraform_data" "created" {}\n'

BACKEND = 'terraform {\n  backend "s3" {\n    key = "serverless.tfstate"\n  }\n}\n'

BOOTSTRAP_OUTPUTS = """
output "state_bucket" {{ value = "{state}" }}
output "feedback_bucket" {{ value = "{feedback}" }}
output "image_repository_url" {{ value = "{images}" }}
output "backend" {{
  value = <<-EOT
    terraform {{
      backend "s3" {{
        bucket = "{state}"
        key    = "bootstrap.tfstate"
        region = "${{var.region}}"
      }}
    }}
  EOT
}}
output "github_variables" {{
  value = {{ AWS_REGION = var.region, STATE_BUCKET = "{state}", IMAGE_REPOSITORY = "{images}" }}
}}
"""

UNUSED_OUTPUTS = (
    "alarm_topic_arn",
    "config_json",
    "dashboard_url",
    "distribution_domain_name",
    "feedback",
)
"""Outputs of the root serverless that the deploy scripts do not read."""


class TerraformRoots:
    """The roots bootstrap and serverless of a checkout, which create things in an account."""

    def __init__(self, account: Account, checkout: Checkout) -> None:
        self.account = account
        self.checkout = checkout
        self.fake_aws = account.fake_aws
        self.commands: list[str] = []
        """Roots and the commands that succeeded, in order: "bootstrap apply"."""
        variables = self.fake_aws.variables()
        wrapper = account.bin_folder / "terraform"
        terraform = shutil.which("terraform")
        wrapper.write_text(WRAPPER.format(terraform=terraform, url=self.fake_aws.url))
        wrapper.chmod(0o755)
        self.folder = checkout.folder / TERRAFORM.relative_to(ROOT)
        bootstrap, serverless = self.folder / "bootstrap", self.folder / "serverless"
        for root in (bootstrap, serverless):
            shutil.rmtree(root / "tests")  # their providers would be downloaded
        (bootstrap / "versions.tf").unlink()
        (bootstrap / "main.tf").write_text(RESOURCE)
        (bootstrap / "outputs_override.tf").write_text(
            BOOTSTRAP_OUTPUTS.format(
                state=STATE_BUCKET, feedback=FEEDBACK_BUCKET, images=variables["IMAGE_REPOSITORY"]
            )
        )
        (serverless / "versions.tf").write_text(BACKEND)
        (serverless / "main.tf").write_text(RESOURCE)
        self.fake_aws.on_terraform = self.record

    def record(self, root: str, command: str) -> None:
        """Create or remove what a command stands for, the first time it has succeeded."""
        self.commands.append(f"{root} {command}")
        if self.commands.count(self.commands[-1]) == 1:
            getattr(self, f"_{command}_{root}")()

    def write_serverless_outputs(self) -> None:
        """Give the root serverless its outputs, which include the distribution's ID."""
        self.account.create_distribution()
        variables = self.fake_aws.variables()
        pairs = "".join(
            f'    {name} = "{text}"\n'
            for name, text in variables.items()
            if name not in ("AWS_REGION", "IMAGE_REPOSITORY")
        )
        plain = {
            "page_url": variables["PAGE_URL"],
            "api_url": variables["API_URL"],
            "distribution_id": variables["DISTRIBUTION_ID"],
            **dict.fromkeys(UNUSED_OUTPUTS, ""),
        }
        (self.folder / "serverless" / "outputs_override.tf").write_text(
            "".join(f'output "{name}" {{ value = "{text}" }}\n' for name, text in plain.items())
            + f'output "github_variables" {{\n  value = {{\n{pairs}  }}\n}}\n'
        )

    def _apply_bootstrap(self) -> None:
        self.account.create_bootstrap()
        self.account.create_bucket(STATE_BUCKET)

    def _apply_serverless(self) -> None:
        self.account.create_bucket(PAGE_BUCKET)
        self.account.create_function(self.checkout.git("rev-parse", "HEAD"))

    def _destroy_serverless(self) -> None:
        self.account.aws("s3api", "delete-bucket", "--bucket", PAGE_BUCKET)
        self.account.aws("lambda", "delete-function", "--function-name", NAME)

    def _destroy_bootstrap(self) -> None:
        for bucket in (FEEDBACK_BUCKET, STATE_BUCKET):
            self.account.aws("s3api", "delete-bucket", "--bucket", bucket)
