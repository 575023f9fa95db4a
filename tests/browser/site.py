"""The server with the real page inside."""

from pathlib import Path

from serving import ROOT, Server, Unavailable

BUILT_PAGE = ROOT / "frontend" / "dist"


def built_site(log: Path, **settings: str) -> Server:
    """A server of the built page, to be started; raise Unavailable where it is not built."""
    if not (BUILT_PAGE / "index.html").is_file():
        raise Unavailable("The page is not built: run `make frontend/dist/index.html` first.")
    return Server(log, {"DIGITS_PAGE_DIR": str(BUILT_PAGE), **settings})
