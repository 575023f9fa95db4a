"""What Terraform would have made, made in moto by the AWS CLI; and a copy of the project."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from deploy.fake_aws import CREDENTIALS, FEEDBACK_BUCKET, NAME, REGION, Cloud
from deploy.processes import TOOLS

from support.paths import ROOT


class Account:
    """An account as scripts see it that run on this machine."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.tools = folder / "bin"
        """First on the scripts' PATH."""
        self.tools.mkdir()
        (self.tools / "aws").symlink_to(TOOLS / "aws")
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": cloud.url,
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "DOCKER_CONFIG": str(folder / "docker"),
            "PATH": f"{self.tools}:{os.environ['PATH']}",
        }

    def aws(self, *arguments: str) -> Any:
        """What the AWS CLI prints, as JSON."""
        done = subprocess.run(
            ["aws", *arguments, "--output", "json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout or "null")

    def make_bootstrap(self) -> None:
        """As the root bootstrap does: the repository of images, the bucket for feedback."""
        self.aws("ecr", "create-repository", "--repository-name", NAME)
        self.make_bucket(FEEDBACK_BUCKET)

    def make_bucket(self, bucket: str) -> None:
        """As the module private-bucket does: one that keeps old versions."""
        self.aws(
            "s3api", "create-bucket", "--bucket", bucket,
            "--create-bucket-configuration", f"LocationConstraint={REGION}",
        )  # fmt: skip
        self.aws(
            "s3api", "put-bucket-versioning", "--bucket", bucket,
            "--versioning-configuration", "Status=Enabled",
        )  # fmt: skip

    def make_distribution(self) -> None:
        """As the module page does."""
        self.aws(
            "cloudfront", "create-distribution",
            "--origin-domain-name", f"page.s3.{REGION}.amazonaws.com",
        )  # fmt: skip

    def make_page(self) -> None:
        """As the root serverless does: bucket and distribution."""
        self.make_bucket(self.cloud.variables()["PAGE_BUCKET"])
        self.make_distribution()

    def make_function(self, tag: str) -> None:
        """As the root serverless does: a function of an image, its first version, the alias."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = self.aws(
            "iam", "create-role", "--role-name", "function", "--assume-role-policy-document", policy
        )  # fmt: skip
        self.aws(
            "lambda", "create-function", "--function-name", NAME, "--package-type", "Image",
            "--code", f"ImageUri={self.cloud.registry}/{NAME}:{tag}", "--publish",
            "--role", role["Role"]["Arn"],
            "--environment", f"Variables={{DIGITS_FEEDBACK=s3://{FEEDBACK_BUCKET}/feedback}}",
        )  # fmt: skip
        self.aws(
            "lambda", "create-alias", "--function-name", NAME, "--name", "live",
            "--function-version", "1", "--description", "The version that callers reach",
        )  # fmt: skip


class Checkout:
    """A copy of the project as it is now, in a repository of its own, to commit to."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        for name in names.split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self.git("init", "--quiet")
        self.commit("As it is")

    def git(self, *arguments: str) -> str:
        """What git prints."""
        who = ["-c", "user.name=Tests", "-c", "user.email=tests@localhost"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, capture_output=True, check=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit all that has changed: the commit's SHA."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def write(self, name: str, text: str) -> None:
        """Append to a file."""
        with (self.folder / name).open("a") as file:
            file.write(text)

    def run(
        self, script: str, *arguments: str, typed: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """What a script of infra/deploy prints and ends with, its errors among the rest."""
        return subprocess.run(
            [str(self.folder / "infra" / "deploy" / script), *arguments],
            cwd=self.folder,
            env={**self.environment, **settings},
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=200,
        )
