"""The evaluation: its figures, and the documents made from them."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="evaluation needs torch (make setup-training)")

from PIL import Image

from recognizer import StageTimings
from recognizer.decoding import MAX_BYTES, MAX_PIXELS, decode_image
from recognizer.model_files import MODEL_PATH
from recognizer.preprocessing import preprocess
from scripts.readme_tables import README
from support.drawings import DIGITS
from support.images import encode, grid_image
from support.paths import BACKEND
from training.evaluation import report
from training.evaluation.__main__ import Evaluator, median_timings
from training.evaluation.charts import (
    CHARTS,
    WORST,
    Misclassification,
    draw_charts,
    errors_sheet,
)
from training.evaluation.conditions import CONDITIONS, PAPER, PEN_RANGE, SIZE_RANGE, any_size
from training.evaluation.schema import Evaluation, load_evaluation, save_evaluation
from training.evaluation.test_sets import (
    DigitTestSet,
    NonDigitTestSet,
    glyph_set,
    photo_crops,
)
from training.run_log import RESULTS, seed_statistics

SEVEN = [np.array(stroke) for stroke in DIGITS[7]]

README_WITH_MARKS = f"# Digits\n\n{report.BEGIN}\nstale\n\n{report.END}\n\nMore.\n"


@pytest.fixture(scope="module")
def released() -> Evaluation:
    return load_evaluation()


def test_evaluation_is_of_the_released_model(released: Evaluation) -> None:
    content = MODEL_PATH.read_bytes()
    assert released.sha256 == hashlib.sha256(content).hexdigest()
    assert released.size_bytes == len(content) <= 1_000_000


def test_evaluation_survives_saving_and_loading(
    released: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released_file = MODEL_PATH.with_name("evaluation.json").read_bytes()
    monkeypatch.setattr("training.evaluation.schema.EVALUATION", tmp_path / "evaluation.json")
    save_evaluation(released)
    assert (tmp_path / "evaluation.json").read_bytes() == released_file
    assert isinstance(load_evaluation().timings, StageTimings)


def test_seeds_of_the_released_recipe_are_in_the_run_log(released: Evaluation) -> None:
    assert seed_statistics(released.recipe, RESULTS) == released.seeds
    assert released.seeds.runs >= 1


def test_model_card_agrees_with_the_evaluation(released: Evaluation) -> None:
    assert report.CARD.read_text(encoding="utf-8") == report.model_card(released)


def test_model_card_shows_every_chart() -> None:
    card = report.CARD.read_text(encoding="utf-8")
    charts = {chart.name for chart in CHARTS.iterdir()}
    assert {name for name in charts if f"(charts/{name})" in card} == charts
    assert charts >= {"confusion.png", "reliability.png", "conditions.png", "errors.png"}


def test_readme_agrees_with_the_evaluation(released: Evaluation) -> None:
    readme = README.read_text(encoding="utf-8")
    assert report.with_accuracy(readme, released) == readme


def test_accuracy_table_has_rows_of_handwriting_numbers_and_scenes_and_two_for_means(
    released: Evaluation,
) -> None:
    titles, _, *rows = report.accuracy_table(released).splitlines()
    assert titles == "| test set | correct | 95% interval | calibration error |"
    percent = r"\d+\.\d\d%"
    assert re.fullmatch(
        rf"\| MNIST test set \(10,000\) \| {percent} \| {percent} – {percent} \| {percent} \|",
        rows[0],
    )
    assert [row.split(" (")[0].removeprefix("| ") for row in rows] == [
        "MNIST test set",
        "UJI, 60 other writers",
        "UNIPEN, 22 other writers",
        *(result.name for result in [*released.numbers[:2], *released.scenes]),
        "UJI under 12 conditions",
        "non-digits rejected or unsure",
    ]
    assert re.search(r"\(mean of \d+ sets\) \| \d\d\.\d% \|", rows[-1])


def test_accuracy_table_replaces_only_the_text_between_the_marks(released: Evaluation) -> None:
    readme = report.with_accuracy(README_WITH_MARKS, released)
    assert "stale" not in readme
    assert readme == README_WITH_MARKS.replace("stale", report.accuracy_table(released))
    assert report.with_accuracy(readme, released) == readme


def test_web_page_agrees_with_the_evaluation(released: Evaluation) -> None:
    page = report.ABOUT.read_text(encoding="utf-8")
    assert report.with_accuracy_html(page, released) == page
    assert f"<td>MNIST test set (10,000)</td><td>{released.digits[0].accuracy:.2%}</td>" in page


def test_document_without_marks_is_reported(released: Evaluation) -> None:
    with pytest.raises(SystemExit, match="lacks a pair of marks"):
        report.with_accuracy("# Digits\n", released)


def test_accuracy_on_handwritten_digits_is_high_enough(released: Evaluation) -> None:
    results = {result.name: result for result in released.digits}
    assert results["MNIST test set"].images == 10_000
    assert results["MNIST test set"].accuracy >= 0.994
    assert results["pen digits, 14 other writers"].images == 3_498
    assert results["pen digits, 14 other writers"].accuracy >= 0.975


def test_digit_results_count_correct_wrong_and_rejected_images() -> None:
    """Of two images of a 7, one has the wrong label; the blank one is rejected."""
    seven = any_size(SEVEN, np.random.default_rng(1))
    files = [seven, seven, encode(Image.new("L", (50, 50), 255))]
    test_set = DigitTestSet("three", np.array([7, 4, 0]), lambda: iter(files))
    result, errors, timings = Evaluator().evaluate_digits(test_set)
    assert (result.images, result.correct) == (3, 1)
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.rejected == pytest.approx(1 / 3)
    assert result.accuracy_when_sure == pytest.approx(1 / 2)
    assert result.confusion[7][7] == result.confusion[4][7] == 1
    assert sum(map(sum, result.confusion)) == 2
    assert sum(count for _, _, count in result.reliability) == 2
    assert [(error.label, error.predicted) for error in errors] == [(4, 7)]
    assert len(timings) == 3
    assert min(min(each.decode_ms, each.model_ms) for each in timings[:2]) > 0


def test_median_timings_are_taken_stage_by_stage() -> None:
    timings = [StageTimings(1, 6, 2), StageTimings(3, 4, 9), StageTimings(2, 5, 1.00049)]
    assert median_timings(timings) == StageTimings(2, 5, 2)


def test_non_digit_results_count_rejected_and_accepted_images() -> None:
    files = [encode(grid_image()), any_size(SEVEN, np.random.default_rng(1))]
    result = Evaluator().evaluate_non_digits(NonDigitTestSet("two", 2, lambda: iter(files)))
    assert (result.images, result.rejected_or_unsure, result.unsure) == (2, 0.5, 0)
    assert result.rejected == 0.5


def test_drawings_of_any_size_lie_within_the_paper() -> None:
    rng = np.random.default_rng(2)
    sizes = []
    for _ in range(60):
        image = opened(any_size(SEVEN, rng))
        assert image.shape == (PAPER, PAPER)
        assert (image[[0, -1]] > 250).all()
        assert (image[:, [0, -1]] > 250).all()
        sizes.append(np.ptp(np.flatnonzero((image < 128).any(axis=1))) + 1)
    low, high = (fraction * PAPER for fraction in SIZE_RANGE)
    assert low - 2 <= min(sizes) < 1.4 * low
    assert high + 2 >= max(sizes) > 0.85 * high
    assert PEN_RANGE[0] < PEN_RANGE[1]


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_leaves_the_digit_visible(name: str) -> None:
    rng = np.random.default_rng(3)
    for content in [CONDITIONS[name](SEVEN, rng) for _ in range(5)]:
        drawn = preprocess(decode_image(content, MAX_BYTES, MAX_PIXELS).gray)
        assert drawn is not None
        # The top of a 7 has more ink than its foot.
        assert drawn.model_input[:9].sum() > drawn.model_input[-9:].sum()


def test_letters_and_photos_are_images_that_the_library_accepts() -> None:
    letters = glyph_set("letters", "AB")
    assert letters.count == len(list(letters.files())) >= 24
    assert all(opened(content).shape == (PAPER, PAPER) for content in letters.files())
    crops = photo_crops()
    for _ in range(20):
        assert decode_image(next(crops), MAX_BYTES, MAX_PIXELS).gray.std() > 0


def test_seed_statistics_are_over_the_runs_of_one_recipe(tmp_path: Path) -> None:
    log = tmp_path / "results.csv"
    log.write_text("recipe,seed,bytes,MNIST,new\na,1,9,0.990,\nb,1,9,0.1,0.2\na,2,9,0.992,\n")
    seeds = seed_statistics("a", log)
    assert seeds.runs == 2
    assert seeds.mean == {"MNIST": pytest.approx(0.991)}
    assert seeds.std == {"MNIST": pytest.approx(0.0014142, rel=1e-3)}
    with pytest.raises(SystemExit, match="no run of this model's recipe"):
        seed_statistics("c", log)


def test_released_charts_are_drawn_from_the_released_figures(
    released: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.evaluation.charts.CHARTS", tmp_path)
    draw_charts(released, [])
    for name in ("confusion", "reliability", "conditions"):
        assert (tmp_path / f"{name}.png").read_bytes() == (CHARTS / f"{name}.png").read_bytes()


def test_errors_sheet_starts_with_the_highest_confidence() -> None:
    blank = np.zeros((28, 28), dtype=np.float32)
    errors = [Misclassification(blank, 4, 9, number / 200) for number in range(150)]
    titles = titles_of([*errors, Misclassification(blank, 1, None, 1.0)])
    assert len(titles) == WORST
    assert titles[0] == "1, rejected\n100%"
    assert titles[1] == "4, predicted 9\n74%"


def titles_of(errors: Sequence[Misclassification]) -> list[str]:
    return [axes.get_title() for axes in errors_sheet(errors).axes]


def opened(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the gray levels of an image file at its full size."""
    return np.asarray(Image.open(BytesIO(content)))


def test_missing_test_set_is_named_before_anything_is_evaluated(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training.evaluation", "--check-data"],
        cwd=BACKEND,
        env={**os.environ, "DIGITS_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"DIGITS_DATA is {tmp_path}, but {tmp_path / 'mnist'}" in done.stderr
    assert "Traceback" not in done.stderr
