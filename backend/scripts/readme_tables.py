"""What commands write into the README: Markdown tables, each between two marks of its own."""

from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_part(readme: str, begin: str, part: str, end: str) -> str:
    """The README with a part put between two marks; raise SystemExit where these are missing."""
    before, _, rest = readme.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"README.md has no place for this part: {begin} … {end}")
    return f"{before}{begin}\n{part}\n\n{end}{after}"
