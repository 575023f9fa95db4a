"""Untrusted bytes → greyscale picture. Every limit and every refusal of input lives here.

Nothing is decoded before the picture's header has been held against the limits, and nothing that
the bytes can say makes Pillow do more than a bounded amount of work.
"""

import base64
import binascii
import re
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from recognizer.preprocessing import Picture
from recognizer.refusals import Refusal

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

ACCEPTED = "a PNG, JPEG, WebP, GIF or BMP picture"

SHORTER_SIDE, LONGER_SIDE = 200, 800
"""Pixels: pictures are averaged down while they keep the first, and to at most the second.

The classifier reads 20 pixels of a digit; this leaves enough of one a tenth of the picture high.
"""

QUICK_PIXELS = 250_000
"""Pixels that are decoded and read within a few milliseconds."""

MOST_JPEG_SCANS = 100
"""Progressive JPEGs have about ten; each costs a pass over the whole picture."""

# The header is checked here, against the operator's limit: Pillow's own limit would be a second.
Image.MAX_IMAGE_PIXELS = None


def decode_base64(text: str, max_bytes: int) -> bytes:
    """Bytes of base64 text: standard or URL-safe, padded or not, bare or in a data: URL.

    Raises Refusal where it is not base64, or holds more than `max_bytes`.
    """
    if text[:5].lower() == "data:":
        header, comma, text = text.partition(",")
        if not comma or not header.lower().endswith(";base64"):
            raise Refusal(
                "bad_base64", "The data: URL is not base64; send data:image/png;base64,…."
            )
    text = re.sub(r"\s+", "", text, flags=re.ASCII).rstrip("=")
    refuse_too_many_bytes(len(text) * 3 // 4, max_bytes)
    try:
        standard = text.translate({ord("-"): "+", ord("_"): "/"})
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(
            "bad_base64", f"The image is not valid base64; send {ACCEPTED} in base64."
        ) from error


def refuse_too_many_bytes(size: int, max_bytes: int) -> None:
    """Raise Refusal where a picture of `size` bytes is larger than the limit."""
    if size > max_bytes:
        limit = f"{max_bytes / 1_000_000:g} MB"
        raise Refusal("too_many_bytes", f"The picture is too large; at most {limit} are accepted.")


def decode_picture(content: bytes, max_bytes: int, max_pixels: int) -> Picture:
    """Decode a picture file to greyscale, upright, averaged down to the working size.

    The first frame counts; colours become grey along their direction of greatest contrast;
    transparent parts become paper. Raises Refusal where the bytes are no picture that can be read
    to its end, or where it has more bytes or pixels than the limits.
    """
    if not content:
        raise Refusal("empty", f"The picture is empty; send {ACCEPTED}.")
    refuse_too_many_bytes(len(content), max_bytes)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            refuse_too_many_pixels(image.size, max_pixels)
            if image.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > MOST_JPEG_SCANS:
                raise Refusal(
                    "too_many_scans", f"The JPEG has over {MOST_JPEG_SCANS} scans; save it anew."
                )
            image.draft(None, (SHORTER_SIDE, SHORTER_SIDE))
            image.load()
            # What a decoder finds may differ from what the header said.
            refuse_too_many_pixels(image.size, max_pixels)
            return np.asarray(to_grey(to_paper(shrink(upright(image)))))
    except Refusal:
        raise
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        raise Refusal("unreadable", f"The picture cannot be read; send {ACCEPTED}.") from error


def is_quick(content: bytes) -> bool:
    """Whether a picture is decoded sooner than a thread is found for it; its header tells."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            return image.width * image.height <= QUICK_PIXELS
    except Exception:  # what cannot be read is refused at once
        return True


def refuse_too_many_pixels(size: tuple[int, int], max_pixels: int) -> None:
    """Raise Refusal where a picture has more pixels than the limit."""
    if size[0] * size[1] > max_pixels:
        limit = f"{max_pixels / 1_000_000:g} megapixels"
        raise Refusal(
            "too_many_pixels", f"The picture has too many pixels; at most {limit} are accepted."
        )


def upright(image: Image.Image) -> Image.Image:
    """Turn a photo the way its EXIF orientation says; damaged EXIF data says nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as many kinds as in decode_picture
        return image


def shrink(image: Image.Image) -> Image.Image:
    """Average a picture down to the working size, in one of the modes L, RGB and RGBA."""
    if image.mode.startswith("I"):  # 16 bits of grey
        levels = np.asarray(image).astype(np.uint32) >> 8
        image = Image.fromarray(levels.astype(np.uint8))
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "L":
        image = image.convert("L" if image.mode == "1" else "RGB")
    factor = max(min(image.size) // SHORTER_SIDE, -(-max(image.size) // LONGER_SIDE))
    return image.reduce(factor) if factor > 1 else image


def to_paper(image: Image.Image) -> Image.Image:
    """Put a picture with transparent parts on paper: L or RGB, opaque.

    Where what can be seen is of one tone it is ink, and the paper is black or white, whichever
    is farther from it. Where it has tones of its own, the paper takes the commonest.
    """
    if image.mode != "RGBA":
        return image
    alpha = image.getchannel("A")
    opaque = image.convert("RGB")
    if alpha.getextrema() == (255, 255):
        return opaque
    visible = opaque.convert("L").histogram(mask=alpha.point(lambda level: 255 * (level > 127)))
    levels, counts = np.arange(256), np.array(visible)
    total = max(1, int(counts.sum()))
    mean = float(levels @ counts) / total
    deviation = float((levels - mean) ** 2 @ counts / total) ** 0.5
    contrasting = 0 if mean > 127 else 255
    paper = int(counts.argmax()) if deviation > 30 else contrasting
    background = Image.new("RGB", image.size, (paper, paper, paper))
    background.paste(opaque, mask=alpha)
    return background


def to_grey(image: Image.Image) -> Image.Image:
    """Turn colours to grey along the direction in which they differ most.

    Luminance alone would lose red ink on green paper. The direction is the first principal
    component of a sample of the colours; for grey pictures it is plain brightness.
    """
    if image.mode == "L":
        return image
    sample = np.asarray(image.resize((64, 64), Image.Resampling.BOX), dtype=np.float64)
    _, directions = np.linalg.eigh(np.cov(sample.reshape(-1, 3).T))
    weights = directions[:, -1] * np.sign(directions[:, -1].sum() or 1) / np.sqrt(3)
    offset = -255 * np.minimum(weights, 0).sum()
    return image.convert("L", (*weights.tolist(), float(offset)))
