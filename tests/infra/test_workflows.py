"""GitHub workflows: what starts them, their permissions and their commands."""

import re
from typing import Any

import pytest
import yaml

from support.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"
TEXTS = {file.stem: file.read_text() for file in FOLDER.glob("*.yml")}
WORKFLOWS: dict[str, Any] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS: list[tuple[tuple[str, str], Any]] = [
    ((workflow, name), job)
    for workflow, definition in WORKFLOWS.items()
    for name, job in definition["jobs"].items()
]
DEPLOYING = ("deploy", "frontend")


def triggers(workflow: str) -> dict[str, Any]:
    """Return the events that start a workflow."""
    # YAML 1.1 parses the key `on` as true.
    found: dict[str, Any] = WORKFLOWS[workflow][True]
    return found


def path_filters(workflow: str) -> list[str]:
    """Return the path filters of pushes and pull requests."""
    events = [triggers(workflow).get(event) or {} for event in ("push", "pull_request")]
    return [text for event in events for text in event.get("paths", [])]


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
        ("backend/recognizer/api/app.py", {"deploy"}),
        ("backend/training/train.py", set()),
        ("frontend/src/App.tsx", {"frontend"}),
        ("infra/terraform/serverless/main.tf", {"deploy"}),
        ("infra/deploy/lib/common.sh", {"deploy", "frontend"}),
    ],
)
def test_push_starts_the_workflows_of_the_changed_file(file: str, expected: set[str]) -> None:
    assert (ROOT / file).exists()
    assert {workflow for workflow in DEPLOYING if is_started(workflow, file)} == expected


@pytest.mark.parametrize(
    "file", ["Makefile", "infra/requirements.txt", "infra/terraform/serverless/main.tf"]
)
def test_pull_request_that_changes_what_the_infrastructure_is_tested_with_tests_it(
    file: str,
) -> None:
    assert (ROOT / file).exists()
    assert is_started("infra", file)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_path_filters_match_existing_files(workflow: str) -> None:
    for text in path_filters(workflow):
        assert any(ROOT.glob(text.removeprefix("!"))), text


@pytest.mark.parametrize("workflow", DEPLOYING)
def test_deployment_is_limited_to_tested_commits_of_main_in_order(workflow: str) -> None:
    definition = WORKFLOWS[workflow]
    assert triggers(workflow)["push"]["branches"] == ["main"]
    assert any("make test" in step.get("run", "") for step in definition["jobs"]["test"]["steps"])
    assert "test" in predecessors(workflow, "deploy")
    # For the whole workflow: otherwise two commits that are tested at once could be deployed in the
    # wrong order.
    # By branch: otherwise a run on another one would replace a waiting run, and deploy nothing.
    group = f"{workflow}-${{{{ github.ref }}}}"
    assert definition["concurrency"] == {"group": group, "cancel-in-progress": False}


def predecessors(workflow: str, job: str) -> set[str]:
    """Return the jobs that a job waits for, directly or not."""
    needs = WORKFLOWS[workflow]["jobs"][job].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*(predecessors(workflow, name) for name in direct))


def test_nothing_changes_before_all_tests_and_the_alias_moves_last() -> None:
    tests = {"test", "infra", "image"}
    assert predecessors("deploy", "apply") == tests
    assert predecessors("deploy", "deploy") == {*tests, "apply"}


def test_tested_image_is_stored_only_where_a_job_pushes_it() -> None:
    jobs = WORKFLOWS["deploy"]["jobs"]
    storing = [step for step in jobs["test"]["steps"] if "image.tar" in str(step)]
    assert len(storing) == 2
    assert {step.get("if") for step in storing} == {jobs["image"]["if"]}


@pytest.mark.parametrize("workflow", ["deploy", "frontend", "infra", "newcomers"])
def test_workflow_can_be_started_by_hand(workflow: str) -> None:
    assert "workflow_dispatch" in triggers(workflow)


def test_infrastructure_is_compared_with_reality_every_week() -> None:
    (schedule,) = triggers("infra")["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])


def test_terraform_has_the_same_exact_version_in_every_job() -> None:
    versions = [
        step["with"].get("terraform_version")
        for _, job in JOBS
        for step in job.get("steps", [])
        if step.get("uses", "").startswith("hashicorp/setup-terraform@")
    ]
    assert len(versions) > 2
    assert re.fullmatch(r"\d+\.\d+\.\d+", versions[0])
    assert set(versions) == {versions[0]}


def is_login(step: dict[str, Any]) -> bool:
    """Return whether a step assumes an AWS role."""
    return str(step.get("uses", "")).startswith("aws-actions/configure-aws-credentials@")


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_jobs_have_minimal_permissions_and_no_secrets(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] == {}
    for job in WORKFLOWS[workflow]["jobs"].values():
        # A job that calls the workflow infra passes the permission on to the one that plans.
        logs_in = "uses" in job or any(is_login(step) for step in job["steps"])
        expected = {"contents": "read", **({"id-token": "write"} if logs_in else {})}
        assert job["permissions"] == expected
    assert not re.search(r"secrets\.|AWS_(ACCESS|SECRET)", TEXTS[workflow])


def test_jobs_assume_the_roles_that_trust_them() -> None:
    roles = {
        name: (step["with"]["role-to-assume"], job.get("environment"))
        for name, job in JOBS
        for step in job.get("steps", [])
        if is_login(step)
    }
    # The trust policy of a job with an environment names the environment instead of the branch.
    assert roles == {
        ("deploy", "image"): ("${{ vars.BACKEND_ROLE_ARN }}", None),
        ("deploy", "apply"): ("${{ vars.APPLY_ROLE_ARN }}", "production"),
        ("deploy", "deploy"): ("${{ vars.BACKEND_ROLE_ARN }}", None),
        ("frontend", "deploy"): ("${{ vars.FRONTEND_ROLE_ARN }}", None),
        ("infra", "plan"): ("${{ vars.PLAN_ROLE_ARN }}", None),
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
        for _, job in JOBS
        for step in job.get("steps", [])
        if "run" in step and "name" not in step
    ]
    assert len(commands) > 5
    for command in commands:
        program, *arguments = command.split()
        if program == "make":
            assert {word for word in arguments if "=" not in word} <= targets, command
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
