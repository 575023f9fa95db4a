"""Errors that the library raises, independent of HTTP."""

from typing import Literal

ImageErrorCode = Literal[
    "empty",
    "unreadable",
    "too_many_scans",
    "too_many_bytes",
    "too_many_pixels",
]


class ImageError(Exception):
    """An image that is not accepted.

    `code` names the reason for programs; `message` is one sentence for people that says what was
    wrong and what is accepted.
    """

    def __init__(self, code: ImageErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ImageErrorCode = code
        self.message = message


class ModelError(Exception):
    """The model file is missing, altered or unreadable; the message says which."""
