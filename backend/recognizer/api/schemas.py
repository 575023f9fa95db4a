"""What goes over the wire."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from recognizer.classifier import Verdict


class Prediction(BaseModel):
    """The answer to a picture."""

    digit: Annotated[
        int | None, Field(ge=0, le=9, description="The best guess; null if blank or not a digit.")
    ]
    verdict: Annotated[
        Verdict,
        Field(description="Whether the digit stands, is a guess, is none, or nothing was drawn."),
    ]
    confidence: Annotated[
        float, Field(ge=0, le=1, description="Of answers given at 0.9, nine in ten are right.")
    ]
    probabilities: Annotated[
        list[float],
        Field(
            min_length=10,
            max_length=10,
            description="Of the digits 0 to 9, if it is one; they sum to 1.",
        ),
    ]
    model: Annotated[str, Field(description="The model's version.")]
    id: Annotated[str, Field(description="Of this answer, for feedback on it.")]
    input: Annotated[
        str | None,
        Field(
            description="With ?explain=true: the 28×28 that the model saw, as a PNG data: URL; "
            "left out otherwise, and null for a blank picture."
        ),
    ] = None


class FeedbackRequest(BaseModel):
    """What somebody says of an answer; FEEDBACK_BODY describes it to callers."""

    id: str
    digit: Annotated[int, Field(ge=0, le=9)]
    ink: str | None = None


class Health(BaseModel):
    """The application is up and its model is loaded."""

    status: Annotated[str, Field(description="Always `ok`.")]
    model: Annotated[str, Field(description="The model's version.")]
    keeps_ink: Annotated[
        bool, Field(description="Whether drawings are kept to learn from, where feedback has one.")
    ]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: Annotated[str, Field(description="What was wrong and what is accepted.")]


PICTURE_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Not a picture, not JSON or not base64."},
    413: {"model": Problem, "description": "Too many bytes or pixels."},
    415: {"model": Problem, "description": "A content type that is not accepted."},
    422: {"model": Problem, "description": "A field is missing or of the wrong type."},
}

FEEDBACK_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Not JSON."},
    410: {"model": Problem, "description": "The answer was given too long ago."},
    413: {"model": Problem, "description": "Too many bytes."},
    422: {"model": Problem, "description": "No id of an answer, no digit, or no ink."},
    429: {"model": Problem, "description": "Too much feedback at once."},
    503: {"model": Problem, "description": "It cannot be kept just now."},
}

PICTURE_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": {"type": "string", "description": "base64, or a data: URL"}
                },
            }
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        "image/*": {"schema": {"type": "string", "format": "binary"}},
    },
}


# By hand, and read by hand: FastAPI would build the model at import, which a cold start waits for.
FEEDBACK_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["id", "digit"],
                "properties": {
                    "id": {"type": "string", "description": "The id of the answer."},
                    "digit": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 9,
                        "description": "The digit that was drawn.",
                    },
                    "ink": {
                        "type": ["string", "null"],
                        "description": "The `input` of the answer, if the one who drew it agrees "
                        "that it is kept to learn from. Dropped unless /health says `keeps_ink`.",
                    },
                },
            }
        }
    },
}
