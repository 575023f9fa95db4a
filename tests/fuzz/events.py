"""Events that reach a Lambda function: HTTP requests in every form, and everything else."""

from typing import Any

from api.events import SOURCES, WARM_UPS
from api.unsupported_events import UNSUPPORTED_EVENTS

HTTP_EVENTS = {name: source.event for name, source in SOURCES.items()}
"""Functions that make a request into an event, by the kind of sender."""

OTHER_EVENTS: dict[str, Any] = {**WARM_UPS, **UNSUPPORTED_EVENTS}
"""Events that are not HTTP requests to this application."""
