"""Reports of an evaluation: the model card, and the accuracy in the README and on the web page."""

from collections.abc import Sequence
from pathlib import Path

from recognizer.model_files import MODEL_PATH
from scripts.readme_tables import README, html_table, table, with_part
from training.evaluation.schema import (
    DigitResult,
    Evaluation,
    NumberResult,
    RejectionResult,
    SceneKindResult,
    SeedStatistics,
)
from training.evaluation.test_sets import LOOK_LIKE_DIGITS

CARD = MODEL_PATH.with_name("MODEL_CARD.md")
CARD_TEMPLATE = Path(__file__).with_name("model_card_template.md")
ABOUT = README.parent / "frontend" / "about.html"

BEGIN, END = "<!-- accuracy: written by `make evaluate` -->", "<!-- end of accuracy -->"
"""Marks in the README and on the web page around the accuracy table."""


def write(evaluation: Evaluation) -> None:
    """Write the model card, and the accuracy into the README and the web page."""
    CARD.write_text(model_card(evaluation), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_accuracy(readme, evaluation), encoding="utf-8")
    about = ABOUT.read_text(encoding="utf-8")
    ABOUT.write_text(with_accuracy_html(about, evaluation), encoding="utf-8")


def model_card(evaluation: Evaluation) -> str:
    """Return the model card: its template, filled in with the figures."""
    return CARD_TEMPLATE.read_text(encoding="utf-8").format(
        version=evaluation.version,
        sha256=evaluation.sha256,
        size=f"{evaluation.size_bytes:,}",
        recipe=evaluation.recipe,
        finder_sha256=evaluation.finder.sha256,
        finder_size=f"{evaluation.finder.size_bytes:,}",
        finder_recipe=evaluation.finder.recipe,
        line_reader_sha256=evaluation.line_reader.sha256,
        line_reader_size=f"{evaluation.line_reader.size_bytes:,}",
        line_reader_recipe=evaluation.line_reader.recipe,
        temperature=f"{evaluation.temperature:.3f}",
        reject_threshold=f"{evaluation.reject_threshold:.3f}",
        unsure_threshold=f"{evaluation.unsure_threshold:.3f}",
        digits=digits_table(evaluation.digits),
        conditions=conditions_table(evaluation.conditions),
        non_digits=non_digits_table(evaluation.non_digits),
        numbers=numbers_table([*evaluation.numbers, *evaluation.scenes]),
        scene_kinds=scene_kinds_table(evaluation.scene_kinds),
        seeds=seeds_table(evaluation.seeds),
        runs=evaluation.seeds.runs,
    )


def with_accuracy(readme: str, evaluation: Evaluation) -> str:
    """Return the README with the accuracy table between its marks."""
    return with_part(readme, BEGIN, accuracy_table(evaluation), END)


def with_accuracy_html(page: str, evaluation: Evaluation) -> str:
    """Return the web page with the first two columns of the README's table between its marks."""
    lines = accuracy_table(evaluation).splitlines()
    titles, _, *rows = [line.removeprefix("| ").split(" | ")[:2] for line in lines]
    return with_part(page, BEGIN, html_table(titles, rows), END)


def accuracy_table(evaluation: Evaluation) -> str:
    """Return the README's table: rows of handwriting, of numbers and of scenes, and two means.

    The other test sets are in the model card only.
    """
    results: list[DigitResult | NumberResult] = [
        *evaluation.digits[:3],
        *evaluation.numbers[:2],
        *evaluation.scenes,
    ]
    rows = [
        (
            f"{result.name} ({result.images:,})",
            f"{result.accuracy:.2%}",
            format_interval(result.interval),
            f"{result.expected_calibration_error:.2%}",
        )
        for result in results
    ]
    conditions = evaluation.conditions
    rows.append(
        (
            f"UJI under {len(conditions)} conditions (mean)",
            f"{mean_accuracy(conditions):.2%}",
            "",
            "",
        )
    )
    counted = without_lookalikes(evaluation.non_digits)
    rows.append(
        (
            f"non-digits rejected or unsure (mean of {len(counted)} sets)",
            f"{mean_rejected_or_unsure(counted):.1%}",
            "",
            "",
        )
    )
    return table(("test set", "correct", "95% interval", "calibration error"), rows)


def digits_table(results: Sequence[DigitResult]) -> str:
    """Return the results on digits, one row per test set."""
    titles = (
        "test set",
        "correct",
        "95% interval",
        "rejected",
        "unsure",
        "correct when sure",
        "calibration error",
    )
    rows = [
        (
            f"{result.name} ({result.images:,})",
            f"{result.accuracy:.2%}",
            format_interval(result.interval),
            f"{result.rejected:.2%}",
            f"{result.unsure:.2%}",
            f"{result.accuracy_when_sure:.2%}",
            f"{result.expected_calibration_error:.2%}",
        )
        for result in results
    ]
    return table(titles, rows)


def conditions_table(results: Sequence[DigitResult]) -> str:
    """Return the accuracy under each condition, and its mean."""
    rows = [
        (
            f"{result.name} ({result.images:,})",
            f"{result.accuracy:.2%}",
            format_interval(result.interval),
        )
        for result in results
    ]
    rows.append(("mean", f"{mean_accuracy(results):.2%}", ""))
    return table(("condition", "correct", "95% interval"), rows)


def non_digits_table(results: Sequence[RejectionResult]) -> str:
    """Return the results on non-digits, one row per test set, and their mean before the last."""
    titles = ("non-digits", "`not_a_digit`", "`unsure`", "either", "95% interval")
    rows = [
        (
            f"{result.name} ({result.images:,})",
            f"{result.rejected:.1%}",
            f"{result.unsure:.1%}",
            f"{result.rejected_or_unsure:.1%}",
            format_interval(result.interval),
        )
        for result in results
    ]
    counted = without_lookalikes(results)
    mean = f"{mean_rejected_or_unsure(counted):.1%}"
    rows.insert(len(counted), ("mean of the above", "", "", mean, ""))
    return table(titles, rows)


def numbers_table(results: Sequence[NumberResult]) -> str:
    """Return the results on numbers and scenes, one row per test set."""
    titles = (
        "test set",
        "all correct",
        "95% interval",
        "sure and wrong",
        "unsure",
        "rejected",
        "a sure single digit",
        "calibration error",
    )
    rows = [
        (
            f"{result.name} ({result.images:,})",
            f"{result.accuracy:.2%}",
            format_interval(result.interval),
            f"{result.sure_and_wrong:.2%}",
            f"{result.unsure:.2%}",
            f"{result.rejected:.2%}",
            f"{result.one_digit:.2%}",
            f"{result.expected_calibration_error:.2%}",
        )
        for result in results
    ]
    return table(titles, rows)


def scene_kinds_table(results: Sequence[SceneKindResult]) -> str:
    """Return the kinds of scenes of which not all were right, the worst first."""
    rows = [
        (
            result.name,
            "held out" if result.held_out else "trained with",
            f"{result.right} of {result.images}",
            f"{result.unsure}",
            f"{result.wrong}",
        )
        for result in sorted(results, key=lambda result: result.right / result.images)
        if result.right < result.images
    ]
    return table(("kind of scene", "training", "right", "unsure", "wrong"), rows)


def without_lookalikes(results: Sequence[RejectionResult]) -> Sequence[RejectionResult]:
    """Return all results but the last, whose letters and signs look like digits."""
    return [result for result in results if LOOK_LIKE_DIGITS not in result.name]


def mean_accuracy(results: Sequence[DigitResult]) -> float:
    """Return the mean accuracy over the test sets, each with the same weight."""
    return sum(result.accuracy for result in results) / len(results)


def mean_rejected_or_unsure(results: Sequence[RejectionResult]) -> float:
    """Return the mean fraction over the test sets, each with the same weight."""
    return sum(result.rejected_or_unsure for result in results) / len(results)


def seeds_table(seeds: SeedStatistics) -> str:
    """Return the accuracy on each validation set over the seeds of the recipe."""
    rows = [(name, f"{mean:.2%} ± {seeds.std[name]:.2%}") for name, mean in seeds.mean.items()]
    return table(("validation set", "correct"), rows)


def format_interval(interval: tuple[float, float]) -> str:
    """Return an interval of fractions in percent."""
    low, high = interval
    return f"{low:.2%} – {high:.2%}"
