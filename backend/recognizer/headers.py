"""Headers of image files that keep Pillow busy for seconds.

Pillow visits every chunk, segment, block and stray byte before the image in Python, and a file
within the limits may have millions.
"""

import re

from PIL.JpegImagePlugin import MARKER

MAX_PARTS = 20_000
"""Programs write some dozens, and large PNGs have a chunk for every few kilobytes."""

PROFILE_PARTS = MAX_PARTS // 10
"""For how many parts a PNG's color profile counts: Pillow inflates up to a megabyte of each. A PNG
has one at most (PNG specification, 11.3.2.3)."""

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
        parts += PROFILE_PARTS if kind == b"iCCP" else 1
        position += 12 + int.from_bytes(png[position : position + 4], "big")
    return parts


def count_jpeg_segments(jpeg: bytes) -> int:
    """Return the number of segments, fill bytes and stray bytes before a JPEG's first scan.

    Stops at a number over the limit, and at a marker that Pillow rejects.
    """
    position, parts = 2, 0
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
