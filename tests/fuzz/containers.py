"""Image files as the pieces of which their formats consist: chunks, segments, blocks.

Any bytes can be split, also those of a damaged file; joined, the pieces are the file again.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from typing import Literal

PieceLength = Callable[[bytes, int], int]
"""Returns the length of the piece at a position in a file."""

PNG_START = b"\x89PNG\r\n\x1a\n"

JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The next marker after compressed data; the excluded ones are part of the data."""


def split(content: bytes) -> list[bytes]:
    """Return the pieces of an image file, or 64-byte slices if its format is unknown."""
    for start, length_at in FORMATS.items():
        if content.startswith(start):
            return cut(content, length_at)
    return cut(content, lambda _, __: 64)


def join(pieces: Sequence[bytes]) -> bytes:
    """Return the file that consists of the pieces, with its checksums and total length mended.

    Without this, decoders would reject nearly every changed file at its first checksum.
    """
    if not pieces:
        return b""
    if pieces[0] == PNG_START:
        return pieces[0] + b"".join(with_checksum(piece) for piece in pieces[1:])
    content = b"".join(pieces)
    if content.startswith(b"RIFF") and len(content) >= 8:
        return content[:4] + (len(content) - 8).to_bytes(4, "little") + content[8:]
    return content


def with_checksum(chunk: bytes) -> bytes:
    """Return a chunk of a PNG with the right checksum."""
    return chunk[:-4] + zlib.crc32(chunk[4:-4]).to_bytes(4, "big") if len(chunk) >= 12 else chunk


def cut(content: bytes, length_at: PieceLength) -> list[bytes]:
    """Cut a file into pieces of at least one byte."""
    pieces, position = [], 0
    while position < len(content):
        end = position + max(1, length_at(content, position))
        pieces.append(content[position:end])
        position = end
    return pieces


def png_chunk(content: bytes, position: int) -> int:
    return 12 + integer(content, position, 4, "big") if position else len(PNG_START)


def jpeg_segment(content: bytes, position: int) -> int:
    marker = content[position + 1 : position + 2]
    if marker in (b"\xd8", b"\xd9"):
        return 2
    length = 2 + integer(content, position + 2, 2, "big")
    if marker != b"\xda":
        return length
    following = JPEG_MARKER.search(content, position + length)
    return (following.start() if following else len(content)) - position


def riff_chunk(content: bytes, position: int) -> int:
    size = integer(content, position + 4, 4, "little")
    return 8 + size + size % 2 if position else 12


def gif_block(content: bytes, position: int) -> int:
    if position == 0:
        return 13 + color_table(content, 10)
    kind = content[position : position + 1]
    if kind == b"!":
        return sub_blocks_end(content, position + 2) - position
    if kind == b",":
        start = position + 11 + color_table(content, position + 9)
        return sub_blocks_end(content, start) - position
    return 1


def color_table(content: bytes, position: int) -> int:
    """Return the length of the color table that a GIF's flags announce."""
    flags = integer(content, position, 1, "little")
    return 3 * 2 ** (1 + flags % 8) if flags & 0x80 else 0


def sub_blocks_end(content: bytes, position: int) -> int:
    """Return where a GIF's chain of blocks ends that begin with their lengths."""
    while size := integer(content, position, 1, "little"):
        position += 1 + size
    return position + 1


def bmp_part(content: bytes, position: int) -> int:
    if position == 0:
        return 14
    if position == 14:
        return integer(content, 14, 4, "little")
    return (integer(content, 10, 4, "little") - position) if position < 1_200 else len(content)


def integer(content: bytes, position: int, size: int, order: Literal["big", "little"]) -> int:
    """Return an unsigned integer in a file; what is missing at its end counts as absent."""
    return int.from_bytes(content[position : position + size], order)


FORMATS: dict[bytes, PieceLength] = {
    PNG_START: png_chunk,
    b"\xff\xd8": jpeg_segment,
    b"RIFF": riff_chunk,
    b"GIF8": gif_block,
    b"BM": bmp_part,
}
"""How each format is cut, by the bytes with which its files begin."""
