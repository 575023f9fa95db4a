"""Fuzz cases: what is sent, made from a seed alone."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from api.errors import MARK
from api.requests import (
    BODY_KINDS,
    BOUNDARY,
    Request,
    base64_request,
    form_part,
    json_request,
    multipart_request,
    raw_request,
)
from fuzz.corpus import images
from fuzz.events import HTTP_EVENTS, OTHER_EVENTS
from fuzz.json_trees import mutate_tree
from fuzz.mutations import mutate

from recognizer.feedback import new_prediction_id
from support.images import digit_image, encode

MODEL_VERSION = "0" * 12
"""Of no model, so that feedback is stored and not counted."""

MEDIA_TYPES = (
    *("image/png", "image/*", "IMAGE/JPEG;a=b", "image/", "application/octet-stream", "text/plain"),
    *("application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded"),
    *(f"multipart/form-data; boundary={BOUNDARY}", "multipart/form-data", "", " ", ";", "é/\xff"),
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X")

PATHS = (
    *("/predict", "/predict/", "//predict", "/feedback", "/health", "/", "/docs", "/openapi.json"),
    *("/metrics", "/dashboard", "/redoc", "/assets/../../secret", "/%2e%2e/", "/predict%00", "/ä"),
)

QUERIES = (
    *("", "explain=true", "explain=0", "explain=", "explain=maybe", "explain=true&explain=false"),
    *(f"{MARK}={MARK}", "%ff&&==&%00", "explain[]=1", "explain=%c3%28", "a" * 5_000),
)


@dataclass(frozen=True)
class Case:
    """What is sent in one try: an HTTP request, or an event of a Lambda function."""

    kind: str
    seed: int
    request: Request | None = None
    event: Any = None


def make_case(seed: int, kind: str | None = None) -> Case:
    """Return the case of a seed; its kind too comes from the seed unless given.

    Given the kind that comes from the seed, it is the same case.
    """
    random = Random(seed)  # noqa: S311  # no secret
    drawn = random.choices(list(KINDS), WEIGHTS)[0]
    chosen = kind or drawn
    made = KINDS[chosen](random)
    return Case(chosen, seed, *((made, None) if isinstance(made, Request) else (None, made)))


def mutated_image(random: Random) -> bytes:
    """Return a file made from valid ones by a few changes, or rarely a valid one."""
    content = random.choice(images())
    return content if random.random() < 0.05 else mutate(random, content, random.choice(images()))


def image(random: Random) -> Request:
    """Return a mutated image as the body."""
    path = random.choice(("/predict", "/predict?explain=true"))
    content_type = f"image/{random.choice(('png', 'jpeg', 'webp'))}"
    return raw_request(mutated_image(random), content_type, path)


def wrapped_image(random: Random) -> Request:
    """Return a mutated image in a sound form or JSON."""
    return BODY_KINDS[random.choice(("form", "JSON"))](mutated_image(random))


def json_body(random: Random) -> Request:
    """Return JSON with a mutated image, text, structure or bytes."""
    content = random.choice(images())
    encode_base64 = random.choice((base64.b64encode, base64.urlsafe_b64encode))
    text = encode_base64(content).decode()
    prefix = random.choice(("", "", "data:image/png;base64,", "DATA:;base64,", "data:,", "data:"))
    text = prefix + random.choice((text, text.rstrip("="), f" {text}\n", text + "=" * 5))
    if random.random() < 0.3:
        text = mutate(random, text.encode(), content).decode("latin-1")
    document: Any = {"image": text}
    if random.random() < 0.5:
        document = mutate_tree(random, document)
    request = json_request(document)
    return with_body(random, request) if random.random() < 0.4 else request


def form(random: Random) -> Request:
    """Return a form with mutated parts, headers, boundary or bytes."""
    parts = [form_part(random.choice(images()))] * random.choice((0, 1, 1, 1, 2, 9))
    for _ in range(random.choice((0, 1, 3, 30))):
        name = random.choice(("file", "a", "", MARK, "ü", "file[]", 'a"b', "a" * 5_000))
        filename = random.choice((None, "", "7.png", MARK, "../7.png", "a\0b", "7" * 3_000))
        content = random.choice((b"", b"7", MARK.encode(), bytes(70_000)))
        parts.append(form_part(content, name, filename))
    random.shuffle(parts)
    if parts and random.random() < 0.3:
        index = random.randrange(len(parts))
        parts[index] = mutate(random, parts[index], parts[0])
    boundary = random.choice((BOUNDARY, BOUNDARY, "a", "a b", "-", "=" * 70, "b" * 300))
    request = multipart_request(*parts, boundary=boundary)
    if random.random() < 0.2:
        media_type = mutate(random, (request.content_type or "").encode(), BOUNDARY.encode())
        return replace(request, content_type=header_value(media_type))
    return with_body(random, request) if random.random() < 0.5 else request


def feedback(random: Random) -> Request:
    """Return feedback on a prediction, with a mutated field, structure or bytes."""
    prediction_id = new_prediction_id(MODEL_VERSION, random.choice((None, "7", "42", "42 7")))
    label = random.choice(({"digit": random.randrange(10)}, {"number": "42 7"}))
    document: Any = {"id": prediction_id, **label}
    if random.random() < 0.5:
        file = random.choice((model_input(), model_input(), *images()))
        if random.random() < 0.7:
            file = mutate(random, file, random.choice(images()))
        document["input"] = f"data:image/png;base64,{base64.b64encode(file).decode()}"
    if random.random() < 0.2:
        document["id"] = mutate(random, prediction_id.encode(), b"x-0").decode("latin-1")
    if random.random() < 0.4:
        document = mutate_tree(random, document)
    request = json_request(document, path="/feedback")
    return with_body(random, request) if random.random() < 0.3 else request


def model_input() -> bytes:
    return encode(digit_image(7, ink=255, paper=0, size=(28, 28)))


def any_request(random: Random) -> Request:
    """Return a request with any method, path, query and content type."""
    request = random.choice((image, json_body, form, feedback))(random)
    path = random.choice(PATHS) if random.random() < 0.5 else "/predict"
    if query := random.choice(QUERIES):
        path += f"?{query}"
    method = random.choice(METHODS) if random.random() < 0.5 else "POST"
    media_type = random.choice((None, request.content_type, *MEDIA_TYPES))
    return replace(request, path=path, method=method, content_type=media_type)


def http_event(random: Random) -> Any:
    """Return the event of a request to a function URL."""
    return HTTP_EVENTS["function URL"](random.choice((image, json_body, form, feedback))(random))


def any_event(random: Random) -> Any:
    """Return an event from any source, mostly mutated."""
    make_request = random.choice((image, json_body, feedback))
    if random.random() < 0.7:
        event: Any = random.choice(list(HTTP_EVENTS.values()))(make_request(random))
    else:
        event = random.choice(list(OTHER_EVENTS.values()))
    if random.random() < 0.2:
        return event
    return as_sent(mutate_tree(random, event))


def as_sent(event: Any) -> Any:
    """Return an event without numbers that JSON lacks, which AWS never sends."""
    return json.loads(json.dumps(event), parse_constant=str)


def with_body(random: Random, request: Request) -> Request:
    """Return a request whose body has been mutated."""
    other = base64_request(random.choice(images())).body
    return replace(request, body=mutate(random, request.body, other))


def header_value(content: bytes) -> str:
    """Return bytes as a header that servers let through: no control characters."""
    return "".join(chr(byte) for byte in content if byte >= 32 and byte != 127).strip()


KINDS: dict[str, Callable[[Random], Any]] = {
    "image": image,
    "wrapped image": wrapped_image,
    "JSON": json_body,
    "form": form,
    "feedback": feedback,
    "request": any_request,
    "HTTP event": http_event,
    "any event": any_event,
}
"""What is made of each kind: a Request, or an event."""

WEIGHTS = (40, 6, 12, 12, 10, 8, 6, 6)
"""How often each kind is chosen, in percent."""
