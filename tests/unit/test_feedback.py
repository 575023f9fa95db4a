"""What a prediction's ID says of it, for feedback."""

import time

import pytest

from recognizer.feedback import (
    MAX_NUMBER_LENGTH,
    PREDICTION_ID,
    FeedbackError,
    create_feedback,
    new_prediction_id,
)

VERSION = "0123456789ab"

LONGEST = "12345678 " * 4 + "1234"


@pytest.mark.parametrize("predicted", ["7", "0", "42", "007", "42 7", "1 2 3", LONGEST, None])
def test_id_holds_what_was_predicted(predicted: str | None) -> None:
    assert predicted is None or len(predicted) <= MAX_NUMBER_LENGTH
    prediction_id = new_prediction_id(VERSION, predicted)
    assert PREDICTION_ID.fullmatch(prediction_id)
    feedback = create_feedback(prediction_id, predicted, None)
    assert (feedback.predicted, feedback.model_version) == (predicted, VERSION)
    assert feedback.correct
    assert abs(feedback.predicted_at - time.time()) < 60


@pytest.mark.parametrize("label", ["7", "47", "42 7", "4 2", "042", None])
def test_another_label_makes_a_prediction_wrong(label: str | None) -> None:
    assert not create_feedback(new_prediction_id(VERSION, "42"), label, None).correct


@pytest.mark.parametrize("predicted", ["7" * 41, "7" * 39 + " 7", "7" * 38 + " 77", "42 " * 20])
def test_prediction_too_long_for_an_id_is_cut_and_never_correct(predicted: str) -> None:
    feedback = create_feedback(new_prediction_id(VERSION, predicted), None, None)
    assert feedback.predicted is not None
    assert len(feedback.predicted) == MAX_NUMBER_LENGTH
    assert feedback.predicted[:-1] == predicted[: MAX_NUMBER_LENGTH - 1]
    assert feedback.predicted.endswith(" ")


@pytest.mark.parametrize("predicted", ["", "7" * 41, "4 2", "xx", "x7", "4x", "-7"])
def test_other_texts_are_no_ids(predicted: str) -> None:
    _, _, rest = new_prediction_id(VERSION, "7").split("-")
    with pytest.raises(FeedbackError) as caught:
        create_feedback(f"{VERSION}-{predicted}-{rest}", "7", None)
    assert caught.value.code == "unknown_prediction"
