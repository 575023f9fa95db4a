"""UNIPEN's numbers as whole pen paths, whether their digits are known one by one or not."""

from training.data.pen_paths import UNIPEN_NUMBERS, Part, PenPaths, Row, collect, read_unipen


def load_whole_numbers(part: Part) -> PenPaths:
    """Return UNIPEN's numbers, of two or more digits, of a part of the writers.

    The parts are those of UNIPEN's characters. Raises DatasetError if the file is missing or
    damaged.
    """
    return read_unipen(UNIPEN_NUMBERS, part, lambda rows: collect(map(with_strokes, rows)))


def with_strokes(row: Row) -> Row:
    """Return the row of a number with the strokes of all digits together."""
    if "digits" in row:
        return {**row, "strokes": [stroke for digit in row["digits"] for stroke in digit]}
    return row
