"""GitHub workflows: what starts them, their permissions and their commands."""

import re
from typing import Any

import pytest
import yaml

from support.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {file.stem: file.read_text() for file in FOLDER.glob("*.yml")}
WORKFLOWS: dict[str, Any] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
DEPLOYING = ("backend", "frontend", "infra")


def triggers(workflow: str) -> dict[str, Any]:
    """Return the events that start a workflow."""
    # YAML 1.1 parses the key `on` as true.
    found: dict[str, Any] = WORKFLOWS[workflow][True]
    return found


def path_filters(workflow: str) -> list[str]:
    """Return the path filters of a push."""
    filters: list[str] = triggers(workflow)["push"]["paths"]
    return filters


def to_regex(path_filter: str) -> re.Pattern[str]:
    """Return a path filter as a regular expression; only `**` matches slashes.

    https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet
    """
    wildcards = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    parts = re.split(r"(\*\*/|\*\*|\*)", path_filter.removeprefix("!"))
    return re.compile("".join(wildcards.get(part, re.escape(part)) for part in parts))


def is_started(workflow: str, file: str) -> bool:
    """Return whether a push that changes a file starts a workflow; the last match decides."""
    matching = [text for text in path_filters(workflow) if to_regex(text).fullmatch(file)]
    return bool(matching) and not matching[-1].startswith("!")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("backend/recognizer/api/app.py", {"backend"}),
        ("backend/training/train.py", set()),
        ("frontend/src/App.tsx", {"frontend"}),
        ("infra/deploy/lib/common.sh", {"backend", "frontend", "infra"}),
    ],
)
def test_push_starts_the_workflows_of_the_changed_file(file: str, expected: set[str]) -> None:
    assert (ROOT / file).exists()
    assert {workflow for workflow in DEPLOYING if is_started(workflow, file)} == expected


@pytest.mark.parametrize("workflow", DEPLOYING)
def test_path_filters_match_existing_files(workflow: str) -> None:
    for text in path_filters(workflow):
        assert any(ROOT.glob(text.removeprefix("!"))), text


@pytest.mark.parametrize("workflow", DEPLOYING)
def test_deployment_is_limited_to_tested_commits_of_main_in_order(workflow: str) -> None:
    definition = WORKFLOWS[workflow]
    assert triggers(workflow)["push"]["branches"] == ["main"]
    deployment = definition["jobs"]["apply" if workflow == "infra" else "deploy"]
    assert deployment["needs"] == "test"
    assert any("make test" in step.get("run", "") for step in definition["jobs"]["test"]["steps"])
    # For the whole workflow: otherwise two commits that are tested at once could be deployed in the
    # wrong order.
    assert definition["concurrency"]["group"].split("-")[0] == workflow
    cancels = definition["concurrency"]["cancel-in-progress"]
    assert cancels in (False, "${{ github.event_name == 'pull_request' }}")


def is_login(step: dict[str, Any]) -> bool:
    """Return whether a step assumes an AWS role."""
    return str(step.get("uses", "")).startswith("aws-actions/configure-aws-credentials@")


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_jobs_have_minimal_permissions_and_no_secrets(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] == {}
    for job in WORKFLOWS[workflow]["jobs"].values():
        logs_in = any(is_login(step) for step in job["steps"])
        expected = {"contents": "read", **({"id-token": "write"} if logs_in else {})}
        assert job["permissions"] == expected
    assert not re.search(r"secrets\.|AWS_(ACCESS|SECRET)", TEXTS[workflow])


def test_jobs_assume_the_roles_that_trust_them() -> None:
    roles = {
        (workflow, job_name): (step["with"]["role-to-assume"], job.get("environment"))
        for workflow, definition in WORKFLOWS.items()
        for job_name, job in definition["jobs"].items()
        for step in job["steps"]
        if is_login(step)
    }
    # The trust policy of a job with an environment names the environment instead of the branch.
    assert roles == {
        ("backend", "deploy"): ("${{ vars.BACKEND_ROLE_ARN }}", None),
        ("frontend", "deploy"): ("${{ vars.FRONTEND_ROLE_ARN }}", None),
        ("infra", "plan"): ("${{ vars.PLAN_ROLE_ARN }}", None),
        ("infra", "apply"): ("${{ vars.APPLY_ROLE_ARN }}", "production"),
    }


def test_variables_are_outputs_of_terraform() -> None:
    outputs = "".join(
        (ROOT / "infra" / "terraform" / root / "outputs.tf").read_text()
        for root in ("bootstrap", "serverless")
    )
    known = set(re.findall(r"(?m)^\s+([A-Z_]+)\s+= ", outputs))
    used = set(re.findall(r"vars\.(\w+)", "".join(TEXTS.values())))
    assert used
    assert used <= known


def test_unnamed_steps_run_make_targets_or_deploy_scripts() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    commands = [
        step["run"]
        for definition in WORKFLOWS.values()
        for job in definition["jobs"].values()
        for step in job["steps"]
        if "run" in step and "name" not in step
    ]
    assert len(commands) > 5
    for command in commands:
        program, *arguments = command.split()
        if program == "make":
            assert set(arguments) <= targets, command
        else:
            assert (ROOT / program).exists(), command


def test_dependabot_watches_existing_folders() -> None:
    config = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())
    folders = [
        folder
        for update in config["updates"]
        for folder in update.get("directories", [update.get("directory")])
    ]
    assert len(folders) > 5
    for folder in folders:
        assert any(ROOT.glob(folder.strip("/") or "*")), folder
