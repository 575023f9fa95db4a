"""Digits in every kind of image, sent in every way, are recognized."""

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
from api.requests import BODY_KINDS, Request, json_request, raw_request
from PIL import Image

from support.drawings import LETTERS_AND_SYMBOLS, NON_DIGITS, Box, rasterize
from support.images import (
    digit_image,
    digit_mask,
    encode,
    encode_animation,
    paint,
    pair_image,
)

FIELDS = {"digit", "verdict", "confidence", "probabilities", "model", "id", "numbers"}

RED, GREEN = (255, 0, 0), (0, 130, 0)
"""Of equal luminance: one on the other is uniform in grayscale."""


def predict(client: httpx.Client, request: Request) -> dict[str, Any]:
    """Return the prediction for a request that must be accepted."""
    response = request.send(client)
    assert response.status_code == 200, response.text
    prediction: dict[str, Any] = response.json()
    return prediction


def predict_without_id(client: httpx.Client, request: Request) -> dict[str, Any]:
    """Return a prediction without its ID, the only part that differs each time."""
    prediction = predict(client, request)
    del prediction["id"]
    return prediction


def data_url(image: bytes) -> str:
    """Return the data: URL of a PNG."""
    return "data:image/png;base64," + base64.b64encode(image).decode()


SPELLINGS: dict[str, Callable[[bytes], str]] = {
    "standard": lambda image: base64.b64encode(image).decode(),
    "URL-safe": lambda image: base64.urlsafe_b64encode(image).decode(),
    "unpadded": lambda image: base64.b64encode(image).decode().rstrip("="),
    "in lines": lambda image: "\r\n".join(textwrap.wrap(base64.b64encode(image).decode(), 76)),
    "data URL": data_url,
    "data URL in capitals": lambda image: data_url(image).replace("data:", "DATA:"),
    "data URL after a line break": lambda image: "\n" + data_url(image),
    "data URL with a space": lambda image: data_url(image).replace(";", "; "),
}


@pytest.fixture(scope="module")
def seven() -> bytes:
    """An image of a 7 whose base64 has all that spellings differ in: +, / and padding."""
    image = encode(digit_image(7))
    text = base64.b64encode(image).decode()
    while not ("+" in text and "/" in text and text.endswith("=")):
        image += b"\xfb\xff"
        text = base64.b64encode(image).decode()
    return image


@pytest.mark.parametrize("kind", BODY_KINDS)
def test_every_kind_of_body_gives_the_same_prediction(
    client: httpx.Client, seven: bytes, kind: str
) -> None:
    request = BODY_KINDS[kind](seven)
    assert predict_without_id(client, request) == predict_without_id(client, raw_request(seven))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_base64_gives_the_same_prediction(
    client: httpx.Client, seven: bytes, spelling: str
) -> None:
    request = json_request({"image": SPELLINGS[spelling](seven)})
    assert predict_without_id(client, request) == predict_without_id(client, raw_request(seven))


def test_response_has_the_documented_fields(client: httpx.Client, seven: bytes) -> None:
    prediction = predict(client, raw_request(seven))
    documented = client.get("/openapi.json").json()["components"]["schemas"]["PredictionResponse"]
    assert set(prediction) == FIELDS
    assert set(documented["properties"]) == FIELDS | {"input", "evidence"}
    assert set(documented["required"]) == FIELDS
    assert prediction["model"] == client.get("/health").json()["model"]


def test_every_prediction_has_its_own_id(client: httpx.Client, seven: bytes) -> None:
    assert len({predict(client, raw_request(seven))["id"] for _ in range(20)}) == 20


@pytest.mark.parametrize("digit", range(10))
def test_confidence_and_digit_agree_with_the_probabilities(
    client: httpx.Client, digit: int
) -> None:
    prediction = predict(client, raw_request(encode(digit_image(digit))))
    probabilities = prediction["probabilities"]
    assert len(probabilities) == 10
    assert min(probabilities) >= 0
    assert sum(probabilities) == pytest.approx(1, abs=1e-6)
    assert prediction["confidence"] == max(probabilities)
    assert prediction["digit"] == probabilities.index(max(probabilities))


STYLES: dict[str, dict[str, Any]] = {
    "black on white": {},
    "white on black": {"ink": 255, "paper": 0},
    "gray on gray": {"ink": 90, "paper": 150},
    "fine pen": {"pen": 0.03},
    "thick pen": {"pen": 0.12},
    "MNIST size": {"size": (28, 28), "pen": 0.1},
    "photo size": {"size": (1600, 1200)},
    "small, in a corner": {"box": Box(0.02, 0.03, 0.25, 0.4), "pen": 0.05},
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("digit", range(10))
def test_digit_in_any_style_is_recognized(client: httpx.Client, digit: int, style: str) -> None:
    prediction = predict(client, raw_request(encode(digit_image(digit, **STYLES[style]))))
    assert (prediction["digit"], prediction["verdict"]) == (digit, "digit")


@pytest.mark.parametrize("digit", range(10))
def test_single_digit_is_the_only_number(client: httpx.Client, digit: int) -> None:
    prediction = predict(client, raw_request(encode(digit_image(digit))))
    (number,) = prediction["numbers"]
    (placed,) = number["digits"]
    assert (number["text"], number["verdict"]) == (str(digit), prediction["verdict"])
    assert number["confidence"] == prediction["confidence"]
    assert number["box"] == placed["box"]
    assert {name: prediction[name] for name in placed if name != "box"} == {
        name: placed[name] for name in placed if name != "box"
    }


@pytest.mark.parametrize(
    ("size", "orientation"), [((280, 280), 1), ((1600, 1200), 1), ((63, 47), 1), ((400, 300), 6)]
)
def test_box_surrounds_the_ink_in_pixels_of_the_sent_image(
    client: httpx.Client, size: tuple[int, int], orientation: int
) -> None:
    scene, ink = digit_image(4, size=size), digit_mask(4, size=size).getbbox()
    transposition = ORIENTATIONS[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    stored = scene if transposition is None else scene.transpose(transposition)
    file = encode(stored, "JPEG", quality=95, exif=exif)
    prediction = predict(client, raw_request(file, "image/jpeg"))
    (number,) = prediction["numbers"]
    assert all(isinstance(side, int) for side in number["box"])
    left, top, width, height = number["box"]
    pixel = max(size) / 200  # of the working size, and one for antialiasing
    assert (left, top, left + width, top + height) == pytest.approx(ink, abs=pixel + 1)


# Non-digits


@pytest.mark.parametrize("name", [*NON_DIGITS, *LETTERS_AND_SYMBOLS])
def test_non_digit_gets_no_digit(client: httpx.Client, name: str) -> None:
    mask = rasterize({**NON_DIGITS, **LETTERS_AND_SYMBOLS}[name])
    prediction = predict(client, raw_request(encode(paint(mask, "L", ink=0, paper=255))))
    assert (prediction["digit"], prediction["verdict"]) == (None, "not_a_digit")
    assert sum(prediction["probabilities"]) == pytest.approx(1)
    assert prediction["numbers"] == []


@pytest.mark.parametrize("pair", ["12", "47", "80", "33"])
def test_two_digits_side_by_side_are_a_number(client: httpx.Client, pair: str) -> None:
    image = encode(pair_image(pair))
    explained = predict(client, raw_request(image, path="/predict?explain=true"))
    assert explained["digit"] is explained["probabilities"] is explained["input"] is None
    assert explained["verdict"] in ("number", "unsure")
    (number,) = explained["numbers"]
    assert number["text"] == pair
    assert number["confidence"] == explained["confidence"]
    assert [str(placed["digit"]) for placed in number["digits"]] == list(pair)
    for placed in number["digits"]:
        left, top, width, height = placed["box"]
        assert (left + width / 2) // 140 == number["digits"].index(placed)
        assert (top, height) == (pytest.approx(50, abs=16), pytest.approx(178, abs=24))
        assert placed["input"].startswith("data:image/png;base64,")
        assert placed["evidence"][0]["digit"] == placed["digit"]


def test_feedback_on_a_number_is_counted(client: httpx.Client) -> None:
    prediction = predict(client, raw_request(encode(pair_image("47"))))
    response = client.post("/feedback", json={"id": prediction["id"], "number": "47"})
    assert response.status_code == 204


# Timing


def test_server_timing_header_has_every_stage(client: httpx.Client, seven: bytes) -> None:
    start = time.perf_counter()
    response = raw_request(seven).send(client)
    milliseconds = 1_000 * (time.perf_counter() - start)
    stages = dict(part.split(";dur=") for part in response.headers["server-timing"].split(", "))
    assert list(stages) == ["decode", "preprocess", "model"]
    assert all(float(duration) > 0 for duration in stages.values())
    assert sum(map(float, stages.values())) < milliseconds


# Model input


def test_explain_returns_the_model_input(client: httpx.Client, seven: bytes) -> None:
    explained = predict_without_id(client, raw_request(seven, path="/predict?explain=true"))
    (digit,) = explained["numbers"][0]["digits"]
    assert digit.pop("input") == explained["input"]
    assert digit.pop("evidence") == explained["evidence"]
    prefix, comma, text = explained.pop("input").partition(",")
    assert (prefix, comma) == ("data:image/png;base64", ",")
    image = Image.open(BytesIO(base64.b64decode(text, validate=True)))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (28, 28))
    model_input = np.asarray(image).astype(float)
    assert model_input.max() == 255
    assert model_input[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0
    for axis in (0, 1):
        mass = model_input.sum(axis=axis)
        assert mass @ (np.arange(28) + 0.5) / mass.sum() == pytest.approx(14, abs=0.5)
    del explained["evidence"]
    assert explained == predict_without_id(client, raw_request(seven))


def test_explain_returns_the_evidence_for_the_likely_digits(
    client: httpx.Client, seven: bytes
) -> None:
    explained = predict(client, raw_request(seven, path="/predict?explain=true"))
    likely = [digit for digit, each in enumerate(explained["probabilities"]) if each >= 0.01]
    assert {each["digit"] for each in explained["evidence"]} == set(likely)
    best = np.array(explained["evidence"][0]["grid"])
    assert explained["evidence"][0]["digit"] == 7
    assert best.shape == (7, 7)
    assert best.sum() > 0
    # The ink speaks for the 7, and the corners without ink say little.
    assert np.abs(best).max() > 5 * np.abs(best[[0, 0, -1, -1], [0, -1, 0, -1]]).mean()


def test_evidence_adds_up_to_the_probabilities(client: httpx.Client) -> None:
    """The difference of two digits' sums is, but for the factor, that of their logits.

    The images are so small that only the classifier is asked.
    """
    one, seven = (digit_image(digit, size=(60, 60)) for digit in (1, 7))
    blends = [Image.blend(one, seven, share / 20) for share in range(2, 19)]
    compared = 0
    for blend in blends:
        explained = predict(client, raw_request(encode(blend), path="/predict?explain=true"))
        sums = {each["digit"]: np.sum(each["grid"]) for each in explained["evidence"]}
        best, *others = sums
        for other in others:
            ratio = explained["probabilities"][best] / explained["probabilities"][other]
            assert sums[best] - sums[other] == pytest.approx(np.log(ratio) * 10 / 9, abs=0.02)
            compared += 1
    assert compared > 0


@pytest.mark.parametrize("query", ["", "?explain=false"])
def test_prediction_without_explain_has_neither_input_nor_evidence(
    client: httpx.Client, seven: bytes, query: str
) -> None:
    prediction = predict(client, raw_request(seven, path="/predict" + query))
    assert prediction.keys() == FIELDS
    (digit,) = prediction["numbers"][0]["digits"]
    assert not {"input", "evidence"} & digit.keys()


def test_explain_of_a_rejected_image_returns_its_model_input(client: httpx.Client) -> None:
    scribble = encode(paint(rasterize(NON_DIGITS["scribble"]), "L", ink=0, paper=255))
    explained = predict(client, raw_request(scribble, path="/predict?explain=true"))
    assert (explained["verdict"], explained["numbers"]) == ("not_a_digit", [])
    assert explained["input"].startswith("data:image/png;base64,")
    assert explained["evidence"]


def test_explain_of_a_blank_image_returns_null(client: httpx.Client) -> None:
    blank = encode(Image.new("L", (50, 50), 255))
    explained = predict(client, raw_request(blank, path="/predict?explain=true"))
    assert (explained["input"], explained["evidence"]) == (None, None)


# Kinds of image


def sixteen_bit(mask: Image.Image) -> Image.Image:
    """Return black on white in the upper 8 of 16 bits; the lower 8 are constant."""
    return Image.fromarray((255 - np.asarray(mask)).astype(np.uint16) * 256 + 77)


def on_white(mask: Image.Image, mode: str) -> Image.Image:
    """Return blue ink on almost white paper."""
    return paint(mask, "RGB", (20, 30, 120), (250, 248, 240)).convert(mode)


def on_transparency(mask: Image.Image, ink: int) -> Image.Image:
    """Return ink on transparent paper that has the same color as the ink."""
    return paint(mask, "RGBA", (ink, ink, ink, 255), (ink, ink, ink, 0))


def bilevel(mask: Image.Image) -> Image.Image:
    return paint(mask, "L", 0, 255).convert("1")


def transparent_palette(mask: Image.Image) -> bytes:
    """Return a PNG whose color 0 is transparent paper and color 1 ink; both are black."""
    paletted = Image.fromarray((np.asarray(mask) > 127).astype(np.uint8))
    paletted.putpalette([0, 0, 0, 0, 0, 0])
    return encode(paletted, transparency=0)


def animation(mask: Image.Image, file_format: str) -> bytes:
    """Return an animation: the digit, then a 1."""
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
    "PNG animation": lambda mask: animation(mask, "PNG"),
    "PNG black ink on transparency": lambda mask: encode(on_transparency(mask, 0)),
    "PNG white ink on transparency": lambda mask: encode(on_transparency(mask, 255)),
    "PNG red on green": lambda mask: encode(paint(mask, "RGB", RED, GREEN)),
    "PNG green on red": lambda mask: encode(paint(mask, "RGB", GREEN, RED)),
    "JPEG L": lambda mask: encode(on_white(mask, "L"), "JPEG"),
    "JPEG RGB": lambda mask: encode(on_white(mask, "RGB"), "JPEG"),
    "JPEG CMYK": lambda mask: encode(on_white(mask, "CMYK"), "JPEG"),
    "JPEG progressive": lambda mask: encode(on_white(mask, "RGB"), "JPEG", progressive=True),
    "JPEG low quality": lambda mask: encode(on_white(mask, "RGB"), "JPEG", quality=15),
    "WebP lossy": lambda mask: encode(on_white(mask, "RGB"), "WEBP", quality=40),
    "WebP lossless": lambda mask: encode(on_white(mask, "RGB"), "WEBP", lossless=True),
    "WebP alpha": lambda mask: encode(on_transparency(mask, 0), "WEBP"),
    "WebP animation": lambda mask: animation(mask, "WEBP"),
    "GIF": lambda mask: encode(on_white(mask, "L"), "GIF"),
    "GIF animation": lambda mask: animation(mask, "GIF"),
    "BMP 1 bit": lambda mask: encode(bilevel(mask), "BMP"),
    "BMP L": lambda mask: encode(on_white(mask, "L"), "BMP"),
    "BMP P": lambda mask: encode(on_white(mask, "RGB").quantize(16), "BMP"),
    "BMP RGB": lambda mask: encode(on_white(mask, "RGB"), "BMP"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("digit", [3, 5])
def test_digit_in_any_kind_of_image_is_recognized(
    client: httpx.Client, digit: int, kind: str
) -> None:
    image = KINDS[kind](digit_mask(digit))
    content_type = "image/" + kind.split()[0].lower()
    prediction = predict(client, raw_request(image, content_type))
    assert (prediction["digit"], prediction["verdict"]) == (digit, "digit")


def test_red_and_green_have_equal_luminance() -> None:
    red, green = (
        Image.new("RGB", (1, 1), color).convert("L").getpixel((0, 0)) for color in (RED, GREEN)
    )
    assert red == green


ORIENTATIONS = {
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


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_photo_in_any_orientation_is_turned_upright(client: httpx.Client, orientation: int) -> None:
    scene = digit_image(4, size=(320, 240))
    transposition = ORIENTATIONS[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    photo = encode(
        scene if transposition is None else scene.transpose(transposition), "JPEG", exif=exif
    )
    prediction = predict(client, raw_request(photo, "image/jpeg"))
    upright = predict(client, raw_request(encode(scene, "JPEG"), "image/jpeg"))
    assert prediction["digit"] == 4
    assert prediction["probabilities"] == pytest.approx(upright["probabilities"], abs=0.02)


# Blank images

BLANKS: dict[str, bytes] = {
    **{
        f"uniform {name}": encode(Image.new("RGB", (64, 48), color))
        for name, color in {
            "white": (255, 255, 255),
            "black": (0, 0, 0),
            "gray": (128, 128, 128),
            "red": RED,
            "navy": (1, 2, 90),
        }.items()
    },
    "uniform JPEG": encode(Image.new("RGB", (64, 48), (7, 200, 90)), "JPEG"),
    "uniform 16 bit": encode(Image.fromarray(np.full((40, 40), 300, np.uint16))),
    "half-transparent": encode(Image.new("RGBA", (64, 48), (9, 9, 200, 128))),
    "transparent black": encode(Image.new("RGBA", (64, 48), (0, 0, 0, 0))),
    "transparent white": encode(Image.new("RGBA", (64, 48), (255, 255, 255, 0))),
    "transparent digit": encode(paint(digit_mask(3), "RGBA", (0, 0, 0, 0), (255, 255, 255, 0))),
    "1×1 white": encode(Image.new("L", (1, 1), 255)),
    "1×1 black": encode(Image.new("L", (1, 1), 0)),
}


@pytest.mark.parametrize("name", BLANKS)
def test_blank_image_gets_the_verdict_blank(client: httpx.Client, name: str) -> None:
    prediction = predict(client, raw_request(BLANKS[name]))
    assert (prediction["digit"], prediction["verdict"]) == (None, "blank")
    assert prediction["probabilities"] == [0.1] * 10
    assert prediction["numbers"] == []


def test_unknown_json_fields_are_ignored(client: httpx.Client, seven: bytes) -> None:
    body = json.dumps({"image": data_url(seven), "comment": ["a", {"b": None}]}).encode()
    assert predict(client, Request(body, "Application/JSON; charset=utf-8"))["digit"] == 7
