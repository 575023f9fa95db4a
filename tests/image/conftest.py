"""One container of each image, which the tests share."""

from collections.abc import Iterator

import pytest

from support.containers import LAMBDA, SERVER, Container, missing_images
from support.lambda_container import LAMBDA_OPTIONS, LAMBDA_PORT
from support.requirements import require


@pytest.fixture(scope="session", autouse=True)
def requires_images() -> None:
    """Skip the tests if the images are missing."""
    require(missing_images())


@pytest.fixture(scope="session")
def lambda_container() -> Iterator[Container]:
    """The Lambda image, under the emulator that its base image contains."""
    with Container(LAMBDA, LAMBDA_PORT, *LAMBDA_OPTIONS) as container:
        yield container


@pytest.fixture(scope="session")
def server_container() -> Iterator[Container]:
    """The server image, on a read-only file system."""
    with Container(SERVER, 8000, "--read-only", "--tmpfs=/tmp") as container:
        container.wait_for("/health")
        yield container
