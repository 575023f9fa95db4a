"""Feedback as objects in S3, one for each answer, which any number of functions may write."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from recognizer.feedback import Feedback, StoreLost

PATIENCE = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
"""Whoever says something is waiting."""

THERE_ALREADY = ("PreconditionFailed", "ConditionalRequestConflict")
"""What S3 answers where something was said of the answer before, or is at this moment."""


class S3Store:
    """Objects `<prefix>/<day of the answer>/<answer>.json`; the place is s3://bucket/prefix.

    Region and credentials come from where AWS's own tools find them.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        address = urlsplit(place)
        self.bucket, prefix = address.netloc, address.path.strip("/")
        self.prefix = f"{prefix}/" if prefix else ""
        with lost_if_broken(place):
            self.s3 = boto3.client("s3", config=PATIENCE)

    def keep(self, feedback: Feedback) -> bool:
        """Keep it; see `Store`."""
        day = datetime.fromtimestamp(feedback.answered, UTC).date()
        key, body = f"{self.prefix}{day}/{feedback.answer}.json", to_json(feedback)
        with lost_if_broken(self.place):
            try:
                self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, IfNoneMatch="*")
            except ClientError as error:
                if error.response["Error"]["Code"] not in THERE_ALREADY:
                    raise
                self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
                return False
        return True

    def __iter__(self) -> Iterator[Feedback]:
        """All of it; see `Store`."""
        with lost_if_broken(self.place):
            pages = self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
            for key in keys:  # they begin with the day
                yield from_json(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


@contextmanager
def lost_if_broken(place: str) -> Iterator[None]:
    """Raise StoreLost where S3 cannot do what it is asked within."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreLost(f"Feedback cannot be kept in {place}: {error}") from error


def to_json(feedback: Feedback) -> bytes:
    """An object's content."""
    ink = None if feedback.ink is None else base64.b64encode(feedback.ink).decode()
    return json.dumps({**asdict(feedback), "ink": ink}).encode()


def from_json(content: bytes) -> Feedback:
    """Undo `to_json`."""
    fields = json.loads(content)
    ink = None if fields["ink"] is None else base64.b64decode(fields["ink"])
    return Feedback(**{**fields, "ink": ink})
