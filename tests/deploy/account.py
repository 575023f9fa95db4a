"""The resources that Terraform would create, created in moto by the AWS CLI; project clones."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from deploy.fake_aws import CREDENTIALS, FEEDBACK_BUCKET, NAME, REGION, FakeAWS
from deploy.processes import TOOLS

from support.paths import ROOT

BACKEND_ROLE, FRONTEND_ROLE = f"{NAME}-backend", f"{NAME}-frontend"

ROLES = {
    **dict.fromkeys(("backend", "push-image", "check-scan", "release", "rollback"), BACKEND_ROLE),
    "frontend": FRONTEND_ROLE,
}
"""The roles with which workflows run scripts."""


class Account:
    """An AWS account as scripts on this machine see it."""

    def __init__(self, fake_aws: FakeAWS, folder: Path) -> None:
        self.fake_aws = fake_aws
        self.bin_folder = folder / "bin"
        """First on the scripts' PATH."""
        self.bin_folder.mkdir()
        (self.bin_folder / "aws").symlink_to(TOOLS / "aws")
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": fake_aws.url,
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "DOCKER_CONFIG": str(folder / "docker"),
            "PATH": f"{self.bin_folder}:{os.environ['PATH']}",
        }

    def aws(self, *arguments: str) -> Any:
        """Return the JSON that a command of the AWS CLI prints."""
        finished = subprocess.run(
            ["aws", *arguments, "--output", "json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(finished.stdout or "null")

    def create_bootstrap(self) -> None:
        """Create what the root bootstrap creates: ECR repository and feedback bucket."""
        self.aws(
            "ecr", "create-repository", "--repository-name", NAME,
            "--image-tag-mutability", "IMMUTABLE",
        )  # fmt: skip
        self.create_bucket(FEEDBACK_BUCKET)

    def create_bucket(self, bucket: str) -> None:
        """Create a versioned bucket, like the module s3-bucket."""
        self.aws(
            "s3api", "create-bucket", "--bucket", bucket,
            "--create-bucket-configuration", f"LocationConstraint={REGION}",
        )  # fmt: skip
        self.aws(
            "s3api", "put-bucket-versioning", "--bucket", bucket,
            "--versioning-configuration", "Status=Enabled",
        )  # fmt: skip

    def create_function(self, tag: str) -> None:
        """Create the function, its first version and the alias, like the root serverless."""
        role_arn = self.create_role("function", {"Version": "2012-10-17", "Statement": []})
        self.aws(
            "lambda", "create-function", "--function-name", NAME, "--package-type", "Image",
            "--code", f"ImageUri={self.fake_aws.registry}/{NAME}:{tag}", "--publish",
            "--role", role_arn,
            "--environment", f"Variables={{DIGITS_FEEDBACK=s3://{FEEDBACK_BUCKET}/feedback}}",
        )  # fmt: skip
        self.aws(
            "lambda", "create-alias", "--function-name", NAME, "--name", "live",
            "--function-version", "1", "--description", "The version that callers reach",
        )  # fmt: skip

    def create_role(self, name: str, trust: dict[str, Any]) -> str:
        """Create an IAM role with a trust policy; return its ARN."""
        role: dict[str, dict[str, str]] = self.aws(
            "iam", "create-role", "--role-name", name,
            "--assume-role-policy-document", json.dumps(trust),
        )  # fmt: skip
        return role["Role"]["Arn"]


class Checkout:
    """A clone of the project, where tests can commit and run the deploy scripts."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    @classmethod
    def of_working_tree(cls, folder: Path, environment: dict[str, str]) -> "Checkout":
        """Copy the working tree into a Git repository of its own."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        for name in listed.stdout.split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        checkout = cls(folder, environment)
        checkout.git("init", "--quiet")
        checkout.commit("Initial commit")
        return checkout

    def clone(self, folder: Path) -> "Checkout":
        """Clone what is committed, without what the scripts have left in this one."""
        self.git("clone", "--quiet", ".", str(folder))
        return Checkout(folder, self.environment)

    def git(self, *arguments: str) -> str:
        """Return what a Git command prints."""
        identity = ["-c", "user.name=Tests", "-c", "user.email=tests@localhost"]
        finished = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            capture_output=True,
            check=True,
            text=True,
        )
        return finished.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit all changes; return the commit's SHA."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def append(self, name: str, text: str) -> None:
        """Append text to a file."""
        with (self.folder / name).open("a") as file:
            file.write(text)

    def run(
        self, script: str, *arguments: str, stdin: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script of infra/deploy; `stdout` of the result includes its standard error.

        With the workflows' variables as settings, it has the permissions of the workflow's role.
        """
        is_workflow = script in ROLES and "AWS_REGION" in settings
        role = {"AWS_ACCESS_KEY_ID": ROLES[script]} if is_workflow else {}
        return subprocess.run(
            [str(self.folder / "infra" / "deploy" / script), *arguments],
            cwd=self.folder,
            env={**self.environment, **role, **settings},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=900,  # ends what hangs, not what is slow on a busy machine
        )
