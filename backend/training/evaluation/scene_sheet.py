"""A sheet of scenes, for the model card: what was found in one of each kind, drawn in."""

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from training.evaluation.answers import Answer
from training.evaluation.charts import OUTCOME_COLORS
from training.finder.scenes import Kind

COLUMNS = 10

WIDTH, HEIGHT = 150, 113
"""Room for a scene, in pixels, above its caption."""

CAPTION = 14
"""Height of a caption, in pixels."""

QUALITY = 80
"""Of the WebP file."""


class ShownScene(NamedTuple):
    """A scene with what was found in it."""

    kind: Kind
    content: bytes
    """The image file."""
    answer: Answer


def scene_sheet(shown: Sequence[ShownScene]) -> Image.Image:
    """Return an image of scenes with a frame around each digit that was found, and the texts.

    Colors tell right, unsure and wrong; a question mark stands for `unsure`. Captions name the
    kinds; a star marks those held out.
    """
    rows = -(-len(shown) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * WIDTH, rows * (HEIGHT + CAPTION)), "white")
    canvas = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(CAPTION - 3)
    for number, scene in enumerate(shown):
        left, top = number % COLUMNS * WIDTH, number // COLUMNS * (HEIGHT + CAPTION)
        picture = with_findings(scene)
        sheet.paste(picture, (left + (WIDTH - picture.width) // 2, top))
        star = "*" if scene.kind.held_out else ""
        place = (left + WIDTH / 2, top + HEIGHT + CAPTION / 2)
        canvas.text(place, scene.kind.name + star, fill="black", font=font, anchor="mm")
    return sheet


def with_findings(scene: ShownScene) -> Image.Image:
    """Return a scene as large as its room allows, with the numbers that were found."""
    picture = Image.open(BytesIO(scene.content)).convert("RGB")
    scale = min((WIDTH - 2) / picture.width, HEIGHT / picture.height)
    picture = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
    )
    canvas = ImageDraw.Draw(picture)
    color = OUTCOME_COLORS[scene.answer.outcome]
    prediction = scene.answer.prediction
    for number in prediction.numbers:
        for digit in number.digits:
            left, top = digit.box.left * scale, digit.box.top * scale
            right, bottom = left + digit.box.width * scale, top + digit.box.height * scale
            canvas.rectangle((left - 1, top - 1, right, bottom), outline=color)
    text = " ".join(number.text for number in prediction.numbers) or "none"
    label = text + " ?" * (prediction.verdict == "unsure")
    font = ImageFont.load_default(12)
    box = canvas.textbbox((3, 2), label, font=font)
    canvas.rectangle((0, 0, box[2] + 3, box[3] + 3), fill=color)
    canvas.text((3, 2), label, fill="white", font=font)
    return picture
