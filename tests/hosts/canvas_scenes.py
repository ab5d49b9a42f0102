"""Pictures with known objects for the tests of picking on Krita's canvas: the picture, the mask file, the outlines."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
from PIL import Image

import maskpick
from maskpick.maskfile import write_mask_file
from maskpick.masks import INSIDE, Mask, MaskSet, Size
from maskpick.outlines import outline, to_bytes
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.settings import Settings

PHOTOS = Path(__file__).parents[2] / "docs" / "photos"
LARGE = 8**0.5 * 2.5
PROBES = 12
TRIES = 4000


def write_photo(folder: Path, name: str = "coffee") -> MaskSet:
    """photo.png with what the local engine finds in it, and where which of its objects must be hovered.

    All are equally likely: then the smallest one under the pointer is meant, which is easily told here.
    """
    picture = maskpick.open_picture(PHOTOS / f"{name}.jpg")
    found = maskpick.find(picture, "local", settings=Settings(), plugins=Plugins.load())
    masks = MaskSet(found.size, tuple(dataclasses.replace(mask, confidence=1.0) for mask in found))
    _write(folder, "photo", picture.rgb8, masks)
    return masks


def write_large_photo(folder: Path, count: int = 86) -> MaskSet:
    """photo.png at 12 megapixels, with the best masks that the local engine finds in it."""
    small = Image.open(PHOTOS / "coffee.jpg")
    large = small.resize((round(small.width * LARGE), round(small.height * LARGE)), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(3).normal(0, 4, (large.height, large.width, 1))
    pixels = np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8)
    found = maskpick.find(Picture(pixels), "local", settings=Settings(), plugins=Plugins.load())
    masks = MaskSet(found.size, tuple(found)[:count])
    _write(folder, "photo", pixels, masks, count=0)
    return masks


def write_drawing(folder: Path) -> MaskSet:
    """drawing.png: a person with a shirt with a button, a cup, and a ball that the cup lies half over.

    1 person, 2 shirt, 3 button, 4 cup, 5 ball; 360 x 240 pixels.
    """
    size = Size(360, 240)
    y, x = np.mgrid[: size.height, : size.width]
    person = ((x - 90) / 60) ** 2 + ((y - 120) / 105) ** 2 <= 1
    shirt = person & (y > 100) & (y < 190)
    button = (x - 90) ** 2 + (y - 140) ** 2 <= 12**2
    cup = (x > 200) & (x < 270) & (y > 60) & (y < 150)
    ball = (x - 280) ** 2 + (y - 140) ** 2 <= 45**2
    colours = [(214, 170, 140), (70, 100, 160), (240, 220, 120), (235, 235, 230), (180, 60, 60)]
    pixels = np.full((size.height, size.width, 3), (150, 170, 150), np.uint8)
    objects = [("person", person), ("shirt", shirt), ("button", button), ("cup", cup), ("ball", ball)]
    masks = []
    for id, ((label, inside), colour) in enumerate(zip(objects, colours, strict=True), 1):
        pixels[inside & ~cup if label == "ball" else inside] = colour
        parent = {2: 1, 3: 2}.get(id)
        masks.append(Mask.from_array(id, inside, name=label, parent=parent))
    found = MaskSet(size, tuple(masks))
    _write(folder, "drawing", pixels, found)
    return found


def _write(folder: Path, name: str, pixels: np.ndarray, masks: MaskSet, count: int = PROBES) -> None:
    Image.fromarray(pixels).save(folder / f"{name}.png")
    write_mask_file(masks, folder / f"{name}.maskpick")
    (folder / f"{name}.outlines").write_bytes(to_bytes({mask.id: outline(mask) for mask in masks}))
    (folder / f"{name}.json").write_text(json.dumps({"probes": probes(masks, count) if count else []}))


def probes(masks: MaskSet, count: int) -> list[tuple[int, int, int | None]]:
    """Pixels x, y all over the picture, and which object is hovered there: the smallest that is.

    Every pixel near them has the same objects, for at 65 % a pixel of the screen is more than one of the picture.
    """
    width, height = masks.size
    rng = np.random.default_rng(11)
    full = {mask.id: _full(mask, masks.size) for mask in masks}
    found: list[tuple[int, int, int | None]] = []
    seen: set[int | None] = set()
    for x, y in zip(rng.integers(4, width - 4, TRIES), rng.integers(4, height - 4, TRIES), strict=True):
        around = {id: inside[y - 2 : y + 3, x - 2 : x + 3] for id, inside in full.items()}
        if any(near.any() != near.all() for near in around.values()):
            continue
        here = [id for id, near in around.items() if near.all()]
        smallest = min(here, key=lambda one: (masks[one].area, one), default=None)
        if smallest not in seen:
            seen.add(smallest)
            found.append((int(x), int(y), smallest))
    return found[:count]


def _full(mask: Mask, size: Size) -> np.ndarray:
    whole = np.zeros((size.height, size.width), bool)
    x, y, width, height = mask.box
    whole[y : y + height, x : x + width] = mask.coverage >= INSIDE
    return whole


if __name__ == "__main__":
    import sys

    write_photo(Path(sys.argv[1]))
    write_drawing(Path(sys.argv[1]))
