"""The application as a server of its own: with the page, Prometheus' metrics and the dashboard.

python -m uvicorn --factory recognizer.server:create_server
"""

import os

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.middleware.gzip import GZipMiddleware

from recognizer.app import create_app
from recognizer.feedback import StoreLost
from recognizer.log import log
from recognizer.page import Page
from recognizer.problems import problem
from recognizer.prometheus import CONTENT_TYPE, Prometheus
from recognizer.settings import Settings
from recognizer.stores import open_store
from recognizer.watch import Watch

MODEL_THREADS = 2
"""More do not make so small a model faster."""


def create_server(settings: Settings | None = None) -> FastAPI:
    """Build the application; raise SystemExit with one sentence where it cannot work."""
    settings = settings or Settings.from_environment()
    try:
        store = open_store(settings.feedback)
    except StoreLost as error:
        raise SystemExit(str(error)) from error
    has_page = settings.page_dir.is_dir()
    page = GZipMiddleware(Page(settings.page_dir), compresslevel=6) if has_page else None
    app = create_app(settings, lambda: store, page, min(MODEL_THREADS, os.cpu_count() or 1))
    prometheus = Prometheus(app.version)
    app.add_middleware(Watch, tellers=[log, prometheus])

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> Response:
        """Say what was counted, for Prometheus."""
        return Response(prometheus.text(), media_type=CONTENT_TYPE)

    @app.get("/dashboard", status_code=307, response_class=RedirectResponse)
    async def dashboard() -> Response:
        """Lead to TensorBoard."""
        if not settings.dashboard_url:
            detail = "There is no TensorBoard here; `docker compose up` in infra/compose has one."
            return problem(404, detail)
        return RedirectResponse(settings.dashboard_url)

    return app
