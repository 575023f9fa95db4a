"""Servers that the tests of the API share, and the Lambda function."""

import asyncio
import importlib
import sys
from collections.abc import Iterator

import pytest
from api.events import Handler, Load
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


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """A function that imports the Lambda function again with the given settings."""
    # Mangum uses the thread's event loop; if there is none, it opens one that nothing closes.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    no_frontend = tmp_path_factory.mktemp("lambda") / "no frontend"

    def load(**settings: str) -> Handler:
        sys.modules.pop("recognizer.api.aws_lambda", None)
        with pytest.MonkeyPatch.context() as patch:
            for name, text in {"DIGITS_PAGE_DIR": str(no_frontend), **settings}.items():
                patch.setenv(name, text)
            handler: Handler = importlib.import_module("recognizer.api.aws_lambda").handler
        return handler

    yield load
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="module")
def handler(load: Load) -> Handler:
    """The handler with the default settings."""
    return load()
