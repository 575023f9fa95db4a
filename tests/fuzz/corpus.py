"""Valid image files of every format and mode, from which mutated ones are made."""

from functools import cache
from io import BytesIO

from api.bombs import (
    bmp,
    gif,
    gif_with_comments,
    inflating_profile,
    inflating_text,
    png_chunk,
    progressive_jpeg,
    small_png_with,
    webp,
)
from PIL import Image

from support.drawings import rasterize
from support.images import digit_image, encode, encode_animation, paint


@cache
def images() -> tuple[bytes, ...]:
    """Return valid files: every format and mode, animations, metadata, and unusual ones."""
    return (*plain(), *with_metadata(), *animations(), *unusual())


def plain() -> list[bytes]:
    """Return one file for each mode that a format can store."""
    modes = {
        "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
        "JPEG": ("L", "RGB", "CMYK"),
        "GIF": ("1", "L", "P"),
        "WEBP": ("L", "RGB", "RGBA"),
        "BMP": ("1", "L", "P", "RGB", "RGBA"),
    }
    files = [encode(drawn(mode), name) for name, all_modes in modes.items() for mode in all_modes]
    files += [encode(drawn("RGBA"), "WEBP", lossless=True)]
    files += [encode(drawn("RGB"), "JPEG", progressive=True, restart_marker_blocks=4)]
    files += [encode(transparent(), name) for name in ("PNG", "WEBP", "GIF")]
    return files


def drawn(mode: str) -> Image.Image:
    """Return a 7 in any mode."""
    small = digit_image(7, size=(60, 40))
    if mode == "I;16":
        levels = small.convert("I").point(lambda level: level * 257)
        return levels.convert("I;16")
    return small.convert("RGB").convert(mode)


def transparent() -> Image.Image:
    """Return a 7 drawn on a transparent canvas."""
    mask = digit_image(7, ink=255, paper=0, size=(40, 60))
    return paint(mask, "RGBA", (0, 0, 0, 255), (0, 0, 0, 0))


def with_metadata() -> list[bytes]:
    """Return files with EXIF data, a color profile, text and a thumbnail."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    profile = bytes(128) + b"acsp" + bytes(64)
    photo = drawn("RGB")
    files = [
        encode(photo, name, exif=exif, icc_profile=profile) for name in ("PNG", "JPEG", "WEBP")
    ]
    old_exif = png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n       4\n49492a00\n")
    return [*files, small_png_with(old_exif), encode(photo, "JPEG", comment=b"a comment" * 9)]


def animations() -> list[bytes]:
    """Return animations whose first frame is blank or not."""
    frames = [drawn("RGB"), digit_image(3, size=(60, 40)).convert("RGB")]
    blank = Image.new("RGB", (60, 40), (255, 255, 255))
    files = [encode_animation(frames, name) for name in ("PNG", "GIF", "WEBP")]
    files += [encode_animation([blank, *frames], name) for name in ("PNG", "GIF", "WEBP")]
    buffer = BytesIO()
    frames[0].save(buffer, format="MPO", save_all=True, append_images=frames[1:])
    return [*files, buffer.getvalue()]


def unusual() -> list[bytes]:
    """Return files that are expensive for their size, made small, and a large one."""
    scribble = rasterize([[(0, 0), (1, 1)], [(1, 0), (0, 1)]], size=(900, 700), pen=0.02)
    return [
        small_png_with(inflating_text(1)),
        small_png_with(inflating_profile(1)),
        progressive_jpeg(20, side=200),
        gif((4, 1), (4, 1)),
        gif_with_comments(50),
        bmp(40, 40, 1, b"\x28\0\0\0" * 40 + b"\0\1"),
        webp(300, 300),
        encode(scribble, "PNG"),
        encode(scribble, "JPEG"),
    ]
