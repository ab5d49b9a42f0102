"""Makes the pictures of the README and of these pages from the example photos: python docs/pictures/make.py"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import maskpick
from maskpick.layers import Layer, Stack
from maskpick.masks import MaskSet
from maskpick.pictures import Picture

HERE = Path(__file__).parent
PHOTOS = HERE.parent / "photos"
GAP = 12


def found(name: str) -> tuple[Picture, MaskSet]:
    picture = maskpick.open_picture(PHOTOS / f"{name}.jpg")
    return picture, maskpick.find(picture)


def image(picture: Picture) -> Image.Image:
    return Image.fromarray(picture.pixels)


def checkerboard(width: int, height: int) -> Image.Image:
    y, x = np.mgrid[:height, :width] // 8
    return Image.fromarray(np.where((x + y) % 2, 205, 235).astype(np.uint8)).convert("RGBA")


def row(images: list[Image.Image]) -> Image.Image:
    """Images of one height side by side, on white."""
    width = sum(one.width for one in images) + GAP * (len(images) - 1)
    sheet = Image.new("RGB", (width, images[0].height), "white")
    x = 0
    for one in images:
        sheet.paste(one.convert("RGB"), (x, 0))
        x += one.width + GAP
    return sheet


def save(sheet: Image.Image, name: str) -> None:
    sheet.convert("RGB").save(HERE / f"{name}.jpg", quality=90)


def previews() -> None:
    shown = [image(maskpick.draw_preview(*found(name))) for name in ("coffee", "chelsea")]
    height = min(one.height for one in shown)
    save(
        row([one.resize((one.width * height // one.height, height), Image.Resampling.LANCZOS) for one in shown]),
        "preview",
    )


def removal() -> None:
    picture, masks = found("coffee")
    spoon = next(one for one in masks.at(365, 285) if masks[one].area > 6000)
    without = maskpick.remove(picture, masks, [spoon])
    picked = np.array(picture.pixels)
    inside = masks[spoon].canvas(masks.size) >= 128
    picked[inside] = picked[inside] // 2 + np.array([127, 85, 20], np.uint8)
    save(row([image(picture), Image.fromarray(picked), image(without)]), "removal")


def layers() -> None:
    picture, masks = found("coffee")
    largest = sorted(Stack(picture, masks).layers, key=lambda one: -np.count_nonzero(one.share))
    shown = [on_checkerboard(one, picture) for one in largest[:5]]
    save(row([one.resize((300, 200), Image.Resampling.LANCZOS) for one in shown]), "layers")


def on_checkerboard(layer: Layer, picture: Picture) -> Image.Image:
    board = checkerboard(*picture.size)
    board.alpha_composite(Image.fromarray(layer.pixels).convert("RGBA"), (layer.box.x, layer.box.y))
    return board


if __name__ == "__main__":
    previews()
    removal()
    layers()
