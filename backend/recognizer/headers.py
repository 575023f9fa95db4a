"""Headers of image files that keep Pillow busy for seconds.

Pillow visits every chunk, segment, block and stray byte before the image in Python, and a file
within the limits may have millions.
"""

import re

from PIL.JpegImagePlugin import MARKER

MAX_PARTS = 20_000
"""Programs write some dozens, and large PNGs have a chunk for every few kilobytes."""

COMPRESSED_CHUNKS = (b"iCCP", b"zTXt", b"iTXt")
"""Chunks of a PNG of which Pillow inflates up to a megabyte each: color profile and texts."""

COMPRESSED_PARTS = MAX_PARTS // 10
"""For how many parts such a chunk counts."""

EXIF = b"Exif\0\0"
"""How a JPEG's segment with EXIF data begins. There may be one (Exif 2.3, 4.5.4); Pillow joins
several, and takes seconds for megabytes of them."""

JPEG_MARKER = re.compile(rb"(?:[^\xff]++|\xff++\x00)*+\xff++([^\x00])")
"""Stray bytes and the marker after them, which fill bytes may precede (ITU T.81, B.1.1.2)."""

START_OF_SCAN = 0xFFDA


def is_header_too_long(content: bytes) -> bool:
    """Return whether an image file has more than MAX_PARTS parts before its image.

    Of a PNG those behind the image are counted too, since Pillow reads them.
    """
    if len(content) <= MAX_PARTS:
        return False
    for start, count in COUNTERS.items():
        if content.startswith(start):
            return count(content) > MAX_PARTS
    return False


def count_png_chunks(png: bytes) -> int:
    """Return the number of chunks of a PNG, or a number over the limit."""
    position, parts, kind = 8, 0, b""
    while position < len(png) and parts <= MAX_PARTS and kind != b"IEND":
        kind = png[position + 4 : position + 8]
        parts += COMPRESSED_PARTS if kind in COMPRESSED_CHUNKS else 1
        position += 12 + int.from_bytes(png[position : position + 4], "big")
    return parts


def count_jpeg_segments(jpeg: bytes) -> int:
    """Return the number of segments, fill bytes and stray bytes before a JPEG's first scan.

    Stops at a number over the limit, as for a second segment of EXIF data, and at a marker that
    Pillow rejects.
    """
    position, parts, has_exif = 2, 0, False
    while parts <= MAX_PARTS:
        found = JPEG_MARKER.match(jpeg, position)
        if found is None:
            return parts + len(jpeg) - position
        parts += found.end() - position - 1
        marker = 0xFF00 | found[1][0]
        if marker == START_OF_SCAN or marker not in MARKER:
            break
        position = found.end()
        if MARKER[marker][2] is not None:  # Pillow reads the segment
            if jpeg.startswith(EXIF, position + 2):
                parts += MAX_PARTS if has_exif else 0
                has_exif = True
            position += max(2, int.from_bytes(jpeg[position : position + 2], "big"))
    return parts


def count_gif_blocks(gif: bytes) -> int:
    """Return the number of blocks, their parts and stray bytes before a GIF's first frame.

    Stops at a number over the limit.
    """
    has_colors = gif[10:11] >= b"\x80"
    position, parts = 13 + (3 << (gif[10] & 7) + 1 if has_colors else 0), 0
    while position < len(gif) and parts <= MAX_PARTS and gif[position] not in b",;":
        parts += 1
        if gif[position] != ord("!"):
            position += 1
            continue
        position += 2
        while position < len(gif) and parts <= MAX_PARTS and gif[position]:
            position += 1 + gif[position]
            parts += 1
        position += 1
    return parts


COUNTERS = {
    b"\x89PNG": count_png_chunks,
    b"\xff\xd8": count_jpeg_segments,
    b"GIF8": count_gif_blocks,
}
"""By the start of a file."""
