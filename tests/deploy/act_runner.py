"""Workflows, run from start to end on this machine by act.

What only GitHub has is a stub: its runner's Python and Node.js are this machine's, with what is
installed for the project; the login to AWS gives the keys that moto takes. The steps themselves,
their order and what they pass on are the workflows' own. act itself does the checkout.

act cannot tell which workflow a change starts, as it ignores paths: infra/test_workflows.py reads
them. The workflows infra and checks are not run here: the one needs AWS's own provider and somebody
who agrees, the other runs nothing but what `make` runs elsewhere.
"""

import re
import subprocess
from pathlib import Path

from deploy.account import Account, Checkout
from deploy.fake_aws import CREDENTIALS
from deploy.processes import TOOLS

from support.paths import ROOT

SETUP = f"""
name: What is installed for the project
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
name: Keys for moto
inputs:
  role-to-assume: {{required: true}}
  aws-region: {{required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        echo "took ${{{{ inputs.role-to-assume }}}} in ${{{{ inputs.aws-region }}}}"
        echo AWS_ACCESS_KEY_ID={CREDENTIALS["AWS_ACCESS_KEY_ID"]} >> "$GITHUB_ENV"
        echo AWS_SECRET_ACCESS_KEY={CREDENTIALS["AWS_SECRET_ACCESS_KEY"]} >> "$GITHUB_ENV"
"""

STUBS = {
    "actions/setup-python": SETUP,
    "actions/setup-node": SETUP,
    "aws-actions/configure-aws-credentials": LOGIN,
}


class Runner:
    """Runs the workflows of a checkout as a push to main would."""

    def __init__(self, account: Account, checkout: Checkout, folder: Path) -> None:
        self.checkout = checkout
        self.folder = folder
        self.variables = {
            **account.cloud.variables(),
            "BACKEND_ROLE_ARN": "arn:aws:iam::123456789012:role/backend",
            "FRONTEND_ROLE_ARN": "arn:aws:iam::123456789012:role/frontend",
        }
        # The keys come from the login, as on GitHub.
        self.environment = {
            name: text for name, text in account.environment.items() if name not in CREDENTIALS
        }
        for action, text in STUBS.items():
            (folder / action).mkdir(parents=True)
            (folder / action / "action.yml").write_text(text)

    def push(self, workflow: str, tests: str) -> subprocess.CompletedProcess[str]:
        """Run a workflow with those tests whose names fit, since all have been run elsewhere."""
        file = self.checkout.folder / ".github" / "workflows" / f"{workflow}.yml"
        used = dict.fromkeys(re.findall(r"uses: (\S+@\S+)", file.read_text()))
        stubs = [
            f"{use}={self.folder / use.split('@')[0]}" for use in used if "checkout" not in use
        ]
        variables = [f"{name}={text}" for name, text in self.variables.items()]
        return subprocess.run(
            [
                str(TOOLS / "act"),
                "push",
                "--platform=ubuntu-latest=-self-hosted",
                f"--workflows={file}",
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
            timeout=400,
        )
