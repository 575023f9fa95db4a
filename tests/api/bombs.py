"""Small files that are expensive to decode, and files that claim wrong sizes."""

import struct
import zlib

from PIL import Image

from support.images import Color, encode

PNG_START = b"\x89PNG\r\n\x1a\n"


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG (PNG specification, 5.3)."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(width: int, height: int, *chunks: bytes, bits: int = 8, rows: bytes = b"") -> bytes:
    """Return a grayscale PNG of any claimed size, with `chunks` before its rows."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    end = png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")
    return PNG_START + header + b"".join(chunks) + end


def large_flat_png(side: int) -> bytes:
    """Return a 1-bit PNG; 13,000 pixels a side are 20 kB in the file, 169 MB decoded."""
    row = b"\0" * (1 + (side + 7) // 8)
    return png(side, side, bits=1, rows=row * side)


def small_png_with(*chunks: bytes) -> bytes:
    """Return a complete 8×8 PNG with additional chunks."""
    return png(8, 8, *chunks, rows=(b"\0" + b"\xff" * 8) * 8)


def inflating_text(megabytes: int) -> bytes:
    """Return a zTXt chunk that is a thousand times as large once inflated."""
    return png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b" " * (megabytes << 20), 9))


def inflating_profile(megabytes: int) -> bytes:
    """Return an iCCP chunk that is a thousand times as large once inflated."""
    return png_chunk(b"iCCP", b"profile\0\0" + zlib.compress(b" " * (megabytes << 20), 9))


def progressive_jpeg(scans: int, side: int, mode: str = "RGB", color: Color = 0) -> bytes:
    """Return a JPEG that repeats its last scan; each is a pass over the image."""
    once = encode(Image.new(mode, (side, side), color), "JPEG", progressive=True)
    last_scan = once[once.rindex(b"\xff\xda") : -2]
    return once[:-2] + last_scan * (scans - once.count(b"\xff\xda")) + once[-2:]


def gif(screen: tuple[int, int], *frames: tuple[int, int], disposal: int = 0) -> bytes:
    """Return a GIF whose frames may be larger than its screen, and have pixels for 4×1.

    Disposal 2 restores the background of a frame before the next one.
    """
    palette = b"\0\0\0\xff\xff\xff"
    control = b"\x21\xf9\x04" + bytes([disposal << 2]) + b"\0\0\0\0" if disposal else b""
    pixels = b"\x02\x02\x44\x01\0"
    written = (control + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + pixels for frame in frames)
    return (
        b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0" + palette + b"".join(written) + b";"
    )


def gif_with_comments(count: int) -> bytes:
    """Return a GIF with `count` one-letter comments before its frame."""
    whole = gif((4, 1), (4, 1))
    frame = whole.index(b",")
    return whole[:frame] + b"\x21\xfe\x01a\0" * count + whole[frame:]


def bmp(width: int, height: int, compression: int = 0, rows: bytes = b"") -> bytes:
    """Return an 8-bit BMP of any claimed size; compression 1 is run-length encoding."""
    palette = b"\0\0\0\0" * 256
    start = 14 + 40 + len(palette)
    sizes = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, 8, compression, len(rows), 0, 0, 256, 0
    )
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + sizes + palette + rows


def webp(width: int, height: int) -> bytes:
    """Return an animated WebP of any claimed size up to 2^24, with one small frame."""
    image = encode(Image.new("L", (8, 8)), "WEBP", lossless=True)[12:]
    canvas = b"\x02\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frame = b"\0" * 6 + (7).to_bytes(3, "little") * 2 + b"\0" * 4 + image
    content = b"WEBP"
    for kind, chunk in ((b"VP8X", canvas), (b"ANIM", b"\0" * 6), (b"ANMF", frame)):
        content += kind + struct.pack("<I", len(chunk)) + chunk
    return b"RIFF" + struct.pack("<I", len(content)) + content
