"""Shows what scenes look like: `make scenes` writes runs/scenes.png, some scenes of each kind.

Digits' ink is colored, each digit differently, in the second scene of each kind.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from training.data.datasets import DatasetError
from training.finder.batches import VALIDATION_SIZE
from training.finder.pens import Hands, load_hands
from training.finder.scenes import KINDS, Kind, Scene, draw_mixed_scene, draw_scene
from training.training_run import RUNS

COLUMNS = 3
"""Kinds beside one another."""

SCENES = 4
"""Scenes of each kind."""

CAPTION = 16
"""Height of a kind's name, in pixels."""

COLORS = np.array(
    [(230, 25, 75), (60, 180, 75), (0, 130, 200), (245, 130, 48), (145, 30, 180), (0, 170, 170),
     (240, 50, 230), (128, 128, 0)]
)  # fmt: skip
"""Of the digits of a scene, in turn."""


def sheet(hands: Hands) -> Image.Image:
    """Return an image of SCENES scenes of every kind, and of scenes as training mixes them."""
    width, height = VALIDATION_SIZE
    rows = -(-(len(KINDS) + COLUMNS) // COLUMNS)
    image = Image.new("RGB", (COLUMNS * SCENES * width, rows * (height + CAPTION)), "white")
    canvas = ImageDraw.Draw(image)
    shown: list[Kind | None] = [*KINDS, *[None] * COLUMNS]
    for number, kind in enumerate(tqdm(shown, "drawing", unit="kind")):
        top, left = number // COLUMNS * (height + CAPTION), number % COLUMNS * SCENES * width
        font = ImageFont.load_default(CAPTION - 4)
        canvas.text((left + 3, top + 1), caption(kind), fill="black", font=font)
        for scene_number in range(SCENES):
            seed = (number, scene_number)
            if kind is None:
                scene = draw_mixed_scene(hands, VALIDATION_SIZE, seed)
            else:
                scene = draw_scene(hands, kind, VALIDATION_SIZE, seed)
            picture = colored(scene) if scene_number == 1 else scene.picture
            image.paste(Image.fromarray(picture), (left + scene_number * width, top + CAPTION))
    return image


def caption(kind: Kind | None) -> str:
    """Return what to write above scenes of a kind, or of mixed kinds."""
    if kind is None:
        return "as mixed for training"
    return f"{kind.name} (not trained on)" if kind.held_out else kind.name


def colored(scene: Scene) -> NDArray[np.uint8]:
    """Return a scene's picture with the ink of each digit in another color."""
    share = (scene.mask / 255)[..., None]
    colors = COLORS[(scene.instances.astype(int) - 1) % len(COLORS)]
    painted = scene.picture * (1 - share) + colors * share
    return np.asarray(painted.round(), dtype=np.uint8)


def main() -> None:
    try:
        hands = load_hands("training")
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    target = RUNS / "scenes.png"
    target.parent.mkdir(exist_ok=True)
    sheet(hands).save(target)
    print(f"Wrote {target}.")


if __name__ == "__main__":
    main()
