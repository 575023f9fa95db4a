"""Fixtures that tests of several folders share: a running server and its client."""

from collections.abc import Generator, Iterator
from pathlib import Path

import httpx
import pytest

from support.frontend_files import INDEX, SCRIPT
from support.server import RESPONSE_TIMEOUT, Server


@pytest.fixture(scope="session")
def page_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the built frontend's, with a secret file beside it."""
    folder = tmp_path_factory.mktemp("frontend") / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "assets" / "index-Bx3k.js").write_text(SCRIPT)
    (folder.parent / "secret.txt").write_text("never served")
    return folder


@pytest.fixture(scope="session")
def server(page_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that tests share, with the frontend."""
    folder = tmp_path_factory.mktemp("server")
    settings = {
        "DIGITS_PAGE_DIR": str(page_dir),
        "DIGITS_FEEDBACK": str(folder / "feedback.sqlite"),
    }
    with Server(folder / "log.txt", settings) as server:
        yield server


@pytest.fixture(scope="session")
def server_url(server: Server) -> str:
    """The address of the shared server."""
    return server.url


@pytest.fixture(scope="session")
def client(server_url: str) -> Iterator[httpx.Client]:
    """A client of the shared server."""
    with httpx.Client(base_url=server_url, timeout=RESPONSE_TIMEOUT) as client:
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the server's log beside the failure of a test that used it."""
    report = yield
    log = getattr(getattr(item, "funcargs", {}).get("server"), "log", None)
    if report.failed and isinstance(log, Path) and log.exists():
        report.sections.append(("the server's log", log.read_text()[-4000:]))
    return report
