"""Feedback in a SQLite file, which several workers may share."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from recognizer.feedback import Feedback, StoreLost
from recognizer.refusals import Refusal

MOST_KEPT = 100_000
"""Answers of which feedback is kept: about 100 MB with inks."""

TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    number INTEGER PRIMARY KEY,
    answer TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    read INTEGER,
    answered REAL NOT NULL,
    drawn INTEGER NOT NULL,
    ink BLOB
)
"""


class SQLiteStore:
    """A file, or `:memory:`, which is forgotten when the process ends."""

    def __init__(self, path: str) -> None:
        self.lock = Lock()
        with lost_if_broken(path):
            self.connection = sqlite3.connect(
                path, timeout=5, isolation_level=None, check_same_thread=False
            )
            # What was acknowledged is on the disk: not even a lost machine loses it.
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute(TABLE)
        self.path = path

    def keep(self, feedback: Feedback) -> bool:
        """Keep it; see `Store`."""
        with self.lock, lost_if_broken(self.path), self.transaction():
            said_before = self.connection.execute(
                "UPDATE feedback SET drawn = ?, ink = ? WHERE answer = ?",
                (feedback.drawn, feedback.ink, feedback.answer),
            ).rowcount
            if said_before:
                return False
            # Numbers rise by one and nothing is removed, so the highest is how many there are.
            (kept,) = self.connection.execute("SELECT max(number) FROM feedback").fetchone()
            if (kept or 0) >= MOST_KEPT:
                raise Refusal("store_full", "No more feedback is kept here.")
            self.connection.execute(
                "INSERT INTO feedback (answer, model, read, answered, drawn, ink)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    feedback.answer,
                    feedback.model,
                    feedback.read,
                    feedback.answered,
                    feedback.drawn,
                    feedback.ink,
                ),
            )
            return True

    def __iter__(self) -> Iterator[Feedback]:
        """All of it; see `Store`."""
        columns = "answer, model, read, answered, drawn, ink"
        with self.lock, lost_if_broken(self.path):
            query = f"SELECT {columns} FROM feedback ORDER BY answered, number"  # noqa: S608
            rows = self.connection.execute(query).fetchall()
        return (Feedback(*row) for row in rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done within, or none of it; nobody else writes meanwhile."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


@contextmanager
def lost_if_broken(path: str) -> Iterator[None]:
    """Raise StoreLost where SQLite cannot do what it is asked within."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreLost(f"Feedback cannot be kept in {path}: {error}.") from error
