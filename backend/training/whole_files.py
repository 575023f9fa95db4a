"""Files that are written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield the path of a temporary file that replaces `path` once it is written.

    A killed process leaves `path` as it was.
    """
    temporary = path.with_suffix(f".new{path.suffix}")
    yield temporary
    temporary.replace(path)
