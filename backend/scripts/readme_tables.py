"""Tables that commands write into documents, each between two marks."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def html_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an HTML table whose cells hold plain text."""
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    return "\n".join(["<table>", f"<tr>{head}</tr>", *body, "</table>"])


def with_part(document: str, begin: str, part: str, end: str) -> str:
    """Return a document with the text between two marks replaced by `part`.

    Raises SystemExit if a mark is missing.
    """
    before, _, rest = document.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"The document lacks a pair of marks: {begin} … {end}")
    return f"{before}{begin}\n{part}\n\n{end}{after}"
