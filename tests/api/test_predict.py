"""Every kind of picture, sent in every way, is read."""

import base64
import json
import textwrap
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import numpy as np
import pytest
from api.requests import WAYS, Call, as_body, document
from PIL import Image

from support.drawings import Box, Stroke, arc, rasterize
from support.images import digit_image, digit_mask, encode, encode_animation, paint

FIELDS = {"digit", "verdict", "confidence", "probabilities", "model", "id"}

RED, GREEN = (255, 0, 0), (0, 130, 0)
"""Of equal luminance: a greyscale picture of one on the other is uniform."""


def answer(client: httpx.Client, call: Call) -> dict[str, Any]:
    """The answer to a call that must be accepted."""
    response = call.send(client)
    assert response.status_code == 200, response.text
    parsed: dict[str, Any] = response.json()
    return parsed


def reading(client: httpx.Client, call: Call) -> dict[str, Any]:
    """What is the same in all answers to one picture: everything but the id."""
    answered = answer(client, call)
    del answered["id"]
    return answered


def data_url(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


SPELLINGS: dict[str, Callable[[bytes], str]] = {
    "standard": lambda picture: base64.b64encode(picture).decode(),
    "URL-safe": lambda picture: base64.urlsafe_b64encode(picture).decode(),
    "unpadded": lambda picture: base64.b64encode(picture).decode().rstrip("="),
    "in lines": lambda picture: "\r\n".join(textwrap.wrap(base64.b64encode(picture).decode(), 76)),
    "data URL": data_url,
    "data URL in capitals": lambda picture: data_url(picture).replace("data:", "DATA:"),
}


@pytest.fixture(scope="module")
def seven() -> bytes:
    """A picture whose base64 has everything that spellings differ in: +, / and padding."""
    picture = encode(digit_image(7))
    text = base64.b64encode(picture).decode()
    while not ("+" in text and "/" in text and text.endswith("=")):
        picture += b"\xfb\xff"
        text = base64.b64encode(picture).decode()
    return picture


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_send_give_one_answer(client: httpx.Client, seven: bytes, way: str) -> None:
    assert reading(client, WAYS[way](seven)) == reading(client, as_body(seven))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_base64_give_one_answer(
    client: httpx.Client, seven: bytes, spelling: str
) -> None:
    call = document({"image": SPELLINGS[spelling](seven)})
    assert reading(client, call) == reading(client, as_body(seven))


def test_answer_has_the_documented_fields(client: httpx.Client, seven: bytes) -> None:
    answered = answer(client, as_body(seven))
    documented = client.get("/openapi.json").json()["components"]["schemas"]["Prediction"]
    assert set(answered) == FIELDS
    assert set(documented["properties"]) == FIELDS | {"input"}
    assert set(documented["required"]) == FIELDS
    assert answered["model"] == client.get("/health").json()["model"]


def test_every_answer_has_an_id_of_its_own(client: httpx.Client, seven: bytes) -> None:
    assert len({answer(client, as_body(seven))["id"] for _ in range(20)}) == 20


@pytest.mark.parametrize("digit", range(10))
def test_numbers_agree_with_each_other(client: httpx.Client, digit: int) -> None:
    answered = answer(client, as_body(encode(digit_image(digit))))
    probabilities = answered["probabilities"]
    assert len(probabilities) == 10
    assert min(probabilities) >= 0
    assert sum(probabilities) == pytest.approx(1, abs=1e-6)
    assert answered["confidence"] == max(probabilities)
    assert answered["digit"] == probabilities.index(max(probabilities))


LOOKS: dict[str, dict[str, Any]] = {
    "black on white": {},
    "white on black": {"ink": 255, "paper": 0},
    "grey on grey": {"ink": 90, "paper": 150},
    "fine pen": {"pen": 0.03},
    "fat pen": {"pen": 0.12},
    "as small as MNIST": {"size": (28, 28), "pen": 0.1},
    "a photo's size": {"size": (1600, 1200)},
    "small, in a corner": {"place": Box(0.02, 0.03, 0.25, 0.4), "pen": 0.05},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("digit", range(10))
def test_drawn_digits_are_read(client: httpx.Client, digit: int, look: str) -> None:
    answered = answer(client, as_body(encode(digit_image(digit, **LOOKS[look]))))
    assert (answered["digit"], answered["verdict"]) == (digit, "digit")


# What is no digit

STAR = [(0.5, 0.0), (0.8, 1.0), (0.0, 0.38), (1.0, 0.38), (0.2, 1.0), (0.5, 0.0)]
HATCHING = [(step / 20, float(step % 2)) for step in range(21)]
GRID: list[Stroke] = [
    stroke
    for at in (0.0, 0.33, 0.67, 1.0)
    for stroke in ([(at, 0.0), (at, 1.0)], [(0.0, at), (1.0, at)])
]
SMILE = [
    arc(0.5, 0.5, 0.5, 0.5, 0, 360),
    arc(0.33, 0.35, 0.06, 0.06, 0, 360),
    arc(0.67, 0.35, 0.06, 0.06, 0, 360),
    arc(0.5, 0.55, 0.28, 0.25, 20, 160),
]
LETTERS: dict[str, list[Stroke]] = {
    "A": [[(0.1, 1.0), (0.5, 0.0), (0.9, 1.0)], [(0.3, 0.6), (0.7, 0.6)]],
    "E": [[(0.9, 0.0), (0.2, 0.0), (0.2, 1.0), (0.9, 1.0)], [(0.2, 0.5), (0.8, 0.5)]],
    "K": [[(0.2, 0.0), (0.2, 1.0)], [(0.9, 0.0), (0.2, 0.5), (0.9, 1.0)]],
    "M": [[(0.0, 1.0), (0.1, 0.0), (0.5, 0.7), (0.9, 0.0), (1.0, 1.0)]],
    "X": [[(0.1, 0.0), (0.9, 1.0)], [(0.9, 0.0), (0.1, 1.0)]],
}
NO_DIGITS: dict[str, list[Stroke]] = {
    "a star": [STAR],
    "hatching": [HATCHING],
    "a grid": GRID,
    "a smile": SMILE,
    "a plus": [[(0.0, 0.5), (1.0, 0.5)], [(0.5, 0.0), (0.5, 1.0)]],
    **LETTERS,
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_what_is_no_digit_is_not_taken_for_one(client: httpx.Client, name: str) -> None:
    mask = rasterize(NO_DIGITS[name])
    answered = answer(client, as_body(encode(paint(mask, "L", ink=0, paper=255))))
    assert (answered["digit"], answered["verdict"]) == (None, "not_a_digit")
    assert sum(answered["probabilities"]) == pytest.approx(1)


@pytest.mark.parametrize("pair", ["12", "47", "80", "33"])
def test_two_digits_side_by_side_are_not_taken_for_one(client: httpx.Client, pair: str) -> None:
    masks = [digit_mask(int(digit), (140, 280), Box(0.15, 0.2, 0.7, 0.6)) for digit in pair]
    both = Image.new("L", (280, 280), 0)
    for number, mask in enumerate(masks):
        both.paste(mask, (140 * number, 0))
    answered = answer(client, as_body(encode(paint(both, "L", ink=0, paper=255))))
    assert (answered["digit"], answered["verdict"]) == (None, "not_a_digit")


# Timing


def test_the_answer_says_how_long_each_stage_took(client: httpx.Client, seven: bytes) -> None:
    begun = time.perf_counter()
    response = as_body(seven).send(client)
    milliseconds = 1_000 * (time.perf_counter() - begun)
    stages = dict(part.split(";dur=") for part in response.headers["server-timing"].split(", "))
    assert list(stages) == ["decode", "preprocess", "model"]
    assert all(float(duration) > 0 for duration in stages.values())
    assert sum(map(float, stages.values())) < milliseconds


# Explaining


def test_explain_shows_what_the_model_saw(client: httpx.Client, seven: bytes) -> None:
    explained = reading(client, as_body(seven, path="/predict?explain=true"))
    kind, comma, text = explained.pop("input").partition(",")
    assert (kind, comma) == ("data:image/png;base64", ",")
    image = Image.open(BytesIO(base64.b64decode(text, validate=True)))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (28, 28))
    ink = np.asarray(image).astype(float)
    assert ink.max() == 255
    assert ink[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0
    for axis in (0, 1):
        mass = ink.sum(axis=axis)
        assert mass @ (np.arange(28) + 0.5) / mass.sum() == pytest.approx(14, abs=0.5)
    assert explained == reading(client, as_body(seven))


@pytest.mark.parametrize("query", ["", "?explain=false"])
def test_unasked_nothing_is_explained(client: httpx.Client, seven: bytes, query: str) -> None:
    assert "input" not in answer(client, as_body(seven, path="/predict" + query))


def test_explaining_a_blank_picture_shows_nothing(client: httpx.Client) -> None:
    blank = encode(Image.new("L", (50, 50), 255))
    assert answer(client, as_body(blank, path="/predict?explain=true"))["input"] is None


# Kinds of picture


def sixteen_bit(mask: Image.Image) -> Image.Image:
    """Black on white in the upper eight of the sixteen bits; the lower are all the same."""
    return Image.fromarray((255 - np.asarray(mask)).astype(np.uint16) * 256 + 77)


def on_white(mask: Image.Image, mode: str) -> Image.Image:
    return paint(mask, "RGB", (20, 30, 120), (250, 248, 240)).convert(mode)


def on_nothing(mask: Image.Image, ink: int) -> Image.Image:
    """Ink on transparency; what lies under it is of the ink's own colour."""
    return paint(mask, "RGBA", (ink, ink, ink, 255), (ink, ink, ink, 0))


def bilevel(mask: Image.Image) -> Image.Image:
    return paint(mask, "L", 0, 255).convert("1")


def transparent_palette(mask: Image.Image) -> bytes:
    """Colour 0 is the paper and transparent, colour 1 the ink; both are black."""
    paletted = Image.fromarray((np.asarray(mask) > 127).astype(np.uint8))
    paletted.putpalette([0, 0, 0, 0, 0, 0])
    return encode(paletted, transparency=0)


def first_of_two(mask: Image.Image, file_format: str) -> bytes:
    """An animation: the digit first, a 1 after it."""
    return encode_animation([on_white(mask, "RGB"), on_white(digit_mask(1), "RGB")], file_format)


KINDS: dict[str, Callable[[Image.Image], bytes]] = {
    "PNG 1 bit": lambda mask: encode(bilevel(mask)),
    "PNG L": lambda mask: encode(on_white(mask, "L")),
    "PNG L, one level transparent": lambda mask: encode(
        bilevel(mask).convert("L"), transparency=255
    ),
    "PNG LA": lambda mask: encode(paint(mask, "LA", (0, 255), (255, 255))),
    "PNG LA, transparent paper": lambda mask: encode(paint(mask, "LA", (0, 255), (0, 0))),
    "PNG P": lambda mask: encode(on_white(mask, "RGB").quantize(16)),
    "PNG P, transparent paper": transparent_palette,
    "PNG RGB": lambda mask: encode(on_white(mask, "RGB")),
    "PNG RGBA": lambda mask: encode(on_white(mask, "RGBA")),
    "PNG 16 bit": lambda mask: encode(sixteen_bit(mask)),
    "PNG encode_animation": lambda mask: first_of_two(mask, "PNG"),
    "PNG black ink on transparency": lambda mask: encode(on_nothing(mask, 0)),
    "PNG white ink on transparency": lambda mask: encode(on_nothing(mask, 255)),
    "PNG red on green": lambda mask: encode(paint(mask, "RGB", RED, GREEN)),
    "PNG green on red": lambda mask: encode(paint(mask, "RGB", GREEN, RED)),
    "JPEG L": lambda mask: encode(on_white(mask, "L"), "JPEG"),
    "JPEG RGB": lambda mask: encode(on_white(mask, "RGB"), "JPEG"),
    "JPEG CMYK": lambda mask: encode(on_white(mask, "CMYK"), "JPEG"),
    "JPEG progressive": lambda mask: encode(on_white(mask, "RGB"), "JPEG", progressive=True),
    "JPEG of low quality": lambda mask: encode(on_white(mask, "RGB"), "JPEG", quality=15),
    "WebP lossy": lambda mask: encode(on_white(mask, "RGB"), "WEBP", quality=40),
    "WebP lossless": lambda mask: encode(on_white(mask, "RGB"), "WEBP", lossless=True),
    "WebP alpha": lambda mask: encode(on_nothing(mask, 0), "WEBP"),
    "WebP encode_animation": lambda mask: first_of_two(mask, "WEBP"),
    "GIF": lambda mask: encode(on_white(mask, "L"), "GIF"),
    "GIF encode_animation": lambda mask: first_of_two(mask, "GIF"),
    "BMP 1 bit": lambda mask: encode(bilevel(mask), "BMP"),
    "BMP L": lambda mask: encode(on_white(mask, "L"), "BMP"),
    "BMP P": lambda mask: encode(on_white(mask, "RGB").quantize(16), "BMP"),
    "BMP RGB": lambda mask: encode(on_white(mask, "RGB"), "BMP"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("digit", [3, 5])
def test_kinds_of_picture_are_read(client: httpx.Client, digit: int, kind: str) -> None:
    picture = KINDS[kind](digit_mask(digit))
    content_type = "image/" + kind.split()[0].lower()
    answered = answer(client, as_body(picture, content_type))
    assert (answered["digit"], answered["verdict"]) == (digit, "digit")


def test_red_and_green_are_of_equal_luminance() -> None:
    both = [
        Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0)) for colour in (RED, GREEN)
    ]
    assert both[0] == both[1]


TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera held in each EXIF orientation stores an upright scene (EXIF 2.32, tag 274)."""


@pytest.mark.parametrize("orientation", TURNS)
def test_photos_are_turned_upright(client: httpx.Client, orientation: int) -> None:
    scene = digit_image(4, size=(320, 240))
    turn = TURNS[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    photo = encode(scene if turn is None else scene.transpose(turn), "JPEG", exif=exif)
    answered = answer(client, as_body(photo, "image/jpeg"))
    upright = answer(client, as_body(encode(scene, "JPEG"), "image/jpeg"))
    assert answered["digit"] == 4
    assert answered["probabilities"] == pytest.approx(upright["probabilities"], abs=0.02)


# Nothing drawn

BLANKS: dict[str, bytes] = {
    **{
        f"uniform {name}": encode(Image.new("RGB", (64, 48), colour))
        for name, colour in {
            "white": (255, 255, 255),
            "black": (0, 0, 0),
            "grey": (128, 128, 128),
            "red": RED,
            "navy": (1, 2, 90),
        }.items()
    },
    "uniform JPEG": encode(Image.new("RGB", (64, 48), (7, 200, 90)), "JPEG"),
    "uniform 16 bit": encode(Image.fromarray(np.full((40, 40), 300, np.uint16))),
    "half transparent": encode(Image.new("RGBA", (64, 48), (9, 9, 200, 128))),
    "transparent black": encode(Image.new("RGBA", (64, 48), (0, 0, 0, 0))),
    "transparent white": encode(Image.new("RGBA", (64, 48), (255, 255, 255, 0))),
    "a digit, but all of it transparent": encode(
        paint(digit_mask(3), "RGBA", (0, 0, 0, 0), (255, 255, 255, 0))
    ),
    "1×1 white": encode(Image.new("L", (1, 1), 255)),
    "1×1 black": encode(Image.new("L", (1, 1), 0)),
}


@pytest.mark.parametrize("name", BLANKS)
def test_blank_pictures_are_called_blank(client: httpx.Client, name: str) -> None:
    answered = answer(client, as_body(BLANKS[name]))
    assert (answered["digit"], answered["verdict"]) == (None, "blank")
    assert answered["probabilities"] == [0.1] * 10


def test_unknown_fields_are_ignored(client: httpx.Client, seven: bytes) -> None:
    body = json.dumps({"image": data_url(seven), "comment": ["a", {"b": None}]}).encode()
    assert answer(client, Call(body, "Application/JSON; charset=utf-8"))["digit"] == 7
