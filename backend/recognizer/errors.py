"""Why a request is refused: the reasons that are counted, and the HTTP status of each."""

from typing import Literal

Reason = Literal[
    "empty",
    "unreadable",
    "too_many_scans",
    "too_many_bytes",
    "too_many_pixels",
    "bad_base64",
    "bad_json",
    "bad_form",
    "hung_up",
    "content_type",
    "missing_field",
    "bad_parameter",
    "unknown_answer",
    "bad_ink",
    "too_late",
    "too_often",
    "store_full",
    "store_lost",
]

STATUS: dict[Reason, int] = {
    "empty": 400,
    "unreadable": 400,
    "too_many_scans": 400,
    "too_many_bytes": 413,
    "too_many_pixels": 413,
    "bad_base64": 400,
    "bad_json": 400,
    "bad_form": 400,
    "hung_up": 400,
    "content_type": 415,
    "missing_field": 422,
    "bad_parameter": 422,
    "unknown_answer": 422,
    "bad_ink": 422,
    "too_late": 410,
    "too_often": 429,
    "store_full": 503,
    "store_lost": 503,
}


class Refusal(Exception):  # noqa: N818  # what it is, not an error of ours
    """A request that is not served: why, and one sentence that says what is accepted."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.status = STATUS[reason]
        self.detail = detail
