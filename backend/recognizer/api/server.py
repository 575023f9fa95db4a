"""The application as a server, with frontend, metrics and dashboard redirect.

python -m uvicorn --factory recognizer.api.server:create_server \
    --http recognizer.api.http_protocol:HttpProtocol
"""

import os

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.middleware.gzip import GZipMiddleware

from recognizer.api.app import create_app
from recognizer.api.errors import error_response
from recognizer.api.middleware import RequestLogMiddleware
from recognizer.api.prometheus import CONTENT_TYPE, PrometheusMetrics
from recognizer.api.request_log import log_request
from recognizer.api.schemas import DASHBOARD_RESPONSES
from recognizer.api.settings import Settings
from recognizer.api.static import FrontendFiles
from recognizer.feedback import StoreUnavailableError, open_store

MODEL_THREADS = 2
"""More threads do not make so small models faster."""


def create_server(settings: Settings | None = None) -> FastAPI:
    """Build the application; raise SystemExit with one sentence if it cannot work."""
    settings = settings or Settings.from_environment()
    try:
        store = open_store(settings.feedback_uri)
    except StoreUnavailableError as error:
        raise SystemExit(str(error)) from error
    frontend = None
    if settings.page_dir.is_dir():
        frontend = GZipMiddleware(FrontendFiles(settings.page_dir), compresslevel=6)
    model_threads = min(MODEL_THREADS, os.cpu_count() or 1)
    app = create_app(settings, lambda: store, frontend, model_threads)
    prometheus = PrometheusMetrics(app.version)
    app.add_middleware(RequestLogMiddleware, sinks=[log_request, prometheus])

    @app.get("/metrics", response_class=PlainTextResponse)
    def metrics() -> Response:
        """Return all metrics in Prometheus' text format."""
        return Response(prometheus.render(), media_type=CONTENT_TYPE)

    @app.get(
        "/dashboard",
        status_code=307,
        response_class=RedirectResponse,
        responses=DASHBOARD_RESPONSES,
    )
    async def dashboard() -> Response:
        """Redirect to TensorBoard."""
        if not settings.dashboard_url:
            detail = "TensorBoard is not running here; `make up` starts it."
            return error_response(404, "not_found", detail)
        return RedirectResponse(settings.dashboard_url)

    return app
