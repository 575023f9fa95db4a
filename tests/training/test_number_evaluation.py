"""The evaluation of numbers and scenes: test sets, what counts as right, and what is reported."""

from collections import defaultdict
from dataclasses import replace
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="evaluation needs torch (make setup-training)")

from matplotlib.patches import Rectangle
from PIL import Image, ImageFilter

from recognizer import Box, DigitPrediction, Number, PlacedDigit, Prediction, Verdict
from recognizer.detection import label_components
from support.handwriting import synthetic_hands
from training.data.datasets import Digits
from training.data.pen_paths import PenPaths
from training.data.rasterize import stroke
from training.evaluation import report, scene_sets
from training.evaluation.__main__ import Evaluator, evaluate_scenes
from training.evaluation.answers import Answer, judge, number_result, scene_kind_result
from training.evaluation.charts import OUTCOME_COLORS, scenes_chart
from training.evaluation.number_sets import (
    HEIGHT_RANGE,
    PAGE_SIZE,
    PER_WRITER,
    NumberTestSet,
    composed,
    drawn_set,
    pages,
    scan_pairs,
    touching,
    with_signs,
    without_spaces,
)
from training.evaluation.scene_sets import GROUNDS, SIZES, scene_set, scenes_without_digits
from training.evaluation.scene_sheet import COLUMNS, WIDTH, ShownScene, scene_sheet, with_findings
from training.evaluation.schema import Evaluation, Outcome, load_evaluation, save_evaluation
from training.finder import writing
from training.finder.scenes import KINDS, Kind

IN_ROWS = NumberTestSet("numbers", 0, lambda: iter(()))

BY_NAME = {kind.name: kind for kind in KINDS}


def number(text: str, verdict: Verdict = "digit", left: float = 0.0) -> Number:
    """Return a number whose digits, 10 pixels wide and 20 high, were all found with 0.9."""
    digits = []
    for index, digit in enumerate(text):
        probabilities = np.full(10, 0.1 / 9)
        probabilities[int(digit)] = 0.9
        model_input = np.zeros((28, 28), dtype=np.float32)
        box = Box(left + 10 * index, 30, 10, 20)
        found = DigitPrediction(int(digit), verdict, probabilities)
        digits.append(PlacedDigit(found, model_input, box))
    return Number(tuple(digits))


def prediction(verdict: Verdict, *numbers: Number, confidence: float = 0.9) -> Prediction:
    return Prediction(None, verdict, confidence, None, numbers)


def answer(label: str, verdict: Verdict, *texts: str, confidence: float = 0.9) -> Answer:
    """Return the answer that texts, found with a verdict, are."""
    numbers = map(number, texts)
    return judge(prediction(verdict, *numbers, confidence=confidence), label, IN_ROWS)


def test_number_is_right_if_its_text_is_the_label() -> None:
    assert answer("42", "number", "42").right
    assert answer("42 7", "number", "42", "7").right
    assert not answer("42", "number", "4", "2").right
    assert not answer("42", "digit", "4").right
    assert not answer("42", "not_a_digit").right


def test_scene_is_right_if_its_digits_are_found_in_reading_order() -> None:
    rows = scene_set(synthetic_hands(1), BY_NAME["rows"])
    assert judge(prediction("number", number("42"), number("7")), "427", rows).right
    assert not judge(prediction("number", number("7"), number("42")), "427", rows).right
    scattered = scene_set(synthetic_hands(1), BY_NAME["scattered digits"])
    assert judge(prediction("number", number("7"), number("42")), "427", scattered).right
    assert not judge(prediction("number", number("72")), "427", scattered).right


def test_scene_without_digits_is_right_if_nothing_is_found() -> None:
    assert answer("", "not_a_digit").outcome == "right"
    assert answer("", "blank").outcome == "right"
    assert answer("", "unsure", "1").outcome == "unsure"
    assert answer("", "digit", "1").outcome == "wrong"


def test_results_count_what_is_right_sure_and_wrong_unsure_rejected_and_one_digit() -> None:
    answers = [
        answer("42", "number", "42", confidence=0.9),
        answer("42", "unsure", "42", confidence=0.5),
        answer("42", "number", "43", confidence=0.9),
        answer("42", "digit", "8", confidence=0.9),
        answer("7", "digit", "1", confidence=0.9),
        answer("42", "not_a_digit", confidence=0.8),
        answer("42", "unsure", "8", confidence=0.5),
        answer("42", "blank", confidence=0.1),
    ]
    result = number_result("eight", answers)
    assert (result.images, result.correct, result.accuracy) == (8, 2, 0.25)
    assert result.sure_and_wrong == 3 / 8
    assert result.unsure == 2 / 8
    assert result.rejected == 2 / 8
    assert result.one_digit == 1 / 8
    # At 0.9 one of four is right, at 0.5 one of two; the rejected ones do not count.
    assert result.expected_calibration_error == pytest.approx((4 * 0.65 + 2 * 0) / 6)
    assert [count for *_, count in result.reliability] == [2, 4]
    assert result.interval[0] < 0.25 < result.interval[1]


def test_results_of_a_kind_sum_to_its_scenes() -> None:
    answers = [
        answer("42", "unsure", "42"),
        answer("42", "unsure", "43"),
        answer("42", "not_a_digit"),
        answer("42", "digit", "4"),
    ]
    result = scene_kind_result(BY_NAME["recycled paper"], answers)
    assert (result.name, result.held_out, result.images) == ("recycled paper", True, 4)
    assert (result.right, result.unsure, result.wrong) == (1, 2, 1)


def bars_and_rings() -> PenPaths:
    """Return a 1 and a 0 of each of two writers, of whom one writes five times as large."""
    turn = np.linspace(0, 2 * np.pi, 30)
    ring = np.stack([3 * np.cos(turn), 5 * np.sin(turn)], axis=1)
    bar = stroke((3, 0), (3, 10))
    drawings = [[bar], [ring], [5 * bar + 40], [5 * ring]]
    return PenPaths(drawings, np.array(["1", "0"] * 2), np.array(["a", "a", "b", "b"]))


def gray(content: bytes) -> NDArray[np.float64]:
    return np.asarray(Image.open(BytesIO(content)), dtype=np.float64)


def ink_of(levels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pixels are nearer to the ink's level than to the paper's, at the corner."""
    paper = levels[0, 0]
    farthest = levels.flat[np.abs(levels - paper).argmax()]
    return np.asarray(np.abs(levels - paper) > abs(farthest - paper) / 2)


def test_composed_numbers_have_two_to_eight_digits_of_one_writer_each() -> None:
    paths = bars_and_rings()
    test_set = drawn_set("numbers", 20, lambda rng: composed(paths, rng))
    samples = list(test_set.samples())
    assert len(samples) == 2 * PER_WRITER
    assert {len(label) for _, label in samples} <= set(range(2, 9))
    assert set("".join(label for _, label in samples)) == {"0", "1"}
    gaps = []
    for content, label in samples:
        columns = ink_of(gray(content)).any(axis=0)
        parts = label_components(columns[None])
        assert parts.max() <= len(label)
        gaps.append(parts.max() == len(label))
    assert 0 < sum(gaps) < len(gaps)  # some overlap, others are apart


def test_composed_numbers_of_a_small_and_a_large_hand_are_drawn_alike() -> None:
    paths = bars_and_rings()
    for strokes, label in composed(paths, np.random.default_rng(3)):
        heights = [np.ptp(line[:, 1]) for line in strokes]
        assert len(strokes) == len(label)
        assert heights == pytest.approx([1.0] * len(label), abs=0.05)


def test_numbers_with_signs_say_their_digits_alone_wherever_they_are_split() -> None:
    paths, hands = bars_and_rings(), synthetic_hands(1)
    samples = list(with_signs(paths, hands, np.random.default_rng(3)))
    assert len(samples) == 2 * PER_WRITER
    for strokes, label in samples:
        assert set(label) <= {"0", "1"}
        assert len(strokes) > len(label)
    test_set = drawn_set("dates", 20, lambda rng: with_signs(paths, hands, rng), without_spaces)
    assert judge(prediction("number", number("28"), number("11")), "2811", test_set).right
    assert not judge(prediction("number", number("28111")), "2811", test_set).right


def test_touching_pairs_are_one_piece_of_ink_in_which_both_digits_are_left() -> None:
    paths = bars_and_rings()
    for content, label in drawn_set("pairs", 20, lambda rng: touching(paths, rng)).samples():
        assert len(label) == 2
        assert label_components(ink_of(gray(content))).max() == 1
    for strokes, label in touching(paths, np.random.default_rng(5)):
        width = {"1": 0.0, "0": 0.6}[label[1]]
        left, right = strokes
        assert np.ptp(right[:, 0]) == pytest.approx(width, abs=0.03)
        assert right[:, 0].max() > left[:, 0].max() - 1e-9


def test_numbers_are_drawn_dark_and_light_tilted_and_at_many_sizes_the_same_each_time() -> None:
    paths = bars_and_rings()
    test_set = drawn_set("numbers", 20, lambda rng: composed(paths, rng))
    first, second = list(test_set.samples()), list(test_set.samples())
    assert first == second
    images = [gray(content) for content, _ in first]
    darker = [image[ink_of(image)].mean() < image[0, 0] for image in images]
    assert {True, False} == set(darker)
    heights = [np.flatnonzero(ink_of(image).any(axis=1)) for image in images]
    spans = [int(rows[-1] - rows[0]) for rows in heights]
    assert max(spans) > 2 * min(spans) >= HEIGHT_RANGE[0]
    for image in images:  # margins
        assert not ink_of(image)[[0, -1]].any()
        assert not ink_of(image)[:, [0, -1]].any()


def test_pages_show_one_low_line_at_any_place() -> None:
    samples = list(islice(pages(bars_and_rings()), 4))
    places = set()
    for content, label in samples:
        assert 2 <= len(label) <= 8
        photo = Image.open(BytesIO(content)).filter(ImageFilter.MedianFilter(3))  # no noise
        assert photo.size == PAGE_SIZE
        paper = np.asarray(photo.filter(ImageFilter.BoxBlur(60)), dtype=np.float64)
        rows, columns = np.nonzero(np.asarray(photo) < 0.7 * paper)
        assert np.ptp(rows) < 0.07 * photo.height  # with the pen, and tilted
        assert np.ptp(rows) < np.ptp(columns)
        places.add((rows.mean() // 100, columns.mean() // 100))
    assert len(places) == len(samples)


def test_pairs_of_scans_show_both_digits_in_order() -> None:
    scans = np.zeros((2, 28, 28), dtype=np.uint8)
    scans[0, 4:24, 12:15] = 255
    scans[1, 4:24, 8:20] = 255
    for content, label in list(scan_pairs(Digits(scans, np.array([1, 0]))))[:20]:
        columns = ink_of(gray(content)).any(axis=0)
        starts = np.flatnonzero(np.diff(columns.astype(int)) == 1)
        ends = np.flatnonzero(np.diff(columns.astype(int)) == -1)
        assert (ends - starts).tolist() == [{"1": 3, "0": 12}[digit] for digit in label]


@pytest.fixture
def two_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make sets of two scenes of each kind."""
    monkeypatch.setattr(scene_sets, "SCENES", 2)
    monkeypatch.setattr(scene_sets, "SCENES_OF_GROUND", 1)


@pytest.mark.usefixtures("two_scenes")
def test_scenes_are_photos_of_two_sizes_with_the_digits_of_the_given_hands() -> None:
    test_set = scene_set(synthetic_hands(2), BY_NAME["rows"])
    samples = list(test_set.samples())
    assert tuple(Image.open(BytesIO(content)).size for content, _ in samples) == SIZES
    assert all(label.isdigit() for _, label in samples)
    assert samples == list(test_set.samples())
    assert test_set.count == len(samples)


@pytest.mark.usefixtures("two_scenes")
def test_scenes_without_digits_are_on_every_ground() -> None:
    files = list(scenes_without_digits(synthetic_hands(2), writing.letters))
    assert len(files) == len(GROUNDS) >= 15
    assert {kind.recipe.ground for kind in KINDS} == set(GROUNDS)
    assert all(Image.open(BytesIO(content)).format == "JPEG" for content in files)


@pytest.mark.usefixtures("two_scenes")
def test_scenes_are_evaluated_by_kind_and_apart_by_what_training_knows() -> None:
    kinds = [BY_NAME[name] for name in ("plain", "canvas", "letters", "recycled paper")]
    results = evaluate_scenes(Evaluator(), synthetic_hands(3), kinds)
    assert [result.name for result in results.kinds] == [kind.name for kind in kinds]
    assert all(each.right + each.unsure + each.wrong == 2 for each in results.kinds)
    trained, held_out = results.groups
    assert (trained.name, trained.images) == ("scenes of 2 kinds trained with", 4)
    assert (held_out.name, held_out.images) == ("scenes of 1 kinds held out of training", 2)
    right = {result.name: result.right for result in results.kinds}
    assert trained.correct == right["plain"] + right["canvas"]
    assert held_out.correct == right["recycled paper"]
    assert [scene.kind for scene in results.shown] == kinds


def shown_scene(kind: Kind, verdict: Verdict, label: str) -> ShownScene:
    """Return a white scene in which a 4 and a 2 were found."""
    buffer = BytesIO()
    Image.new("RGB", (300, 225), "white").save(buffer, "PNG")
    judged = judge(prediction(verdict, number("42", left=200)), label, IN_ROWS)
    return ShownScene(kind, buffer.getvalue(), judged)


@pytest.mark.parametrize(
    ("verdict", "label", "outcome"),
    [("number", "42", "right"), ("unsure", "43", "unsure"), ("number", "43", "wrong")],
)
def test_sheet_frames_each_digit_that_was_found(
    verdict: Verdict, label: str, outcome: Outcome
) -> None:
    picture = with_findings(shown_scene(BY_NAME["plain"], verdict, label))
    colors = {name: tuple(bytes.fromhex(code[1:])) for name, code in OUTCOME_COLORS.items()}
    columns = [x for x in range(90, picture.width) if picture.getpixel((x, 20)) != (255, 255, 255)]
    scale = picture.width / 300
    assert {picture.getpixel((x, 20)) for x in columns} == {colors[outcome]}
    expected = [round(scale * x) for x in (200, 210, 220)]
    assert all(min(abs(x - at) for x in columns) <= 2 for at in expected)
    assert all(min(abs(x - at) for at in expected) <= 2 for x in columns)


def test_sheet_has_a_place_for_every_scene() -> None:
    shown = [shown_scene(kind, "number", "42") for kind in KINDS[: COLUMNS + 1]]
    sheet = scene_sheet(shown)
    one_row = scene_sheet(shown[:COLUMNS])
    assert (sheet.width, sheet.height) == (COLUMNS * WIDTH, 2 * one_row.height)
    assert sheet.crop((0, 0, *one_row.size)).tobytes() == one_row.tobytes()


@pytest.fixture
def evaluation() -> Evaluation:
    """The released evaluation, with results on numbers and scenes."""
    results = [
        number_result(f"set {index}", [answer("42", "number", "42"), answer("42", "digit", "4")])
        for index in range(6)
    ]
    known = scene_kind_result(BY_NAME["plain"], [answer("42", "number", "42")] * 4)
    held_out = scene_kind_result(
        BY_NAME["recycled paper"], [answer("42", "number", "42"), answer("42", "digit", "4")]
    )
    worst = scene_kind_result(BY_NAME["desk"], [answer("42", "not_a_digit")])
    return replace(
        load_evaluation(),
        numbers=results[:4],
        scenes=results[4:],
        scene_kinds=[known, held_out, worst],
    )


def test_card_has_a_row_per_set_and_the_kinds_that_went_wrong_with_the_worst_first(
    evaluation: Evaluation,
) -> None:
    card = report.model_card(evaluation)
    for index in range(6):
        row = "50.00% | 9.45% – 90.55% | 50.00% | 0.00% | 0.00% | 50.00% | 40.00%"
        assert f"| set {index} (2) | {row} |\n" in card
    worst_first = (
        "| desk | trained with | 0 of 1 | 1 | 0 |\n| recycled paper | held out | 1 of 2 | 0 | 1 |\n"
    )
    assert worst_first in card
    assert "| plain |" not in card
    charts = ("reliability_of_numbers.png", "scenes.png", "scene_sheet.webp")
    assert all(f"](charts/{chart})" in card for chart in charts)


def test_readme_has_rows_of_two_sets_of_numbers_and_of_scenes(evaluation: Evaluation) -> None:
    rows = report.accuracy_table(evaluation).splitlines()[2:]
    names = [row.split(" (")[0].removeprefix("| ") for row in rows]
    assert names[3:7] == ["set 0", "set 1", "set 4", "set 5"]
    assert rows[3] == "| set 0 (2) | 50.00% | 9.45% – 90.55% | 40.00% |"


def test_results_of_numbers_survive_saving_and_loading(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.evaluation.schema.EVALUATION", tmp_path / "evaluation.json")
    save_evaluation(evaluation)
    loaded = load_evaluation()
    assert loaded.scene_kinds == evaluation.scene_kinds
    assert [each.correct for each in (*loaded.numbers, *loaded.scenes)] == [1] * 6
    assert report.model_card(loaded) == report.model_card(evaluation)


def test_chart_has_a_bar_of_a_hundred_percent_per_kind(evaluation: Evaluation) -> None:
    known, held_out = scenes_chart(evaluation.scene_kinds).axes
    assert [label.get_text() for label in known.get_yticklabels()] == ["desk", "plain"]
    assert [label.get_text() for label in held_out.get_yticklabels()] == ["recycled paper"]
    widths: dict[float, float] = defaultdict(float)
    for bar in known.patches:
        assert isinstance(bar, Rectangle)
        widths[round(bar.get_y(), 3)] += bar.get_width()
    assert list(widths.values()) == [100, 100]
