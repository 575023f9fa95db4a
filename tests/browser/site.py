"""The server with the real page inside."""

from pathlib import Path

from support.paths import ROOT
from support.requirements import UnavailableError
from support.server import Server

BUILT_PAGE = ROOT / "frontend" / "dist"


def built_site(log: Path, **settings: str) -> Server:
    """A server of the built page, to be started; raise UnavailableError where it is not built."""
    if not (BUILT_PAGE / "index.html").is_file():
        raise UnavailableError("The page is not built: run `make frontend/dist/index.html` first.")
    return Server(log, {"DIGITS_PAGE_DIR": str(BUILT_PAGE), **settings})
