"""Tells an evaluation in words: the model card, and the table in the README."""

from collections.abc import Sequence
from pathlib import Path

from recognizer.classifier import MODEL
from scripts.readme_tables import README, table, with_part
from training.evaluation.schema import Evaluation, Result

CARD = MODEL.with_name("card.md")
CARD_TEMPLATE = Path(__file__).with_name("card_template.md")

BEGIN, END = "<!-- figures: written by `make evaluate` -->", "<!-- end of figures -->"


def write(evaluation: Evaluation) -> None:
    """Write the card, and the figures into the README."""
    CARD.write_text(card(evaluation), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(with_figures(readme, evaluation), encoding="utf-8")


def card(evaluation: Evaluation) -> str:
    """The model card: its template, filled with the figures."""
    return CARD_TEMPLATE.read_text(encoding="utf-8").format(
        version=evaluation.sha256[:12],
        sha256=evaluation.sha256,
        size=f"{evaluation.size_bytes:,}",
        recipe=evaluation.recipe,
        temperature=f"{evaluation.temperature:.3f}",
        refuse_above=f"{evaluation.refuse_above:.3f}",
        unsure_below=f"{evaluation.unsure_below:.3f}",
        digits=digits_table(evaluation.results),
        conditions=conditions_table(evaluation),
        others=others_table(evaluation),
        seeds=seeds_table(evaluation),
        runs=evaluation.seeds.runs,
    )


def with_figures(readme: str, evaluation: Evaluation) -> str:
    """The README, with the figures between their two marks."""
    tables = f"{digits_table(evaluation.results)}\n\n{others_table(evaluation)}"
    return with_part(readme, BEGIN, tables, END)


def digits_table(results: Sequence[Result]) -> str:
    """How digits are read, as a Markdown table."""
    titles = (
        "digits",
        "right",
        "95 % interval",
        "refused",
        "unsure",
        "right when sure",
        "calibration error",
    )
    rows = [
        (
            f"{result.name} ({result.digits:,})",
            f"{result.accuracy:.2%}",
            interval(result.interval),
            f"{result.refused:.2%}",
            f"{result.unsure:.2%}",
            f"{result.accuracy_when_sure:.2%}",
            f"{result.expected_calibration_error:.2%}",
        )
        for result in results
    ]
    return table(titles, rows)


def conditions_table(evaluation: Evaluation) -> str:
    """How digits are read under each condition, and on average."""
    rows = [
        (f"{result.name} ({result.digits:,})", f"{result.accuracy:.2%}", interval(result.interval))
        for result in evaluation.conditions
    ]
    shares = [result.accuracy for result in evaluation.conditions]
    rows.append(("mean", f"{sum(shares) / len(shares):.2%}", ""))
    return table(("condition", "right", "95 % interval"), rows)


def others_table(evaluation: Evaluation) -> str:
    """How pictures of something else are answered."""
    titles = ("no digits", "`not_a_digit`", "`unsure`", "either", "95 % interval")
    rows = [
        (
            f"{refusal.name} ({refusal.pictures:,})",
            f"{refusal.refused:.1%}",
            f"{refusal.unsure:.1%}",
            f"{refusal.told:.1%}",
            interval(refusal.interval),
        )
        for refusal in evaluation.others
    ]
    *alien, _ = evaluation.others
    mean = sum(refusal.told for refusal in alien) / len(alien)
    rows.insert(-1, ("mean of these", "", "", f"{mean:.1%}", ""))
    return table(titles, rows)


def seeds_table(evaluation: Evaluation) -> str:
    """What the recipe reads of the held-out drawings of each source, over its seeds."""
    seeds = evaluation.seeds
    rows = [
        (name, f"{mean:.2%} ± {seeds.deviation[name]:.2%}") for name, mean in seeds.mean.items()
    ]
    return table(("held out of", "right"), rows)


def interval(shares: Sequence[float]) -> str:
    low, high = shares
    return f"{low:.2%} – {high:.2%}"
