"""Workflows run from start to end on this machine by act.

Actions that need GitHub are stubs: in place of set-up actions, the project's own environments are
linked; in place of the AWS login, the role's name becomes the access key, by which the fake AWS
finds the role's policies; artifacts are files in a folder. The steps, their order and the values
passed between them are the workflows' own. act does the checkout.

act ignores path filters, which infra/test_workflows.py tests, and environments: it asks no
reviewer. The workflow checks is not run here, because it runs only `make` targets.
"""

import re
import subprocess
from pathlib import Path

from deploy.account import Account, Checkout
from deploy.fake_aws import CREDENTIALS, NAME
from deploy.permissions import ACCOUNT
from deploy.processes import TOOLS
from deploy.terraform import STATE_BUCKET

from support.paths import ROOT

SETUP = f"""
name: The project's own environments
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        ln -sfn {ROOT}/.venv .venv
        ln -sfn {ROOT}/frontend/node_modules frontend/node_modules
        printf '.venv\\nfrontend/node_modules\\n' > .git/info/exclude
        touch -d @0 backend/requirements/*.txt frontend/package-lock.json
"""

LOGIN = f"""
name: The role's name as access key
inputs:
  role-to-assume: {{required: true}}
  aws-region: {{required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        echo "assumed ${{{{ inputs.role-to-assume }}}} in ${{{{ inputs.aws-region }}}}"
        role=${{{{ inputs.role-to-assume }}}}
        echo "AWS_ACCESS_KEY_ID=${{role##*/}}" >> "$GITHUB_ENV"
        echo AWS_SECRET_ACCESS_KEY={CREDENTIALS["AWS_SECRET_ACCESS_KEY"]} >> "$GITHUB_ENV"
"""

UPLOAD = """
name: A file in a folder
inputs:
  path: {{required: true}}
  name: {{required: true}}
  retention-days: {{required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      run: install -D "${{{{ inputs.path }}}}" "{folder}/${{{{ inputs.name }}}}"
"""

DOWNLOAD = """
name: That file
inputs:
  path: {{required: true}}
  name: {{required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      run: install -D --target-directory="${{{{ inputs.path }}}}" "{folder}/${{{{ inputs.name }}}}"
"""

WORKFLOW_ROLES = ("backend", "frontend", "plan", "apply")

STUBS = {
    "actions/setup-python": SETUP,
    "actions/setup-node": SETUP,
    "hashicorp/setup-terraform": SETUP,
    "aws-actions/configure-aws-credentials": LOGIN,
    "actions/upload-artifact": UPLOAD,
    "actions/download-artifact": DOWNLOAD,
}


class ActRunner:
    """Runs the workflows of a checkout like a push to main."""

    def __init__(self, account: Account, checkout: Checkout, folder: Path) -> None:
        self.checkout = checkout
        self.fake_aws = account.fake_aws
        self.folder = folder
        roles = {f"{role.upper()}_ROLE_ARN": f"{NAME}-{role}" for role in WORKFLOW_ROLES}
        self.variables = {
            **account.fake_aws.variables(),
            "STATE_BUCKET": STATE_BUCKET,
            **{name: f"arn:aws:iam::{ACCOUNT}:role/{role}" for name, role in roles.items()},
        }
        # The credentials must come from the login, as on GitHub.
        self.environment = {
            name: text for name, text in account.environment.items() if name not in CREDENTIALS
        }
        for action, text in STUBS.items():
            (folder / action).mkdir(parents=True)
            action_text = text.format(folder=folder / "artifacts") if "{folder}" in text else text
            (folder / action / "action.yml").write_text(action_text)

    def push(self, workflow: str, tests: str) -> subprocess.CompletedProcess[str]:
        """Run a workflow; to save time, only tests that match the `-k` expression are run."""
        workflows = self.checkout.folder / ".github" / "workflows"
        text = "".join(file.read_text() for file in workflows.glob("*.yml"))
        used = dict.fromkeys(re.findall(r"uses: (\S+@\S+)", text))
        stubs = [
            f"{use}={self.folder / use.split('@')[0]}" for use in used if "checkout" not in use
        ]
        variables = [f"{name}={text}" for name, text in self.variables.items()]
        return subprocess.run(
            [
                str(TOOLS / "act"),
                "push",
                "--platform=ubuntu-latest=-self-hosted",
                f"--workflows={workflows / workflow}.yml",
                f"--env=PYTEST_ADDOPTS=-k '{tests}'",
                *(f"--local-repository={stub}" for stub in stubs),
                *(f"--var={variable}" for variable in variables),
            ],
            cwd=self.checkout.folder,
            env={**self.environment, "XDG_CACHE_HOME": str(self.folder / "cache")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=900,
        )
