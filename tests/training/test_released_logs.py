"""The released TensorBoard logs: of the released model, and complete."""

import csv
from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("tensorboard", reason="TensorBoard comes with training (make setup-training)")

from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from recognizer.classifier import Classifier
from support.paths import BACKEND

TRAINING = BACKEND / "training"


@pytest.fixture(scope="module")
def logs() -> EventAccumulator:
    # Without these sizes it loads only a sample of the events.
    logs = EventAccumulator(str(TRAINING / "logs"), size_guidance={"images": 0, "tensors": 0})
    logs.Reload()
    return logs


def test_logs_name_the_released_model(logs: EventAccumulator) -> None:
    (event,) = logs.Tensors("model/text_summary")
    assert event.tensor_proto.string_val == [Classifier().version.encode()]


def test_logs_contain_the_accuracy_in_the_run_log(logs: EventAccumulator) -> None:
    with (TRAINING / "results.csv").open(newline="", encoding="utf-8") as file:
        runs = list(csv.DictReader(file))
    val_sets = [name for name in runs[0] if name not in ("recipe", "seed", "bytes")]
    assert {f"accuracy/{name}" for name in val_sets} == {
        tag for tag in logs.Tags()["scalars"] if tag.startswith("accuracy/")
    }
    epochs = {
        tuple(f"{logs.Scalars(f'accuracy/{name}')[epoch].value:.4f}" for name in val_sets)
        for epoch in range(len(logs.Scalars(f"accuracy/{val_sets[0]}")))
    }
    assert epochs & {tuple(run[name] for name in val_sets) for run in runs}


def test_loss_falls(logs: EventAccumulator) -> None:
    loss = [event.value for event in logs.Scalars("loss")]
    assert loss[-1] < loss[0]


@pytest.mark.parametrize("tag", ["inputs", "confusion"])
def test_logs_contain_images(logs: EventAccumulator, tag: str) -> None:
    (event,) = logs.Images(tag)
    with Image.open(BytesIO(event.encoded_image_string)) as image:
        gray = np.asarray(image.convert("L"))
    assert gray.shape[1] >= 16 * 28
    assert gray.min() < 100 < 155 < gray.max()


def test_logs_contain_the_graph(logs: EventAccumulator) -> None:
    assert b"Conv2d" in logs.Graph().SerializeToString()
