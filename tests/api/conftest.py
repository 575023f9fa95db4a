"""Servers that the tests of the API share."""

from collections.abc import Iterator

import pytest
from api.observed_server import ObservedServer


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObservedServer]:
    """A single process that stores model inputs with feedback."""
    folder = tmp_path_factory.mktemp("observed")
    with ObservedServer(folder, DIGITS_STORE_INPUTS="1") as observed:
        yield observed


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObservedServer]:
    """Three workers that share one feedback file."""
    with ObservedServer(tmp_path_factory.mktemp("workers"), WEB_CONCURRENCY="3") as workers:
        yield workers
