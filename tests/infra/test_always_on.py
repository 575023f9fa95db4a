"""The root always-on creates things in an order that works in AWS, and removes them in reverse.

`terraform test` creates the root from mocks; these tests read the resulting state.
"""

import re

import pytest
from infra.terraform_state import Resource, created_resources

pytestmark = pytest.mark.terraform

NEEDED_BY_TASKS = re.compile(
    r"aws_iam_role_policy\."
    r"|aws_vpc_endpoint\."
    r"|aws_route_table_association\.private"
    r"|aws_vpc_security_group_(?!ingress_rule\.load_balancer)"  # of which the tasks notice nothing
)
"""Matches everything without which a task cannot start, or not become healthy."""


@pytest.fixture(scope="module")
def created() -> list[Resource]:
    """All resources of the root always-on, from mocks."""
    return created_resources("always-on", "network")


def dependencies(created: list[Resource], address: str) -> set[str]:
    """Return what is created before a resource and removed after it, without indexes."""
    [resource] = [each for each in created if each["address"] == address]
    return set(resource["depends_on"])


def test_service_is_created_after_everything_that_its_tasks_need(created: list[Resource]) -> None:
    addresses = {re.sub(r"\[.*\]", "", resource["address"]) for resource in created}
    needed = {address for address in addresses if NEEDED_BY_TASKS.match(address)}
    assert len(needed) == 10
    assert needed <= dependencies(created, "aws_ecs_service.this")


def test_load_balancer_is_created_after_the_internet_gateway(created: list[Resource]) -> None:
    assert "aws_internet_gateway.this" in dependencies(created, "aws_lb.this")
