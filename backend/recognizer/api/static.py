"""The built frontend as static files, with headers for caching and security."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
        "connect-src 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class FrontendFiles(StaticFiles):
    """The files of the built frontend.

    File names under assets/ contain a hash, so the content of a name never changes.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Whole files only: an error in a range would not have the form of the API's.
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(SECURITY_HEADERS)
        if etag := response.headers.get("etag"):
            response.headers["etag"] = f"W/{etag}"  # compressed or not, the file is the same
        del response.headers["accept-ranges"]
        immutable = path.startswith("assets/") and response.status_code == 200
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if immutable else "no-cache"
        )
        return response
