"""The server with the built frontend."""

from pathlib import Path

from support.paths import ROOT
from support.requirements import UnavailableError
from support.server import Server

FRONTEND_DIST = ROOT / "frontend" / "dist"


def built_site(log: Path, **settings: str) -> Server:
    """Return a server of the built frontend, not started yet.

    Raises UnavailableError if the frontend has not been built.
    """
    if not (FRONTEND_DIST / "index.html").is_file():
        raise UnavailableError(
            "The frontend is not built: run `make frontend/dist/index.html` first."
        )
    return Server(log, {"DIGITS_PAGE_DIR": str(FRONTEND_DIST), **settings})
