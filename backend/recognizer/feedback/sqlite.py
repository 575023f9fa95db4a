"""Feedback in a SQLite file, which several workers may share."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from recognizer.feedback import Feedback, FeedbackError, StoreUnavailableError

MAX_ROWS = 100_000
"""About 100 MB with model inputs."""

TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    number INTEGER PRIMARY KEY,
    prediction_id TEXT NOT NULL UNIQUE,
    model_version TEXT NOT NULL,
    predicted TEXT,
    predicted_at REAL NOT NULL,
    label TEXT,
    input BLOB
)
"""

SELECT = "SELECT prediction_id, model_version, predicted, predicted_at, label, input FROM feedback"

LABEL_TYPE = "SELECT type FROM pragma_table_info('feedback') WHERE name = 'label'"


class SQLiteStore:
    """Feedback in a file, or in `:memory:`, which is lost when the process ends."""

    def __init__(self, path: str) -> None:
        self.lock = Lock()
        with translate_errors(path):
            self.connection = sqlite3.connect(
                path, timeout=5, isolation_level=None, check_same_thread=False
            )
            # Acknowledged feedback is on disk: not even a power failure loses it.
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute(TABLE)
            # Fail here, not at the first save, if the table has other columns.
            self.connection.execute(f"{SELECT} LIMIT 0")
            if self.connection.execute(LABEL_TYPE).fetchone() != ("TEXT",):
                self.convert_digits_to_text()
        self.path = path

    def convert_digits_to_text(self) -> None:
        """Copy a table whose digits are integers, as they were before there were numbers.

        It does no harm if another worker has done so at the same time.
        """
        with self.transaction():
            self.connection.execute("ALTER TABLE feedback RENAME TO digits")
            self.connection.execute(TABLE)
            self.connection.execute("INSERT INTO feedback SELECT * FROM digits")
            self.connection.execute("DROP TABLE digits")

    def save(self, feedback: Feedback) -> bool:
        """Store feedback; see `FeedbackStore`."""
        with self.lock, translate_errors(self.path), self.transaction():
            replaced = self.connection.execute(
                "UPDATE feedback SET label = ?, input = ? WHERE prediction_id = ?",
                (feedback.label, feedback.input, feedback.prediction_id),
            ).rowcount
            if replaced:
                return False
            # Numbers rise by one and nothing is deleted, so the highest is the number of rows.
            (rows,) = self.connection.execute("SELECT max(number) FROM feedback").fetchone()
            if (rows or 0) >= MAX_ROWS:
                raise FeedbackError("store_full", "The feedback store is full.")
            self.connection.execute(
                "INSERT INTO feedback"
                " (prediction_id, model_version, predicted, predicted_at, label, input)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    feedback.prediction_id,
                    feedback.model_version,
                    feedback.predicted,
                    feedback.predicted_at,
                    feedback.label,
                    feedback.input,
                ),
            )
            return True

    def __iter__(self) -> Iterator[Feedback]:
        """Iterate over all feedback; see `FeedbackStore`."""
        with self.lock, translate_errors(self.path):
            rows = self.connection.execute(f"{SELECT} ORDER BY predicted_at, number").fetchall()
        return (Feedback(*row) for row in rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything in the block or nothing; other writers wait."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


@contextmanager
def translate_errors(path: str) -> Iterator[None]:
    """Turn SQLite's errors into StoreUnavailableError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"Feedback cannot be stored in {path}: {error}.") from error
