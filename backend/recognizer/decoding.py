"""Untrusted bytes → grayscale image, within limits.

This module checks every limit on images and raises every ImageError. Nothing is decoded before
the limits have been checked against the image's header, and nothing in the bytes can make Pillow do
more than a bounded amount of work.
"""

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from recognizer.errors import ImageError
from recognizer.preprocessing import GrayImage

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

ACCEPTED_FORMATS = "a PNG, JPEG, WebP, GIF or BMP image"

MAX_BYTES = 4_000_000
"""Default limit on the size of an image file."""

MAX_PIXELS = 16_000_000
"""Default limit on width times height."""

SHORTER_SIDE, LONGER_SIDE = 200, 800
"""Working size in pixels: images are averaged down while the shorter side stays at least the
first, and until the longer side is at most the second.

The classifier reads 20 pixels of a digit; this leaves enough of one a tenth of the image high.
"""

INLINE_MAX_PIXELS = 250_000
"""Images of up to this many pixels take a few milliseconds, too little for a worker thread."""

MAX_JPEG_SCANS = 100
"""Progressive JPEGs have about ten; each costs a pass over the whole image."""

# The header is checked here against the caller's limit; Pillow's own limit would be a second one.
Image.MAX_IMAGE_PIXELS = None


def decode_image(
    content: bytes, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS
) -> GrayImage:
    """Decode an image file to grayscale, upright, averaged down to the working size.

    Only the first frame is read. Colors become gray along their direction of greatest contrast;
    transparent parts become paper. Raises ImageError if the bytes are not an image that can be
    read to its end, or if it has more bytes or pixels than the limits.
    """
    if not content:
        raise ImageError("empty", f"The image is empty; send {ACCEPTED_FORMATS}.")
    check_size(len(content), max_bytes)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            check_pixels(image.size, max_pixels)
            if image.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > MAX_JPEG_SCANS:
                raise ImageError(
                    "too_many_scans",
                    f"The JPEG has more than {MAX_JPEG_SCANS} scans; save it again as a plain one.",
                )
            image.draft(None, (SHORTER_SIDE, SHORTER_SIDE))
            image.load()
            # The decoder may find another size than the header gave.
            check_pixels(image.size, max_pixels)
            return np.asarray(to_grayscale(flatten_alpha(downscale(apply_orientation(image)))))
    except ImageError:
        raise
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        message = f"The image cannot be read; send {ACCEPTED_FORMATS}."
        raise ImageError("unreadable", message) from error


def is_small(content: bytes) -> bool:
    """Return whether an image is small enough to be decoded without a worker thread.

    Its header decides. An unreadable image counts as small, since it is rejected at once.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            return image.width * image.height <= INLINE_MAX_PIXELS
    except Exception:  # as many kinds as in decode_image
        return True


def has_accepted_format(content: bytes) -> bool:
    """Return whether a file begins like an image of an accepted format; it may be damaged."""
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
    return content.startswith(starts) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP")


def check_size(size: int, max_bytes: int) -> None:
    """Raise ImageError if an image of `size` bytes is over the limit."""
    if size > max_bytes:
        limit = f"{max_bytes / 1_000_000:g} MB"
        raise ImageError("too_many_bytes", f"The image is too large; at most {limit} are accepted.")


def check_pixels(size: tuple[int, int], max_pixels: int) -> None:
    """Raise ImageError if an image of `size` (width, height) is over the limit."""
    if size[0] * size[1] > max_pixels:
        limit = f"{max_pixels / 1_000_000:g} megapixels"
        raise ImageError(
            "too_many_pixels", f"The image has too many pixels; at most {limit} are accepted."
        )


def apply_orientation(image: Image.Image) -> Image.Image:
    """Turn a photo upright by its EXIF orientation; ignore damaged EXIF data."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as many kinds as in decode_image
        return image


def downscale(image: Image.Image) -> Image.Image:
    """Average an image down to the working size, in mode L, RGB or RGBA."""
    if image.mode.startswith("I"):  # 16-bit gray
        levels = np.asarray(image).astype(np.uint32) >> 8
        image = Image.fromarray(levels.astype(np.uint8))
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "L":
        image = image.convert("L" if image.mode == "1" else "RGB")
    factor = max(min(image.size) // SHORTER_SIDE, -(-max(image.size) // LONGER_SIDE))
    return image.reduce(factor) if factor > 1 else image


def flatten_alpha(image: Image.Image) -> Image.Image:
    """Put an image with transparent parts on paper: opaque L or RGB.

    If the visible part has a single tone, it is ink, and the paper is black or white, whichever is
    farther from it. Otherwise the image brings its own paper: the most common tone.
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


def to_grayscale(image: Image.Image) -> Image.Image:
    """Convert colors to gray along the direction in which they differ most.

    Luminance alone would lose red ink on green paper. The direction is the first principal
    component of a sample of the colors; for gray images it is plain brightness.
    """
    if image.mode == "L":
        return image
    sample = np.asarray(image.resize((64, 64), Image.Resampling.BOX), dtype=np.float64)
    _, directions = np.linalg.eigh(np.cov(sample.reshape(-1, 3).T))
    weights = directions[:, -1] * np.sign(directions[:, -1].sum() or 1) / np.sqrt(3)
    offset = -255 * np.minimum(weights, 0).sum()
    return image.convert("L", (*weights.tolist(), float(offset)))
