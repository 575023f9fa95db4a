"""Terraform itself, with its variables, outputs and states, making what it describes in moto.

AWS's own provider asks for more than moto has. So the two roots keep their variables and the names
of their outputs, but hold nothing that a provider makes; what they stand for is made and removed by
the AWS CLI, as soon as Terraform says that it has been.
"""

import shutil
from pathlib import Path

from deploy.account import Account, Checkout
from deploy.fake_aws import FEEDBACK_BUCKET, NAME

STATE_BUCKET = f"{NAME}-state-123456789012"

WRAPPER = """#!/bin/sh
{terraform} "$@" || exit
case "$*" in *apply|*destroy) curl -fsS -X POST "{url}/terraform/${{1##*/}}/$2" ;; esac
"""

MADE = 'resource "terraform_data" "made" {}\n'

BACKEND = 'terraform {\n  backend "s3" {\n    key = "serverless.tfstate"\n  }\n}\n'

BOOTSTRAP = """
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

UNKNOWN = (
    "alarm_topic_arn",
    "config_json",
    "dashboard_url",
    "distribution_domain_name",
    "feedback",
)


class Terraform:
    """What the two roots of a checkout make in an account."""

    def __init__(self, account: Account, checkout: Checkout, tools: Path) -> None:
        self.account = account
        self.checkout = checkout
        self.cloud = account.cloud
        self.ran: list[str] = []
        """Roots and commands, in the order in which they were run."""
        variables = self.cloud.variables()
        wrapper = tools / "terraform"
        wrapper.write_text(WRAPPER.format(terraform=shutil.which("terraform"), url=self.cloud.url))
        wrapper.chmod(0o755)
        roots = checkout.folder / "infra" / "terraform"
        for root in ("bootstrap", "serverless"):
            shutil.rmtree(roots / root / "tests")  # init would fetch what they need
        (roots / "bootstrap" / "versions.tf").unlink()
        (roots / "bootstrap" / "main.tf").write_text(MADE)
        (roots / "bootstrap" / "outputs_override.tf").write_text(
            BOOTSTRAP.format(
                state=STATE_BUCKET, feedback=FEEDBACK_BUCKET, images=variables["IMAGE_REPOSITORY"]
            )
        )
        (roots / "serverless" / "versions.tf").write_text(BACKEND)
        (roots / "serverless" / "main.tf").write_text(MADE)
        self.cloud.terraform = self.run

    def run(self, root: str, command: str) -> None:
        """Do what Terraform has just said that it did."""
        self.ran.append(f"{root} {command}")
        if self.ran.count(self.ran[-1]) == 1:
            getattr(self, f"_{command}_{root}")()

    def _apply_bootstrap(self) -> None:
        self.account.make_bootstrap()
        self.account.make_bucket(STATE_BUCKET)

    def describe_page(self) -> None:
        """Give the root serverless its outputs, of which AWS would choose one."""
        self.account.make_distribution()
        variables = self.cloud.variables()
        pairs = "".join(
            f'    {name} = "{text}"\n'
            for name, text in variables.items()
            if name not in ("AWS_REGION", "IMAGE_REPOSITORY")
        )
        plain = {
            "page_url": variables["PAGE_URL"],
            "api_url": variables["API_URL"],
            "distribution_id": variables["DISTRIBUTION_ID"],
            **dict.fromkeys(UNKNOWN, ""),
        }
        (self.checkout.folder / "infra/terraform/serverless/outputs_override.tf").write_text(
            "".join(f'output "{name}" {{ value = "{text}" }}\n' for name, text in plain.items())
            + f'output "github_variables" {{\n  value = {{\n{pairs}  }}\n}}\n'
        )

    def _apply_serverless(self) -> None:
        self.account.make_bucket(self.cloud.variables()["PAGE_BUCKET"])
        self.account.make_function(self.checkout.git("rev-parse", "HEAD"))

    def _destroy_serverless(self) -> None:
        page = self.cloud.variables()["PAGE_BUCKET"]
        self.account.aws("s3api", "delete-bucket", "--bucket", page)
        self.account.aws("lambda", "delete-function", "--function-name", NAME)

    def _destroy_bootstrap(self) -> None:
        for bucket in (FEEDBACK_BUCKET, STATE_BUCKET):
            self.account.aws("s3api", "delete-bucket", "--bucket", bucket)
