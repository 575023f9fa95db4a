"""Opens the place where feedback is kept; no cold start waits for what a kind of place needs."""

from recognizer.feedback import Store, StoreLost


def open_store(place: str) -> Store:
    """The store in a SQLite file, `:memory:` or s3://bucket/prefix; raise StoreLost if none."""
    if place.startswith("s3://"):
        try:
            from recognizer.s3_store import S3Store
        except ModuleNotFoundError as error:
            raise StoreLost(f"Feedback cannot be kept in {place} without boto3.") from error
        return S3Store(place)
    from recognizer.sqlite_store import SQLiteStore

    return SQLiteStore(place)
