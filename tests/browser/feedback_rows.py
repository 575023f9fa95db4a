"""The feedback that a server has stored."""

from recognizer.feedback import Feedback
from recognizer.feedback.sqlite import SQLiteStore
from support.server import Server


def stored_feedback(site: Server, prediction_id: str) -> Feedback:
    """Return the only feedback on a prediction."""
    rows = SQLiteStore(site.settings["DIGITS_FEEDBACK"])
    (feedback,) = [row for row in rows if row.prediction_id == prediction_id]
    return feedback
