"""What the server keeps of what people say of its answers."""

from recognizer.feedback import Feedback
from recognizer.feedback.sqlite import SQLiteStore
from support.server import Server


def kept(site: Server, answer_id: str) -> Feedback:
    """The one thing that was said last of an answer."""
    everything = SQLiteStore(site.settings["DIGITS_FEEDBACK"])
    (feedback,) = [one for one in everything if one.answer == answer_id]
    return feedback
