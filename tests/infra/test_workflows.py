"""Which pipeline runs for which change, and what the workflows may and may not do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
TEXTS = {file.stem: file.read_text() for file in FOLDER.glob("*.yml")}
# YAML 1.1 takes the key `on` for a truth value.
WORKFLOWS: dict[str, Any] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}

CHANGES: dict[str, set[str]] = {
    "README.md": set(),
    "LICENSE": set(),
    "tests/api/test_predict.py": set(),
    "tests/browser/site.py": set(),
    "backend/recognizer/app.py": {"backend"},
    "backend/recognizer/model/digits.onnx": {"backend"},
    "backend/requirements/lambda.txt": {"backend"},
    "backend/Dockerfile": {"backend"},
    ".dockerignore": {"backend"},
    "backend/training/train.py": set(),
    "backend/benchmarks/bench.py": set(),
    "frontend/src/App.tsx": {"frontend"},
    "frontend/public/favicon.svg": {"frontend"},
    "frontend/package-lock.json": {"frontend"},
    "frontend/src/components/Answer.tsx": {"frontend"},
    "infra/terraform/serverless/main.tf": {"infra"},
    "infra/terraform/modules/page/edge/fallback.js": {"infra"},
    "infra/compose/docker-compose.yml": set(),
    "infra/compose/prometheus/alerts.yml": set(),
    "infra/deploy/backend": {"backend"},
    "infra/deploy/push": {"backend"},
    "infra/deploy/rollback": set(),
    "infra/deploy/frontend": {"frontend"},
    "infra/deploy/serverless": {"infra"},
    "infra/deploy/common.sh": {"backend", "frontend", "infra"},
    "Makefile": {"backend", "frontend"},
    ".github/workflows/backend.yml": {"backend"},
    ".github/workflows/frontend.yml": {"frontend"},
    ".github/workflows/infra.yml": {"infra"},
    ".github/workflows/checks.yml": set(),
}
"""Files, and the pipelines that a push to main starts where they have changed."""


def triggers(name: str) -> dict[str, Any]:
    """What starts a workflow."""
    found: dict[str, Any] = WORKFLOWS[name][True]
    return found


def pattern(text: str) -> re.Pattern[str]:
    """A path filter as GitHub reads it: only two asterisks go beyond a slash.

    https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet
    """
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    parts = re.split(r"(\*\*/|\*\*|\*)", text)
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts))


def is_met(filters: list[str], file: str) -> bool:
    """Whether a file passes the filters, of which the last that fits decides."""
    met = False
    for text in filters:
        if pattern(text.removeprefix("!")).fullmatch(file):
            met = not text.startswith("!")
    return met


def started(event: str, *files: str) -> set[str]:
    """The workflows that an event starts, where these files have changed."""
    return {
        name
        for name in WORKFLOWS
        if event in triggers(name)
        for filters in [(triggers(name)[event] or {}).get("paths")]
        if filters is None or any(is_met(filters, file) for file in files)
    }


@pytest.mark.parametrize("file", CHANGES)
def test_a_change_starts_the_pipelines_that_it_concerns(file: str) -> None:
    assert started("push", file) == CHANGES[file]


def test_changes_of_both_halves_start_both_pipelines() -> None:
    both = ("frontend/src/App.tsx", "backend/recognizer/app.py", "README.md")
    assert started("push", *both) == {"backend", "frontend"}


@pytest.mark.parametrize("file", CHANGES)
def test_a_pull_request_is_checked_and_planned_but_deploys_nothing(file: str) -> None:
    assert started("pull_request", file) == {"checks"} | (CHANGES[file] & {"infra"})


@pytest.mark.parametrize("name", ["backend", "frontend", "infra"])
def test_every_file_that_a_filter_names_exists(name: str) -> None:
    listed = [str(file.relative_to(ROOT)) for file in ROOT.glob("*/**/*") if file.is_file()]
    listed += [file.name for file in ROOT.iterdir()]
    for text in triggers(name)["push"]["paths"]:
        wanted = pattern(text.removeprefix("!"))
        assert any(wanted.fullmatch(file) for file in listed), text


@pytest.mark.parametrize("name", ["backend", "frontend", "infra"])
def test_only_main_is_deployed_after_its_tests_and_in_order(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert triggers(name)["push"]["branches"] == ["main"]
    last = workflow["jobs"]["apply" if name == "infra" else "deploy"]
    assert last["needs"] == "test"
    assert any("make test" in step.get("run", "") for step in workflow["jobs"]["test"]["steps"])
    # Not of a job: two that are tested at once could then be deployed in the wrong order.
    assert workflow["concurrency"]["group"].split("-")[0] == name
    cancels = workflow["concurrency"]["cancel-in-progress"]
    assert cancels in (False, "${{ github.event_name == 'pull_request' }}")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_jobs_may_do_no_more_than_they_must(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    for job in WORKFLOWS[name]["jobs"].values():
        roles = [step["with"]["role-to-assume"] for step in job["steps"] if is_login(step)]
        allowed = {"contents": "read", **({"id-token": "write"} if roles else {})}
        assert job["permissions"] == allowed
    assert not re.search(r"secrets\.|AWS_(ACCESS|SECRET)", TEXTS[name])


def is_login(step: dict[str, Any]) -> bool:
    """Whether a step takes a role in AWS."""
    return str(step.get("uses", "")).startswith("aws-actions/configure-aws-credentials@")


def test_each_job_takes_the_role_that_trusts_it() -> None:
    taken = {
        (name, job_name): (step["with"]["role-to-assume"], job.get("environment"))
        for name, workflow in WORKFLOWS.items()
        for job_name, job in workflow["jobs"].items()
        for step in job["steps"]
        if is_login(step)
    }
    # A job that names an environment is trusted by it, and no longer by its branch.
    assert taken == {
        ("backend", "deploy"): ("${{ vars.BACKEND_ROLE_ARN }}", None),
        ("frontend", "deploy"): ("${{ vars.FRONTEND_ROLE_ARN }}", None),
        ("infra", "plan"): ("${{ vars.PLAN_ROLE_ARN }}", None),
        ("infra", "apply"): ("${{ vars.APPLY_ROLE_ARN }}", "production"),
    }


def test_workflows_read_only_variables_that_terraform_has() -> None:
    outputs = "".join(
        (ROOT / "infra" / "terraform" / root / "outputs.tf").read_text()
        for root in ("bootstrap", "serverless")
    )
    known = set(re.findall(r"(?m)^\s+([A-Z_]+)\s+= ", outputs))
    read = set(re.findall(r"vars\.(\w+)", "".join(TEXTS.values())))
    assert read
    assert read <= known


def test_actions_are_pinned_by_commit_and_everywhere_the_same() -> None:
    used = re.findall(r"uses: (\S+)@(\S+)(.*)", "".join(TEXTS.values()))
    assert len(used) > 10
    pins: dict[str, tuple[str, str]] = {}
    for action, commit, comment in used:
        assert re.fullmatch(r"[0-9a-f]{40}", commit), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
        assert pins.setdefault(action, (commit, comment)) == (commit, comment)


def test_workflows_run_what_people_run() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    runs = [
        step["run"]
        for workflow in WORKFLOWS.values()
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if "run" in step and "name" not in step
    ]
    assert len(runs) > 5
    for run in runs:
        command, *arguments = run.split()
        if command == "make":
            assert set(arguments) <= targets, run
        else:
            assert (ROOT / command).exists(), run
