"""What README and card claim is what was measured, of the model that is served."""

import hashlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="evaluation needs torch (make setup-training)")

from PIL import Image

from recognizer.classifier import MODEL
from recognizer.decoding import decode_picture
from recognizer.preprocessing import preprocess
from scripts.readme_tables import README
from training import report
from training.data.rasterize import stroke
from training.evaluation.__main__ import Judge, judge_digits, judge_others
from training.evaluation.charts import CHARTS, WORST, Misreading, draw_charts, errors_sheet
from training.evaluation.conditions import ANY_PEN, ANY_SIZE, CONDITIONS, PAPER, any_size
from training.evaluation.schema import Evaluation, load_evaluation
from training.evaluation.test_sets import Others, TestSet, photographs, writing
from training.run_log import seeds_of

SEVEN = [stroke((0, 0), (0.6, 0), (0.3, 0.5), (0.2, 1))]


@pytest.fixture(scope="module")
def released() -> Evaluation:
    return load_evaluation()


def test_the_evaluation_is_of_the_released_model(released: Evaluation) -> None:
    content = MODEL.read_bytes()
    assert released.sha256 == hashlib.sha256(content).hexdigest()
    assert released.size_bytes == len(content) <= 1_000_000


def test_the_card_agrees_with_the_evaluation(released: Evaluation) -> None:
    assert report.CARD.read_text(encoding="utf-8") == report.card(released)


def test_the_readme_agrees_with_the_evaluation(released: Evaluation) -> None:
    readme = README.read_text(encoding="utf-8")
    assert report.with_figures(readme, released) == readme


def test_the_card_shows_every_chart() -> None:
    card = report.CARD.read_text(encoding="utf-8")
    shown = {chart.name for chart in CHARTS.glob("*.png") if f"(charts/{chart.name})" in card}
    assert shown == {"confusion.png", "reliability.png", "conditions.png", "errors.png"}


def test_people_s_digits_are_read_well_enough(released: Evaluation) -> None:
    results = {result.name: result for result in released.results}
    assert results["MNIST test set"].digits == 10_000
    assert results["MNIST test set"].accuracy >= 0.994
    assert results["pen digits, 14 other writers"].digits == 3_498
    assert results["pen digits, 14 other writers"].accuracy >= 0.975


def test_readings_are_counted_as_they_were_given() -> None:
    """Of two drawn sevens the first is labelled rightly; a blank picture is no digit."""
    seven = any_size(SEVEN, np.random.default_rng(1))
    blank = BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    files = [seven, seven, blank.getvalue()]
    three = TestSet("three", np.array([7, 4, 0]), lambda: iter(files))
    result, misread, seconds = judge_digits(Judge(), three)
    assert (result.digits, result.right) == (3, 1)
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.refused == pytest.approx(1 / 3)
    assert result.accuracy_when_sure == pytest.approx(1 / 2)
    assert result.confusion[7][7] == result.confusion[4][7] == 1
    assert sum(map(sum, result.confusion)) == 2
    assert sum(count for _, _, count in result.reliability) == 2
    assert [(one.true, one.read) for one in misread] == [(4, 7)]
    assert seconds.shape == (3, 3)


def test_what_is_no_digit_is_counted_as_refused_or_taken_for_one() -> None:
    seven = any_size(SEVEN, np.random.default_rng(1))
    grid = np.full((60, 60), 255, dtype=np.uint8)
    grid[10:51:10, 10:51] = grid[10:51, 10:51:10] = 0
    refusal = judge_others(Judge(), Others("two", 2, partial(scans_of, [grid], seven)))
    assert (refusal.pictures, refusal.told, refusal.unsure) == (2, 0.5, 0)


def scans_of(
    pictures: list[np.ndarray[tuple[int, int], np.dtype[np.uint8]]], more: bytes
) -> Iterator[bytes]:
    for picture in pictures:
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, "PNG")
        yield buffer.getvalue()
    yield more


def test_drawings_of_any_size_lie_whole_on_the_paper() -> None:
    random = np.random.default_rng(2)
    heights = []
    for _ in range(60):
        picture = opened(any_size(SEVEN, random))
        assert picture.shape == (PAPER, PAPER)
        assert (picture[[0, -1]] > 250).all()
        assert (picture[:, [0, -1]] > 250).all()
        heights.append(np.ptp(np.flatnonzero((picture < 128).any(axis=1))) + 1)
    low, high = (share * PAPER for share in ANY_SIZE)
    assert low - 2 <= min(heights) < 1.4 * low
    assert high + 2 >= max(heights) > 0.85 * high
    assert ANY_PEN[0] < ANY_PEN[1]


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_leaves_the_digit_to_be_seen(name: str) -> None:
    random = np.random.default_rng(3)
    inks = [preprocess(decoded(CONDITIONS[name](SEVEN, random))) for _ in range(5)]
    for ink in inks:
        assert ink is not None
        assert ink[:9].sum() > ink[-9:].sum()  # its bar is at the top, whatever else happened


def test_letters_and_photographs_are_pictures_that_the_server_reads() -> None:
    letters = writing("letters", "AB")
    assert letters.count == len(list(letters.pictures())) >= 24
    assert all(opened(content).shape == (PAPER, PAPER) for content in letters.pictures())
    cuttings = photographs()
    assert all(decoded(next(cuttings)).std() > 0 for _ in range(20))


def test_seeds_are_the_runs_of_one_recipe(tmp_path: Path) -> None:
    log = tmp_path / "results.csv"
    log.write_text("recipe,seed,bytes,MNIST,new\na,1,9,0.990,\nb,1,9,0.1,0.2\na,2,9,0.992,\n")
    seeds = seeds_of("a", log)
    assert seeds.runs == 2
    assert seeds.mean == {"MNIST": pytest.approx(0.991)}
    assert seeds.deviation == {"MNIST": pytest.approx(0.0014142, rel=1e-3)}
    with pytest.raises(SystemExit, match="no run of this model's recipe"):
        seeds_of("c", log)


def test_the_same_figures_draw_the_same_charts(
    released: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.evaluation.charts.CHARTS", tmp_path)
    draw_charts(released, [])
    for name in ("confusion", "reliability", "conditions"):
        assert (tmp_path / f"{name}.png").read_bytes() == (CHARTS / f"{name}.png").read_bytes()


def test_the_sheet_of_errors_begins_with_the_surest() -> None:
    ink = np.zeros((28, 28), dtype=np.float32)
    errors = [Misreading(ink, 4, 9, share / 200) for share in range(150)]
    titles = [
        axes.get_title() for axes in errors_sheet([*errors, Misreading(ink, 1, None, 1.0)]).axes
    ]
    assert len(titles) == WORST
    assert titles[0] == "1, no digit\n100%"
    assert titles[1] == "4, read 9\n74%"


def opened(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The grey picture in a file, at its full size."""
    return np.asarray(Image.open(BytesIO(content)))


def decoded(content: bytes) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return decode_picture(content, 4_000_000, 16_000_000)
