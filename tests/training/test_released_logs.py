"""The training logs that ship are those of the model that ships, and show what they should."""

import csv
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorboard", reason="TensorBoard comes with training (make setup-training)")

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from recognizer.classifier import Classifier

TRAINING = Path(__file__).parents[2] / "backend" / "training"


@pytest.fixture(scope="module")
def logs() -> EventAccumulator:
    # Without these sizes it keeps a sample of what there is.
    logs = EventAccumulator(str(TRAINING / "logs"), size_guidance={"images": 0, "tensors": 0})
    logs.Reload()
    return logs


def test_they_name_the_released_model(logs: EventAccumulator) -> None:
    (event,) = logs.Tensors("model/text_summary")
    assert event.tensor_proto.string_val == [Classifier().version.encode()]


def test_they_show_the_accuracy_that_the_results_log_has(logs: EventAccumulator) -> None:
    with (TRAINING / "results.csv").open(newline="", encoding="utf-8") as file:
        runs = list(csv.DictReader(file))
    sources = [name for name in runs[0] if name not in ("recipe", "seed", "bytes")]
    assert {f"accuracy/{name}" for name in sources} == {
        tag for tag in logs.Tags()["scalars"] if tag.startswith("accuracy/")
    }
    shown = {
        tuple(f"{logs.Scalars(f'accuracy/{name}')[epoch].value:.4f}" for name in sources)
        for epoch in range(len(logs.Scalars("loss")))
    }
    assert shown & {tuple(run[name] for name in sources) for run in runs}


def test_the_loss_falls(logs: EventAccumulator) -> None:
    loss = [event.value for event in logs.Scalars("loss")]
    assert len(loss) > 10
    assert loss[-1] < loss[0] / 2


@pytest.mark.parametrize("tag", ["inks", "confusion"])
def test_they_have_pictures(logs: EventAccumulator, tag: str) -> None:
    (event,) = logs.Images(tag)
    with Image.open(BytesIO(event.encoded_image_string)) as picture:
        grey = np.asarray(picture.convert("L"))
    assert grey.shape[1] >= 16 * 28
    assert grey.min() < 100 < 155 < grey.max()


def test_they_have_the_graph(logs: EventAccumulator) -> None:
    assert b"Conv2d" in logs.Graph().SerializeToString()
