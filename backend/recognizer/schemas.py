"""What goes over the wire."""

from typing import Annotated

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


class Feedback(BaseModel):
    """What somebody says of an answer; app.py describes it to callers."""

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
