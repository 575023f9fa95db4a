"""The two containers that the tests of the images share."""

import os
from collections.abc import Iterator

import pytest

from support.containers import LAMBDA, SERVER, Container, missing_images

AS_ON_LAMBDA = (
    "--memory=512m",
    "--memory-swap=512m",
    "--read-only",
    "--tmpfs=/tmp:size=512m",
    "--user=993:990",
    "--env=AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
    "--env=AWS_LAMBDA_FUNCTION_TIMEOUT=30",
)
"""A function of 512 MB: nothing but /tmp can be written, by a user who is nobody."""


@pytest.fixture(scope="session", autouse=True)
def built_images() -> None:
    """Skip where there is no engine; fail where one was promised."""
    if reason := missing_images():
        if os.environ.get("IMAGES_MUST_BE_TESTED"):
            pytest.fail(f"The images cannot be tested: {reason}.")
        pytest.skip(f"The images are not tested: {reason}.")


@pytest.fixture(scope="session")
def function() -> Iterator[Container]:
    """The Lambda image under the emulator that its base image brings."""
    with Container(LAMBDA, 8080, *AS_ON_LAMBDA) as container:
        yield container


@pytest.fixture(scope="session")
def server() -> Iterator[Container]:
    """The server image, on a read-only file system."""
    with Container(SERVER, 8000, "--read-only", "--tmpfs=/tmp") as container:
        container.wait_for("/health")
        yield container
