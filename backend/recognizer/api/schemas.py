"""Response models, and the OpenAPI description of request bodies and errors."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from recognizer.classifier import Verdict
from recognizer.feedback import MAX_NUMBER_LENGTH, PREDICTION_ID

PREDICTION_ID_PATTERN = f"^{PREDICTION_ID.pattern}$"

MODEL_VERSION_PATTERN = "^[0-9a-f]{12}$"

NUMBER_PATTERN = "^[0-9]+( [0-9]+)*$"


class Evidence(BaseModel):
    """What speaks for a digit, and where."""

    digit: Annotated[int, Field(ge=0, le=9)]
    grid: Annotated[
        list[list[float]],
        Field(
            description="Rows of the parts of the model input, from its top: how much each speaks "
            "for the digit rather than for the others. They sum to its logit, divided by the "
            "temperature, less the mean of the other nine."
        ),
    ]


Box = Annotated[
    tuple[int, int, int, int],
    Field(
        description="Left, top, width and height in pixels of the image as it was sent, turned "
        "upright."
    ),
]

Input = Annotated[
    str | None,
    Field(
        description="Only with ?explain=true: the 28×28 model input as a data: URL of a PNG; "
        "null if there is none."
    ),
]

Explanation = Annotated[
    list[Evidence] | None,
    Field(
        description="Only with ?explain=true: what speaks for each digit with a probability of "
        "at least 1%, the most likely first; null without a model input."
    ),
]


class PlacedDigit(BaseModel):
    """A digit and where it is in the image."""

    digit: Annotated[int, Field(ge=0, le=9, description="The most likely digit.")]
    verdict: Annotated[
        Literal["digit", "unsure"], Field(description="`digit`: reliable. `unsure`: a best guess.")
    ]
    confidence: Annotated[
        float, Field(ge=0, le=1, description="Probability of the most likely digit.")
    ]
    probabilities: Annotated[
        list[float],
        Field(min_length=10, max_length=10, description="Of the digits 0 to 9; they sum to 1."),
    ]
    box: Box
    input: Input = None
    evidence: Explanation = None


class Number(BaseModel):
    """One or more digits in a row."""

    text: Annotated[str, Field(pattern="^[0-9]+$", description="Its most likely digits.")]
    verdict: Annotated[
        Literal["digit", "number", "unsure"],
        Field(description="`digit`: a single one. `number`: several. `unsure`: a best guess."),
    ]
    confidence: Annotated[
        float, Field(ge=0, le=1, description="Probability that all of its digits are right.")
    ]
    box: Box
    digits: Annotated[list[PlacedDigit], Field(min_length=1, description="From left to right.")]


class PredictionResponse(BaseModel):
    """The prediction for an image."""

    digit: Annotated[
        int | None,
        Field(ge=0, le=9, description="The most likely digit; null unless there is a single one."),
    ]
    verdict: Annotated[
        Verdict,
        Field(
            description="`digit`: a single one, reliable. `number`: several, reliable. `unsure`: a "
            "best guess. `not_a_digit`: something else. `blank`: the image is empty."
        ),
    ]
    confidence: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Probability that the most likely digit, or all of several, is right; "
            "calibrated: of the predictions made at 0.9, nine in ten are correct.",
        ),
    ]
    probabilities: Annotated[
        list[float] | None,
        Field(
            min_length=10,
            max_length=10,
            description="Of the digits 0 to 9, given that the image shows one; they sum to 1. Null "
            "for several digits.",
        ),
    ]
    model: Annotated[str, Field(pattern=MODEL_VERSION_PATTERN, description="Version of the model.")]
    id: Annotated[
        str,
        Field(pattern=PREDICTION_ID_PATTERN, description="ID of this prediction, for feedback."),
    ]
    numbers: Annotated[
        list[Number],
        Field(
            description="What the image shows, in reading order; empty if the verdict is "
            "`not_a_digit` or `blank`."
        ),
    ]
    input: Input = None
    evidence: Explanation = None


def reject_non_number(value: object) -> object:
    """Raise ValueError for `true` and `"7"`, which Pydantic would convert; 7.0 is an integer."""
    if isinstance(value, bool | str):
        raise ValueError
    return value


class FeedbackRequest(BaseModel):
    """Feedback on a prediction; FEEDBACK_BODY describes it to clients."""

    id: str
    digit: Annotated[int, BeforeValidator(reject_non_number), Field(ge=0, le=9)] | None = None
    number: Annotated[str, Field(pattern=NUMBER_PATTERN, max_length=MAX_NUMBER_LENGTH)] = ""
    input: str | None = None

    @property
    def label(self) -> str | None:
        """The digits that were drawn, such as "7" or "42 7"; None if it was not a digit."""
        return self.number or (None if self.digit is None else str(self.digit))


class HealthResponse(BaseModel):
    """The application is up and its model is loaded."""

    status: Annotated[str, Field(description="Always `ok`.")]
    model: Annotated[str, Field(pattern=MODEL_VERSION_PATTERN, description="Version of the model.")]
    stores_inputs: Annotated[
        bool, Field(description="Whether model inputs sent with feedback are stored.")
    ]


class ErrorResponse(BaseModel):
    """Why a request was not served."""

    detail: Annotated[str, Field(description="One sentence: what was wrong and what is accepted.")]
    code: Annotated[
        str, Field(pattern="^[a-z0-9_]+$", description="The reason as a word, for programs.")
    ]


RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}

Responses = dict[int | str, dict[str, Any]]

PREDICT_RESPONSES: Responses = {
    400: {"model": ErrorResponse, "description": "Not an image, not JSON or not base64."},
    408: {"model": ErrorResponse, "description": "The body took too long."},
    413: {"model": ErrorResponse, "description": "Too many bytes or pixels."},
    415: {"model": ErrorResponse, "description": "Content type or encoding not accepted."},
    422: {"model": ErrorResponse, "description": "A field is missing or of the wrong type."},
    503: {
        "model": ErrorResponse,
        "description": "Too many requests at the moment.",
        "headers": RETRY_AFTER,
    },
}

DASHBOARD_RESPONSES: Responses = {
    404: {"model": ErrorResponse, "description": "No TensorBoard runs beside this server."},
}

FEEDBACK_RESPONSES: Responses = {
    400: {"model": ErrorResponse, "description": "Not JSON."},
    408: {"model": ErrorResponse, "description": "The body took too long."},
    410: {"model": ErrorResponse, "description": "The prediction is too old."},
    413: {"model": ErrorResponse, "description": "Over 16,000 bytes."},
    415: {"model": ErrorResponse, "description": "Content type or encoding not accepted."},
    422: {"model": ErrorResponse, "description": "The id, digit, number or input is not valid."},
    429: {
        "model": ErrorResponse,
        "description": "Too much feedback at once.",
        "headers": RETRY_AFTER,
    },
    503: {
        "model": ErrorResponse,
        "description": "The feedback store is unavailable or full.",
        "headers": RETRY_AFTER,
    },
}

PREDICT_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": {
                        "type": "string",
                        "minLength": 1,
                        "format": "image",
                        "description": "The image file in base64, standard or URL-safe, or as a "
                        "data: URL.",
                    }
                },
            }
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "minLength": 1, "format": "binary"}},
            },
            "encoding": {"file": {"contentType": "image/*"}},
        },
        "image/*": {"schema": {"type": "string", "minLength": 1, "format": "binary"}},
        "application/octet-stream": {
            "schema": {"type": "string", "minLength": 1, "format": "binary"}
        },
    },
}

# Written and parsed by hand: FastAPI would build the model at import, during a cold start.
FEEDBACK_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["id"],
                "oneOf": [{"required": ["digit"]}, {"required": ["number"]}],
                "properties": {
                    "id": {
                        "type": "string",
                        "pattern": PREDICTION_ID_PATTERN,
                        "format": "prediction-id",
                        "description": "ID of a prediction of the last seven days.",
                    },
                    "digit": {
                        "type": ["integer", "null"],
                        "minimum": 0,
                        "maximum": 9,
                        "description": "The digit that was drawn; null if it was not a digit. "
                        "Either this or `number` is required.",
                    },
                    "number": {
                        "type": "string",
                        "pattern": NUMBER_PATTERN,
                        "maxLength": MAX_NUMBER_LENGTH,
                        "description": "The digits that were drawn; spaces separate numbers.",
                    },
                    "input": {
                        "anyOf": [
                            {"type": "string", "format": "model-input"},
                            {"type": "null"},
                        ],
                        "description": "The `input` of the prediction, if the person who drew it "
                        "agrees to have it stored. Ignored unless /health has `stores_inputs`.",
                    },
                },
            }
        }
    },
}
