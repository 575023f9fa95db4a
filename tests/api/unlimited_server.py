"""The server without a limit on feedback, which would hide what is behind it."""

from fastapi import FastAPI

import recognizer.api.app
from recognizer.api.server import create_server

NO_LIMIT = 1_000_000_000


def create_unlimited_server() -> FastAPI:
    """Build the application, which accepts any number of feedbacks."""
    recognizer.api.app.FEEDBACK_RATE = recognizer.api.app.FEEDBACK_BURST = NO_LIMIT
    return create_server()
