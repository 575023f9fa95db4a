"""Image files that Pillow does not read, although most of the image is there.

A PNG or JPEG may have metadata that are too long or damaged; any file may lack its end. Metadata
are left out, and rows that are missing are cut off. All work is bounded, as in
`recognizer.decoding`.
"""

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from recognizer.decoding import JPEG_START, PNG_START
from recognizer.headers import COMPRESSED_CHUNKS, EXIF, MAX_PARTS

OpenImage = Callable[[bytes], ImageFile.ImageFile]
"""Opens an image file within the limits, without decoding it."""

MIN_ROWS = 0.7
"""Fraction of an image's rows that must be there."""

MAX_INFLATED = 64 << 20
"""Bytes of all compressed metadata of a PNG together, once inflated: a file with more is a bomb."""

INFLATED_AT_ONCE = 1 << 20

MAX_CHUNKS = 20_000
"""Chunks of a PNG: programs that write small ones put at least a kilobyte into each."""

COMPARED_AT_ONCE = 1 << 20
"""Pixels."""

START_OF_SCAN, END_OF_JPEG = b"\xff\xda", b"\xff\xd9"

NOISE = bytes((step * step * 37 + step * 11) % 255 for step in range(512))
"""Appended to a JPEG in place of what it lacks; contains no 255, hence no marker."""

JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The start of a segment; the others are data, or marks within a scan (ITU T.81, B.1.1)."""


def load_damaged(content: bytes, error: Exception, open_image: OpenImage) -> Image.Image:
    """Decode an image file that Pillow rejected with an error.

    Raises an error if the image is damaged, or lacks too many of its rows.
    """
    shorter = content
    if content.startswith(PNG_START):
        shorter = without_metadata(content)
    elif content.startswith(JPEG_START) and not lacks_its_end(error):
        shorter = with_orientation_only(content)
    if len(shorter) < len(content):
        content = shorter
        try:
            return load(content, open_image)
        except OSError as remaining:
            error = remaining
    if not lacks_its_end(error):
        raise error
    if content.startswith(JPEG_START):
        return load_truncated_jpeg(content, open_image)
    first, second = (load_onto(fill, content, open_image) for fill in (0, 255))
    return crop_to_rows(first, rows_alike(first, second))


def lacks_its_end(error: Exception) -> bool:
    """Return whether Pillow rejected a file because its data ended too early."""
    return isinstance(error, OSError) and "truncated" in str(error)


def load(content: bytes, open_image: OpenImage) -> Image.Image:
    """Decode an image file."""
    image = open_image(content)
    image.load()
    return image


def load_onto(fill: int, content: bytes, open_image: OpenImage) -> Image.Image:
    """Decode as much of an image file as there is; all other pixels have the value `fill`."""
    image = open_image(content)
    canvas = Image.new(image.mode, image.size, fill)
    canvas.info, canvas.palette = image.info, image.palette
    image.im = canvas.im
    try:
        image.load()
    except OSError as error:
        if not lacks_its_end(error):
            raise
    return canvas


def rows_alike(first: Image.Image, second: Image.Image) -> NDArray[np.bool_]:
    """Return which rows of two images of one size are the same: (height,)."""
    width, height = first.size
    step = max(1, COMPARED_AT_ONCE // width)
    alike = []
    for top in range(0, height, step):
        box = (0, top, width, min(top + step, height))
        same = np.asarray(first.crop(box)) == np.asarray(second.crop(box))
        alike.append(same.reshape(len(same), -1).all(axis=1))
    return np.concatenate(alike)


def crop_to_rows(image: Image.Image, is_there: NDArray[np.bool_]) -> Image.Image:
    """Cut the missing rows off the bottom, or off the top, where a BMP ends."""
    missing = np.flatnonzero(~is_there)
    top, bottom = 0, len(is_there)
    if len(missing):
        if missing[0] >= bottom - 1 - missing[-1]:
            bottom = int(missing[0])
        else:
            top = int(missing[-1]) + 1
    if bottom - top < MIN_ROWS * len(is_there):
        raise OSError("Too many rows are missing.")
    return image.crop((0, top, image.width, bottom))


# JPEG


def load_truncated_jpeg(content: bytes, open_image: OpenImage) -> Image.Image:
    """Decode a JPEG that lacks its end.

    A progressive JPEG begins with low frequencies, and the scans at its end only add precision, so
    that one is whole as soon as it has every frequency.
    """
    scans, end = find_scans(content)
    content = content[:end]
    if not has_every_frequency(scans):
        raise OSError("Too many frequencies are missing.")
    # Pillow would give up the last rows without the mark, and libjpeg paints what is missing gray.
    first = load(content + END_OF_JPEG, open_image)
    if has_every_frequency(scans[:-1]):
        return first
    second = load(content + b"\0" + NOISE + END_OF_JPEG, open_image)
    # The noise ends before the image, so that what is below it is gray in both.
    return crop_to_rows(first, np.logical_and.accumulate(rows_alike(first, second)))


def has_every_frequency(scans: Sequence[bytes]) -> bool:
    """Return whether scans have all frequencies of a JPEG's brightness, by their headers.

    Brightness is the first component, also where colors have scans of their own.
    """
    frequencies: set[int] = set()
    for scan in scans:
        components = scan[1 : 1 + 2 * scan[0] : 2]
        lowest, highest = scan[1 + 2 * scan[0]], scan[2 + 2 * scan[0]]
        if scans[0][1] in components:
            frequencies.update(range(lowest, highest + 1))
    return len(frequencies) >= 64


def find_scans(jpeg: bytes) -> tuple[list[bytes], int]:
    """Return the header of each scan of a JPEG, and where its last whole segment ends.

    Headers are without their length (ITU T.81, B.2.3). After a scan's header come its data.
    """
    scans: list[bytes] = []
    position = len(JPEG_START)
    while marker := JPEG_MARKER.search(jpeg, position):
        start = marker.end()
        position = start + int.from_bytes(jpeg[start : start + 2], "big")
        if max(position, start + 2) > len(jpeg):
            return scans, marker.start()
        if marker[0] == START_OF_SCAN:
            scans.append(jpeg[start + 2 : position])
    return scans, len(jpeg)


def with_orientation_only(jpeg: bytes) -> bytes:
    """Return a JPEG of whose EXIF data only the orientation is left.

    Raises ValueError if it has too many segments.
    """
    kept: list[bytes] = []
    exif = b""
    start = len(JPEG_START)
    for _ in range(MAX_PARTS):
        marker = JPEG_MARKER.search(jpeg, start)
        if marker is None or marker[0] == START_OF_SCAN:
            return JPEG_START + exif_segment(exif) + b"".join(kept) + jpeg[start:]
        content = marker.end() + 2
        end = marker.end() + int.from_bytes(jpeg[marker.end() : content], "big")
        if jpeg.startswith(EXIF, content):
            exif = exif or jpeg[content:end]
        else:
            kept.append(jpeg[start:end])
        start = end
    raise ValueError("The JPEG has too many segments.")


def exif_segment(exif: bytes) -> bytes:
    """Return a segment of a JPEG with nothing but the orientation in EXIF data, if they have it."""
    original, plain = Image.Exif(), Image.Exif()
    try:
        original.load(exif)
        plain[ExifTags.Base.Orientation] = int(original[ExifTags.Base.Orientation])
    except Exception:  # as many kinds as in decode_image
        return b""
    content = plain.tobytes()
    return b"\xff\xe1" + (2 + len(content)).to_bytes(2, "big") + content


# PNG


def without_metadata(png: bytes) -> bytes:
    """Return a PNG without the chunks that the image can do without (PNG specification, 5.3).

    What is left of an animation is its first frame. Raises ValueError if there are too many chunks,
    or too much in the compressed ones.
    """
    kept = [PNG_START]
    position = len(PNG_START)
    room = MAX_INFLATED
    for _ in range(MAX_CHUNKS):
        length = int.from_bytes(png[position : position + 4], "big")
        chunk = png[position : position + 12 + length]
        position += 12 + length
        kind, content, checksum = chunk[4:8], chunk[8 : 8 + length], chunk[8 + length :]
        room -= inflated_size(compressed_part(kind, content), room)
        if room < 0:
            raise ValueError("The PNG's metadata are too long.")
        is_intact = zlib.crc32(kind + content).to_bytes(4, "big") == checksum
        # A lowercase letter marks what may be left out: all but the transparency of some colors,
        # and the orientation if it is intact.
        if not kind[:1].islower() or kind == b"tRNS" or (kind == b"eXIf" and is_intact):
            kept.append(chunk)
        if position >= len(png):
            return b"".join(kept)
    raise ValueError("The PNG has too many chunks.")


def compressed_part(kind: bytes, content: bytes) -> bytes:
    """Return the compressed data in a PNG's chunk of metadata (PNG specification, 11.3)."""
    if kind not in COMPRESSED_CHUNKS:
        return b""
    _, _, rest = content.partition(b"\0")
    if kind == b"iTXt":
        return rest[2:].split(b"\0", 2)[-1] if rest[:1] == b"\1" else b""
    return rest[1:]


def inflated_size(data: bytes, limit: int) -> int:
    """Return how long zlib's data are once inflated, or a number over the limit.

    Damaged data count up to the damage, rounded up to INFLATED_AT_ONCE.
    """
    inflater = zlib.decompressobj()
    size = 0
    try:
        while data and size <= limit:
            size += len(inflater.decompress(data, INFLATED_AT_ONCE))
            data = inflater.unconsumed_tail
    except zlib.error:
        size += INFLATED_AT_ONCE
    return size
