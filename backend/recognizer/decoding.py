"""Untrusted bytes → grayscale image, within limits.

This module checks every limit on images and raises every ImageError. Nothing is decoded before
the limits have been checked against the image's header, and nothing in the bytes can make Pillow do
more than a bounded amount of work. Files that Pillow does not read go to `recognizer.damaged`.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from io import BytesIO
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, ImageOps

from recognizer.errors import ImageError
from recognizer.headers import is_header_too_long
from recognizer.preprocessing import GrayImage, Scale

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

ACCEPTED_FORMATS = "a PNG, JPEG, WebP, GIF or BMP image"

JPEG_FORMATS = ("JPEG", "MPO")

PNG_START, JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"

MAX_BYTES = 4_000_000
"""Default limit on the size of an image file."""

MAX_PIXELS = 16_000_000
"""Default limit on width times height."""

SHORTER_SIDE, LONGER_SIDE = 200, 800
"""Working size in pixels: images are averaged down while the shorter side stays at least the
first, and until the longer side is at most the second.

The classifier reads 20 pixels of a digit; this leaves enough of one a tenth of the image high.
"""

DETAILED_SHORTER_SIDE, DETAILED_LONGER_SIDE = 600, 2_400
"""The same of an image that is searched: a line on a page is a fiftieth of it high."""

INLINE_MAX_PIXELS = 250_000
"""Images of up to this many pixels take a few milliseconds, too little for a worker thread,
before they are searched."""

MAX_JPEG_SCANS = 100
"""Progressive JPEGs have about ten; each costs a pass over the whole image."""

ANIMATION_FORMATS = ("PNG", "WEBP", "GIF")

MAX_FRAMES = 50
"""Frames of an animation that are decoded, at most."""

MAX_FRAME_PIXELS = 2 * MAX_PIXELS
"""Pixels of all these frames together, at most."""

BIT_DEPTH = 24
"""Where a PNG has its bit depth (PNG specification, 11.2.1)."""

LOW_RANGE = 1 << 12
"""16-bit images whose levels are all below this are stretched: 16 levels of 256 hardly show ink.

Cameras write 10 or 12 bits, and some programs 8, without scaling them to 16.
"""

MIN_LASTING_CONTRAST = 0.4
"""Fraction of its contrast that ink keeps when 4 by 4 pixels are averaged."""

MIN_RUBBER = 200
"""Gray level: a darker rubber would not look like white paper."""

MIN_RUBBER_OUTLINE = 0.01
"""Fraction of the outline of all that is visible that a rubber, which is wider than a line, has."""

EXIF_NAMES = ("exif", "Raw profile type exif")
"""Where Pillow keeps EXIF data: bytes, or the text in which older programs put them into a PNG."""

MAX_EXIF_BYTES = 1 << 16
"""Of a longer one, Pillow might read millions of values. A JPEG's cannot be (Exif 2.3, 4.5.4)."""

ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How an image is turned upright, by its EXIF orientation; 1 is upright (Exif 2.3, 4.6.4)."""

# Pillow checks some sizes, as of a GIF's frames, where nothing else can: it rejects more than twice
# this limit. Its warnings come too late to be of use, and a file may cause thousands.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("ignore", module=r"PIL\.")


class WholeImage(NamedTuple):
    """An image, upright, before it is averaged down to the working size."""

    colors: Image.Image
    """In mode L, RGB or RGBA."""
    scale: Scale
    """Of its pixels."""


class DecodedImage(NamedTuple):
    """An image, upright, averaged down to the working size."""

    gray: GrayImage
    colors: Image.Image
    """In mode L or RGB."""
    scale: Scale
    """Of the pixels of `colors`."""
    whole: WholeImage
    load_whole: Callable[[], WholeImage] | None = None
    """Decodes more of a file that was decoded at a fraction of its size; once."""

    def in_detail(self) -> "DecodedImage":
        """Return the image with colors that are averaged down less, if there are more pixels."""
        whole = self.load_whole() if self.load_whole else self.whole
        colors, factor = downscale(whole.colors, DETAILED_SHORTER_SIDE, DETAILED_LONGER_SIDE)
        if colors.size == self.colors.size:
            return self
        x, y = whole.scale
        return self._replace(colors=flatten_alpha(colors), scale=(factor * x, factor * y))


Header = ImageFile.ImageFile | Exception
"""An image file whose header has been read, and nothing else, or what Pillow raised."""


def read_header(content: bytes, max_pixels: int = MAX_PIXELS) -> Header:
    """Read the header of an image file, once for `is_small` and `decode_image`."""
    try:
        return open_file(content, max_pixels)
    except Exception as error:  # as many kinds as in decode_image
        return error


def decode_image(
    content: bytes,
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
    header: Header | None = None,
) -> DecodedImage:
    """Decode an image file.

    Only the first frame is read. Colors become gray along their direction of greatest contrast;
    transparent parts become paper. A file that lacks its end is read while seven tenths of
    its rows are there. `header` is that of the file, if it has been read. Raises ImageError if the
    bytes are not an image that can be read, or if it has more bytes or pixels than the limits.
    """
    if not content:
        raise ImageError("empty", f"The image is empty; send {ACCEPTED_FORMATS}.")
    check_size(len(content), max_bytes)
    header = read_header(content, max_pixels) if header is None else header
    load = partial(load_whole, content, max_pixels=max_pixels)
    if isinstance(header, Exception) or not is_plain_jpeg(header):
        return simplify(load(header=header, shorter_side=DETAILED_SHORTER_SIDE))
    whole = load(header=header, shorter_side=SHORTER_SIDE)
    if whole.scale == (1.0, 1.0):
        return simplify(whole)
    return simplify(whole, cache(partial(load, shorter_side=DETAILED_SHORTER_SIDE)))


def is_plain_jpeg(header: ImageFile.ImageFile) -> bool:
    """Return whether a file is a JPEG that is quickly decoded, at any fraction of its size."""
    return header.format in JPEG_FORMATS and not header.info.get("progressive")


def load_whole(
    content: bytes, *, max_pixels: int, shorter_side: int, header: Header | None = None
) -> WholeImage:
    """Decode an image file; see `decode_image`.

    A JPEG is decoded at a fraction of its size whose shorter side is still `shorter_side`.
    """
    header = read_header(content, max_pixels) if header is None else header
    # Before a JPEG is decoded at a fraction of its size.
    sent_size = None if isinstance(header, Exception) else header.size
    open_part = partial(open_image, max_pixels=max_pixels, shorter_side=shorter_side)
    try:
        try:
            image = load_image(content, open_part, header)
        except (ImageError, Image.DecompressionBombError):
            raise
        except Exception as error:  # Pillow raises a dozen kinds on damaged files
            from recognizer.damaged import load_damaged  # rarely needed

            image = load_damaged(content, error, open_part)
            if sent_size is not None:  # without the rows that are missing
                width = sent_size[0]
                sent_size = width, round(image.height * width / image.width)
        # The decoder may find another size than the header gave.
        check_pixels(image.size, max_pixels)
        return upright(image, sent_size or image.size)
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise too_many_pixels(max_pixels) from error
    except Exception as error:
        message = f"The image cannot be read; send {ACCEPTED_FORMATS}."
        raise ImageError("unreadable", message) from error


def decode_later_frames(content: bytes, max_pixels: int = MAX_PIXELS) -> Iterator[DecodedImage]:
    """Yield the frames of an animation after its first, as decode_image returns the first.

    Yields nothing for other images. Ends early at a damaged frame, and after MAX_FRAMES frames or
    MAX_FRAME_PIXELS pixels; the first frame, on which the others build, is counted too.
    """
    try:
        with Image.open(BytesIO(content), formats=ANIMATION_FORMATS) as image:
            pixels = 2 * image.width * image.height
            for number in range(1, MAX_FRAMES):
                if pixels > MAX_FRAME_PIXELS:
                    return
                image.seek(number)
                # A frame of a GIF may be larger than those before it.
                check_pixels(image.size, max_pixels)
                image.load()
                yield simplify(upright(image, image.size))
                pixels += image.width * image.height
    except Exception:  # as many kinds as in decode_image, and EOFError after the last frame
        return


def open_image(
    content: bytes, header: Header | None = None, *, max_pixels: int, shorter_side: int
) -> ImageFile.ImageFile:
    """Open an image file without decoding it; raise ImageError if it is over a limit."""
    image = read_header(content, max_pixels) if header is None else header
    if isinstance(image, Exception):
        raise image
    check_pixels(image.size, max_pixels)
    if image.format in JPEG_FORMATS and content.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise ImageError(
            "too_many_scans",
            f"The JPEG has more than {MAX_JPEG_SCANS} scans; save it again as a plain one.",
        )
    image.draft(None, (shorter_side, shorter_side))
    return image


def open_file(content: bytes, max_pixels: int) -> ImageFile.ImageFile:
    """Open an image file, without any limit but that on its header."""
    if Image.MAX_IMAGE_PIXELS is None or max_pixels > Image.MAX_IMAGE_PIXELS:
        Image.MAX_IMAGE_PIXELS = max_pixels
    if is_header_too_long(content):
        raise ValueError("The header has too many parts.")
    if content.startswith(b"RIFF"):
        from PIL import WebPImagePlugin  # noqa: F401  # else Pillow loads the plugins of all formats
    return Image.open(BytesIO(content), formats=FORMATS)


def load_image(
    content: bytes, open_image: Callable[..., ImageFile.ImageFile], header: Header
) -> Image.Image:
    """Decode an image file, by a function that opens it; raise ImageError if it is over a limit."""
    image = open_image(content, header)
    image.load()
    if image.format == "PNG" and content[BIT_DEPTH] == 16 and image.mode.startswith("RGB"):
        return stretch_colors(image, open_image(content))
    return image


def stretch_colors(upper: Image.Image, lower: ImageFile.ImageFile) -> Image.Image:
    """Return a 16-bit color image in 8 bits, stretched if its range is low.

    Pillow decodes the upper byte of each level, as in `upper`; `lower` is the same image before it
    is decoded. Colors and opacity may differ in range.
    """
    highest = [high for _, high in cast("tuple[tuple[int, int], ...]", upper.getextrema())]
    rawmode = lower.tile[0].args
    if max(highest[:3]) >= LOW_RANGE >> 8 or rawmode not in ("RGB;16B", "RGBA;16B"):
        return upper
    lower.tile = [lower.tile[0]._replace(args=f"{rawmode[:-1]}L")]
    lower.load()
    shifts = [max(highest[:3]).bit_length()] * 3 + [level.bit_length() for level in highest[3:]]
    bands = [
        high
        if shift > 4
        else Image.fromarray(np.asarray(high) << (8 - shift) | np.asarray(low) >> shift)
        for high, low, shift in zip(upper.split(), lower.split(), shifts, strict=True)
    ]
    image = Image.merge(upper.mode, bands)
    image.info = upper.info
    return image if shows_more_than_noise(image.convert("L")) else upper


def to_eight_bits(levels: NDArray[np.uint32]) -> Image.Image:
    """Return 16-bit gray levels (height, width) in 8 bits, stretched if their range is low."""
    highest = int(levels.max())
    if highest < LOW_RANGE:
        shift = max(0, highest.bit_length() - 8)
        stretched = Image.fromarray((levels >> shift).astype(np.uint8))
        if shows_more_than_noise(stretched):
            return stretched
    return Image.fromarray((levels >> 8).astype(np.uint8))


def shows_more_than_noise(image: Image.Image) -> bool:
    """Return whether a gray image keeps contrast when it is averaged: noise keeps a quarter."""
    (low, high), (lowest, highest) = (
        cast("tuple[int, int]", each.getextrema()) for each in (image.reduce(4), image)
    )
    return high - low > MIN_LASTING_CONTRAST * (highest - lowest)


def upright(image: Image.Image, sent_size: tuple[int, int]) -> WholeImage:
    """Turn a decoded image upright; `sent_size` is the width and height of the file, in pixels."""
    turned = apply_orientation(image)
    width, height = sent_size if turned.size == image.size else sent_size[::-1]
    return WholeImage(to_plain_mode(turned), (width / turned.width, height / turned.height))


def simplify(whole: WholeImage, load_whole: Callable[[], WholeImage] | None = None) -> DecodedImage:
    """Average an image down to the working size and make it gray."""
    averaged, factor = downscale(whole.colors, SHORTER_SIDE, LONGER_SIDE)
    colors = flatten_alpha(averaged)
    gray = np.asarray(to_grayscale(colors))
    x, y = whole.scale
    return DecodedImage(gray, colors, (factor * x, factor * y), whole, load_whole)


def is_small(content: bytes, header: Header | None = None) -> bool:
    """Return whether an image is small enough to be decoded without a worker thread.

    Its header decides. An unreadable image counts as small, since it is rejected at once; a PNG or
    JPEG does not, since much may be tried to read it.
    """
    image = read_header(content) if header is None else header
    if isinstance(image, Exception):
        is_bomb = isinstance(image, Image.DecompressionBombError)
        return not is_bomb and not content.startswith((PNG_START, JPEG_START))
    return image.width * image.height <= INLINE_MAX_PIXELS


def may_be_animation(content: bytes) -> bool:
    """Return whether an image file may have more frames than its first."""
    if content.startswith((b"RIFF", PNG_START)):
        return b"ANIM" in content or b"acTL" in content
    return content.startswith(b"GIF8")


def has_accepted_format(content: bytes) -> bool:
    """Return whether a file begins like an image of an accepted format; it may be damaged."""
    starts = (PNG_START, b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
    return content.startswith(starts) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP")


def check_size(size: int, max_bytes: int) -> None:
    """Raise ImageError if an image of `size` bytes is over the limit."""
    if size > max_bytes:
        limit = f"{max_bytes / 1_000_000:g} MB"
        raise ImageError("too_many_bytes", f"The image is too large; at most {limit} are accepted.")


def check_pixels(size: tuple[int, int], max_pixels: int) -> None:
    """Raise ImageError if an image of `size` (width, height) is over the limit."""
    if size[0] * size[1] > max_pixels:
        raise too_many_pixels(max_pixels)


def too_many_pixels(max_pixels: int) -> ImageError:
    """Return the error for an image of more than `max_pixels` pixels."""
    limit = f"{max_pixels / 1_000_000:g} megapixels"
    return ImageError(
        "too_many_pixels", f"The image has too many pixels; at most {limit} are accepted."
    )


def apply_orientation(image: Image.Image) -> Image.Image:
    """Turn a photo upright by its EXIF orientation; ignore EXIF data that are damaged or long."""
    try:
        if any(len(image.info.get(name, "")) > MAX_EXIF_BYTES for name in EXIF_NAMES):
            return image
        turn = ORIENTATIONS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # as many kinds as in decode_image
        return image
    return image if turn is None else image.transpose(turn)


def to_plain_mode(image: Image.Image) -> Image.Image:
    """Return an image in the plainest mode that holds it: L, RGB or RGBA.

    Most canvases save black on white, or on nothing, as RGBA, which takes several times as long to
    average as L.
    """
    if image.mode.startswith("I"):  # 16-bit gray
        return to_eight_bits(np.asarray(image).astype(np.uint32))
    if image.has_transparency_data:
        image = as_mode(image, "RGBA")
        *colors, alpha = image.split()
        if is_opaque(alpha):
            return shared_band(colors) or image.convert("RGB")
        # Black ink is on white paper, as flatten_alpha would find out later.
        return ImageOps.invert(alpha) if is_black(colors) else image
    if image.mode in ("1", "L"):
        return as_mode(image, "L")
    return drop_color(as_mode(image, "RGB"))


def as_mode(image: Image.Image, mode: str) -> Image.Image:
    """Convert an image to a mode; Pillow would copy one that has it."""
    return image if image.mode == mode else image.convert(mode)


def is_opaque(alpha: Image.Image) -> bool:
    """Return whether no pixel is transparent, by the alpha channel."""
    return alpha.tobytes() == b"\xff" * (alpha.width * alpha.height)


def is_black(colors: Sequence[Image.Image]) -> bool:
    """Return whether all pixels are black, by the channels of colors."""
    return not any(band.getbbox() for band in colors)


def drop_color(image: Image.Image) -> Image.Image:
    """Return an RGB image in mode L if all of its pixels are gray."""
    return shared_band(image.split()) or image


def shared_band(bands: Sequence[Image.Image]) -> Image.Image | None:
    """Return the first of some channels if all are the same."""
    levels = bands[0].tobytes()
    return bands[0] if all(band.tobytes() == levels for band in bands[1:]) else None


def downscale(image: Image.Image, shorter_side: int, longer_side: int) -> tuple[Image.Image, int]:
    """Return an image averaged down, in mode L, RGB or RGBA, and by what factor.

    Its shorter side stays at least the one, and its longer side becomes the other at most. What is
    left of a pixel at the right and at the bottom is cut off.
    """
    factor = max(min(image.size) // shorter_side, -(-max(image.size) // longer_side))
    if factor <= 1:
        return image, 1
    width, height = (side - side % factor or side for side in image.size)
    return image.reduce(factor, (0, 0, width, height)), factor


def flatten_alpha(image: Image.Image) -> Image.Image:
    """Put an image with transparent parts on paper: opaque L or RGB.

    If the visible part has a single tone, it is ink, and the paper is black or white, whichever is
    farther from it. Otherwise the image brings its own paper: the tone of a rubber, or the most
    common tone.
    """
    if image.mode != "RGBA":
        return image
    alpha = image.getchannel("A")
    opaque = image.convert("RGB")
    visible = opaque.convert("L").histogram(mask=visible_part(alpha))
    levels, counts = np.arange(256), np.array(visible)
    total = max(1, int(counts.sum()))
    mean = float(levels @ counts) / total
    deviation = float((levels - mean) ** 2 @ counts / total) ** 0.5
    paper = 0 if mean > 127 else 255
    if deviation > 30:
        paper = int(counts.argmax())
        if paper < mean and (rubber := rubber_tone(image, counts, mean)):
            paper = rubber
    background = Image.new("RGB", image.size, (paper, paper, paper))
    background.paste(opaque, mask=alpha)
    return drop_color(background)


def visible_part(alpha: Image.Image) -> Image.Image:
    """Return a mask of the pixels at least half as opaque as any: ink may be translucent."""
    _, highest = cast("tuple[int, int]", alpha.getextrema())
    return alpha.point(lambda level: 255 * (2 * level > highest))


def rubber_tone(image: Image.Image, counts: NDArray[np.int64], split: float) -> int | None:
    """Return the tone of a white rubber, with which dark ink on a transparent canvas was erased.

    `counts` is the number of visible pixels of each gray level, and `split` lies between ink and
    rubber. Returns None if nothing was erased: if the image is a dark card with light ink, less
    than half of it is transparent, or its light tone lies inside the dark one.
    """
    rubber = int(split) + 1 + int(counts[int(split) + 1 :].argmax())
    visible = np.asarray(visible_part(image.getchannel("A"))) > 0
    if rubber < MIN_RUBBER or 2 * np.count_nonzero(visible) > visible.size:
        return None
    inner = visible.copy()
    inner[1:] &= visible[:-1]
    inner[:-1] &= visible[1:]
    inner[:, 1:] &= visible[:, :-1]
    inner[:, :-1] &= visible[:, 1:]
    outline = np.asarray(image.convert("L"))[visible & ~inner]
    middle = (rubber + int(counts.argmax())) / 2
    is_rubber = np.count_nonzero(outline > middle) > MIN_RUBBER_OUTLINE * len(outline)
    return rubber if is_rubber else None


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
