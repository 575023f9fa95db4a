"""Feedback as S3 objects, one per prediction, for any number of writers."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from recognizer.feedback import Feedback, StoreUnavailableError

CLIENT_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
"""Short timeouts: the client waits for this call."""

CONFLICT_CODES = ("PreconditionFailed", "ConditionalRequestConflict")
"""S3's error codes if the object exists already, or is being written at this moment."""

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""The names that a bucket may have."""


class S3Store:
    """Feedback at s3://bucket/prefix.

    Objects are named `<prefix>/<date of the prediction>/<prediction ID>.json`. Region and
    credentials come from where AWS's own tools find them.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        parts = urlsplit(uri)
        self.bucket, prefix = parts.netloc, parts.path.strip("/")
        if not BUCKET.fullmatch(self.bucket):
            raise StoreUnavailableError(f"Feedback cannot be stored in {uri}: no such bucket name.")
        self.prefix = f"{prefix}/" if prefix else ""
        with translate_errors(uri):
            self.s3 = boto3.client("s3", config=CLIENT_CONFIG)

    def save(self, feedback: Feedback) -> bool:
        """Store feedback; see `FeedbackStore`."""
        date = datetime.fromtimestamp(feedback.predicted_at, UTC).date()
        key, body = f"{self.prefix}{date}/{feedback.prediction_id}.json", to_json(feedback)
        with translate_errors(self.uri):
            try:
                self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, IfNoneMatch="*")
            except ClientError as error:
                if error.response["Error"]["Code"] not in CONFLICT_CODES:
                    raise
                self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
                return False
        return True

    def __iter__(self) -> Iterator[Feedback]:
        """Iterate over all feedback; see `FeedbackStore`."""
        with translate_errors(self.uri):
            pages = self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix
            )
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
            for key in keys:  # in order of the dates that they begin with
                yield from_json(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


@contextmanager
def translate_errors(uri: str) -> Iterator[None]:
    """Turn boto3's errors into StoreUnavailableError."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailableError(f"Feedback cannot be stored in {uri}: {error}") from error


def to_json(feedback: Feedback) -> bytes:
    """Return the content of an object, with the model input in base64."""
    model_input = None if feedback.input is None else base64.b64encode(feedback.input).decode()
    return json.dumps({**asdict(feedback), "input": model_input}).encode()


def from_json(content: bytes) -> Feedback:
    """Parse what `to_json` wrote; before there were numbers, digits were integers."""
    fields = json.loads(content)
    for name in ("predicted", "label"):
        fields[name] = None if fields[name] is None else str(fields[name])
    model_input = None if fields["input"] is None else base64.b64decode(fields["input"])
    return Feedback(**{**fields, "input": model_input})
