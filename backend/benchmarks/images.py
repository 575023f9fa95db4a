"""The images that are sent: a seven from the page, from other canvases, a scanner and a phone."""

import base64
import json
import struct
import zlib
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

DIGIT = 7

STROKE = ((0.3, 0.25), (0.7, 0.24), (0.475, 0.775))
"""A stroke of DIGIT: points (x, y) as fractions of the image's width and height."""

PHOTO_SIZE = (4_000, 3_000)

SEARCHED = "sheet on a table"
"""The image that this project searches with all its networks, and that the baselines misread."""

TABLE_SIZE = (1_600, 1_200)
"""Of a photo that shows the table that the paper lies on."""

SHEET = (400, 250, 1_150, 1_000)
"""The paper's left, top, right and bottom in it."""

PEN = 0.055
"""Width of the stroke as a fraction of the image's height: the page's default."""


class File(NamedTuple):
    """What is sent, and its content type."""

    content: bytes
    content_type: str

    def in_json(self) -> "File":
        """Return the file as base64 in JSON."""
        encoded = base64.b64encode(self.content).decode()
        return File(json.dumps({"image": encoded}).encode(), "application/json")


def make_images() -> dict[str, File]:
    """Return every image by its name in the reports; always the same ones."""
    return {
        "drawing": browser_png(on_white(196)),
        "canvas": browser_png(on_white(400)),
        "transparent canvas": browser_png(on_nothing(400)),
        "gray": File(seven_png(), "image/png"),
        "photo": File(photo(), "image/jpeg"),
        SEARCHED: File(sheet_on_a_table(), "image/jpeg"),
    }


def seven_png() -> bytes:
    """Return a grayscale PNG of 400×400."""
    return encode(on_white(400), "PNG")


def photo() -> bytes:
    """Return a phone's JPEG of 12 megapixels: felt pen on paper, a sensor's noise, uneven light."""
    width, height = PHOTO_SIZE
    ink = np.asarray(seven(PHOTO_SIZE).filter(ImageFilter.GaussianBlur(3)), np.float32) / 255
    light = np.linspace(1, 0.9, width, dtype=np.float32)[:, None]
    paper = np.array([228, 224, 215], np.float32) * light
    pen = np.array([28, 30, 48], np.float32)
    noise = np.random.default_rng(0).standard_normal((height, width, 3), np.float32)
    levels = paper + (pen - paper) * ink[..., None] + 10 * noise
    shot = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    return encode(shot.filter(ImageFilter.GaussianBlur(0.6)), "JPEG", quality=92)


def sheet_on_a_table() -> bytes:
    """Return a phone's smaller JPEG: a sheet of paper with the seven, and the table around it."""
    left, top, right, bottom = SHEET
    table = Image.new("RGB", TABLE_SIZE, (94, 62, 40))
    table.paste((228, 224, 215), SHEET)
    table.paste((28, 30, 48), (left, top), seven((right - left, bottom - top)))
    noise = np.random.default_rng(0).standard_normal((*TABLE_SIZE[::-1], 3), np.float32)
    levels = np.asarray(table, np.float32) + 6 * noise
    shot = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    return encode(shot.filter(ImageFilter.GaussianBlur(0.8)), "JPEG", quality=90)


def on_white(side: int) -> Image.Image:
    """Return a black seven on white, L."""
    return ImageOps.invert(seven((4 * side, 4 * side)).reduce(4))


def on_nothing(side: int) -> Image.Image:
    """Return a black seven on a transparent ground, RGBA."""
    image = Image.new("RGBA", (side, side), 0)
    image.putalpha(ImageOps.invert(on_white(side)))
    return image


def seven(size: tuple[int, int]) -> Image.Image:
    """Return a seven of a felt pen, white on black, L."""
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    points = [(x * mask.width, y * mask.height) for x, y in STROKE]
    width = round(PEN * mask.height)
    draw.line(points, fill=255, width=width, joint="curve")
    for point in points:
        draw.circle(point, width / 2, fill=255)
    return mask


def browser_png(image: Image.Image) -> File:
    """Return an image as Chromium's `canvas.toBlob` writes it: RGBA, even if it is opaque.

    Each row is the difference from the one above it, compressed at the fastest level.
    """
    rows = np.asarray(image.convert("RGBA")).reshape(image.height, -1)
    above = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    filtered = np.pad(rows - above, ((0, 0), (1, 0)), constant_values=2)
    header = struct.pack(">IIBBBBB", *image.size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 1)), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return File(b"\x89PNG\r\n\x1a\n" + b"".join(chunks), "image/png")


def encode(image: Image.Image, file_format: str, **options: int) -> bytes:
    """Return an image as a file that Pillow writes with the given options."""
    buffer = BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()
