"""What the roles of workflows may do: policies as Terraform renders them, and a judge of requests.

moto can enforce policies too, but takes the resource of every request to Lambda and ECR for "*", so
that it would deny whatever a policy allows for one function or one repository.

The access key of a request is the name of its role. Requests with other keys come from people with
all permissions.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from support.paths import TERRAFORM

BOOTSTRAP = TERRAFORM / "bootstrap"

ACCOUNT = "123456789012"
"""Of moto, and of the mocks from which the policies are rendered."""

Statement = dict[str, Any]
Policies = dict[str, list[Statement]]
"""Statements by role."""


def render_policies() -> Policies:
    """Return the policies that the root bootstrap gives to the roles, created from mocks."""
    environment = {
        **os.environ,
        # As in the Makefile: each root would download the provider separately.
        "TF_PLUGIN_CACHE_DIR": str(TERRAFORM / ".terraform"),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
    }
    (TERRAFORM / ".terraform").mkdir(exist_ok=True)

    def terraform(*arguments: str) -> str:
        finished = subprocess.run(
            ["terraform", *arguments],
            cwd=BOOTSTRAP,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    terraform("init", "-backend=false", "-input=false")
    printed = terraform("test", "-json", "-verbose", "-filter=tests/root.tftest.hcl")
    messages = map(json.loads, printed.splitlines())
    state = next(message["test_state"] for message in messages if message["type"] == "test_state")
    policies: Policies = {}
    for values in role_policies(state["root_module"]):
        policies.setdefault(values["role"], []).extend(json.loads(values["policy"])["Statement"])
    return policies


def role_policies(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Iterate over the attributes of all inline policies of a module and of its child modules."""
    for resource in module.get("resources", []):
        if resource["type"] == "aws_iam_role_policy":
            yield resource["values"]
    for child in module.get("child_modules", []):
        yield from role_policies(child)


class Access(NamedTuple):
    """What a request needs permission for."""

    action: str
    resource: str


REST_ACTIONS = (
    ("lambda", "GET", r"/functions/[^/]+", "GetFunction"),
    ("lambda", "GET", r"/functions/[^/]+/configuration", "GetFunctionConfiguration"),
    ("lambda", "PUT", r"/functions/[^/]+/configuration", "UpdateFunctionConfiguration"),
    ("lambda", "PUT", r"/functions/[^/]+/code", "UpdateFunctionCode"),
    ("lambda", "DELETE", r"/functions/[^/]+", "DeleteFunction"),
    ("lambda", "GET", r"/functions/[^/]+/versions", "ListVersionsByFunction"),
    ("lambda", "POST", r"/functions/[^/]+/versions", "PublishVersion"),
    ("lambda", "GET", r"/functions/[^/]+/aliases", "ListAliases"),
    ("lambda", "GET", r"/functions/[^/]+/aliases/[^/]+", "GetAlias"),
    ("lambda", "PUT", r"/functions/[^/]+/aliases/[^/]+", "UpdateAlias"),
    ("lambda", "POST", r"/functions/[^/]+/invocations", "InvokeFunction"),
    ("s3", "GET|HEAD", r"/[^/]+/?", "ListBucket"),
    ("s3", "GET|HEAD", r"/[^/]+/.+", "GetObject"),
    ("s3", "PUT", r"/[^/]+/.+", "PutObject"),
    ("s3", "DELETE", r"/[^/]+/.+", "DeleteObject"),
)
"""Service, methods, path without its API version, and the action as IAM names it."""


def role_of(headers: dict[str, str]) -> str:
    """Return the access key of a signed request; empty for others."""
    found = re.search(r"Credential=([^/]+)/", headers.get("Authorization", ""))
    return found[1] if found else ""


def access_of(method: str, path: str, headers: dict[str, str], body: bytes) -> Access:
    """Return what a signed request needs permission for."""
    scope = re.search(r"Credential=[^/]+/\d+/([\w-]+)/(\w+)/", headers["Authorization"])
    assert scope
    region, service = scope.groups()
    if service == "sts":
        return Access(f"sts:{parse_qs(body.decode())['Action'][0]}", "*")
    if service == "ecr":
        action = headers["X-Amz-Target"].rpartition(".")[2]
        repository = json.loads(body).get("repositoryName")
        arn = f"arn:aws:ecr:{region}:{ACCOUNT}:repository/{repository}"
        return Access(f"ecr:{action}", arn if repository else "*")
    address = urlsplit(path)
    resource = re.sub(r"^/20\d\d-\d\d-\d\d", "", address.path)
    found = [
        action
        for known_service, methods, pattern, action in REST_ACTIONS
        if service == known_service and method in methods.split("|")
        if re.fullmatch(pattern, resource)
    ]
    assert found, f"Add the action of {service} {method} {path} to REST_ACTIONS."
    action = found[0]
    if service == "s3":
        return Access(f"s3:{action}", f"arn:aws:s3:::{resource.strip('/')}")
    name = resource.split("/")[2]
    arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    return Access(
        f"lambda:{action}", ":".join([arn, *parse_qs(address.query).get("Qualifier", [])])
    )


def is_allowed(statements: list[Statement], access: Access, tags: dict[str, str]) -> bool:
    """Return whether a role with these statements has access to a resource with these tags."""
    if access.action == "sts:GetCallerIdentity":
        return True  # needs no permission
    context = {f"aws:ResourceTag/{name}": text for name, text in tags.items()}
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatchcase(access.action, pattern) for pattern in statement["Action"])
        and any(fnmatchcase(access.resource, pattern) for pattern in statement["Resource"])
        and meets(statement.get("Condition", {}), context)
        for statement in statements
    )


def meets(conditions: dict[str, dict[str, str]], context: dict[str, str]) -> bool:
    """Return whether a request's context meets all conditions; only StringEquals is known."""
    assert set(conditions) <= {"StringEquals"}
    expected = conditions.get("StringEquals", {})
    return all(context.get(key) == text for key, text in expected.items())
