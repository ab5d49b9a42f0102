"""Makes the pictures of the README and of these pages from the example photos: python docs/pictures/make.py"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import maskpick
from maskpick.edges import Edge, feather
from maskpick.engines.local.edge_map import TensorEdges
from maskpick.engines.local.net_edges import NetEdges
from maskpick.layers import Stack
from maskpick.masks import Box, Mask, MaskSet
from maskpick.pictures import Picture

HERE = Path(__file__).parent
PHOTOS = HERE.parent / "photos"
GAP = 12


def found(name: str) -> tuple[Picture, MaskSet]:
    picture = maskpick.open_picture(PHOTOS / f"{name}.jpg")
    return picture, maskpick.find(picture)


def image(picture: Picture) -> Image.Image:
    return Image.fromarray(picture.pixels)


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


def objects() -> None:
    picture, masks = found("coffee")
    wanted = [(365, 285, 7_000), (225, 275, 2_500), (290, 180, 12_000), (280, 120, 48_000), (120, 200, 80_000)]
    shown = [cut_out(nearest_in_size(masks, x, y, area), picture) for x, y, area in wanted]
    save(row([one.resize((300, 200), Image.Resampling.LANCZOS) for one in shown]), "objects")


def nearest_in_size(masks: MaskSet, x: int, y: int, area: int) -> Mask:
    """Of the stack at a point, the object of about this size."""
    return min((masks[one] for one in masks.at(x, y)), key=lambda mask: abs(mask.area - area))


def cut_out(mask: Mask, picture: Picture) -> Image.Image:
    y, x = np.mgrid[: picture.size.height, : picture.size.width] // 12
    board = Image.fromarray(np.where((x + y) % 2, 205, 235).astype(np.uint8)).convert("RGB")
    return Image.composite(image(picture), board, Image.fromarray(mask.canvas(picture.size)))


def edges() -> None:
    """A photo, and the borders in it as the hand-made measures and as the net see them."""
    picture = maskpick.open_picture(PHOTOS / "coffee.jpg")
    maps = [edge_map(picture.rgb8) for edge_map in (TensorEdges(), NetEdges())]
    seen = [Image.fromarray(np.uint8(255 * np.clip(one / np.quantile(one, 0.995), 0, 1))) for one in maps]
    shown = [image(picture), *seen]
    save(row([one.resize((400, 267), Image.Resampling.LANCZOS) for one in shown]), "edges")


OUTLINE = [(22, 0), (40, 40), (38, 90), (30, 130), (0, 150), (0, 300), (300, 300), (318, 250), (322, 215), (345, 180)]
OUTLINE += [(362, 130), (358, 80), (392, 25), (395, 0)]
"""Chelsea, drawn round quickly ..."""
CARELESS = [*OUTLINE[:6], (290, 300), (300, 225), *OUTLINE[9:]]
"""... and so carelessly that the line runs through her chin."""


def fine_edges() -> None:
    """Above: a quick outline, and what it cuts out with a plain, a feathered and a fine edge. Below: a careless one."""
    picture = maskpick.open_picture(PHOTOS / "chelsea.jpg")
    rows = []
    for outline in (OUTLINE, CARELESS):
        drawn = Image.new("L", picture.size)
        ImageDraw.Draw(drawn).polygon(outline, fill=255)
        mask = Mask(1, Box(0, 0, *picture.size), np.array(drawn))
        shown = image(picture)
        ImageDraw.Draw(shown).line([*outline, outline[0]], fill=(255, 255, 0), width=2)
        fine = Edge(fine=True).of(mask, picture.size, picture)
        laid = [shown, over(mask, picture, "white"), over(feather(mask, 4, picture.size), picture, "white")]
        laid += [over(fine, picture, ground, clean=True) for ground in ("white", "black", "rgb(0, 177, 64)")]
        rows.append(row([one.crop((240, 0, 420, 300)) for one in laid]))
    sheet = Image.new("RGB", (rows[0].width, 2 * rows[0].height + GAP), "white")
    for number, one in enumerate(rows):
        sheet.paste(one, (0, number * (one.height + GAP)))
    save(sheet, "fine-edges")


def over(mask: Mask, picture: Picture, ground: str, clean: bool = False) -> Image.Image:
    """What a mask cuts out, over a colour."""
    [layer] = [one for one in Stack(picture, MaskSet(picture.size, (mask,)), clean=clean).layers if one.mask_id]
    sheet = Image.new("RGB", picture.size, ground)
    cut = Image.fromarray(layer.pixels)
    sheet.paste(cut, (layer.box.x, layer.box.y), cut)
    return sheet


if __name__ == "__main__":
    previews()
    removal()
    objects()
    edges()
    fine_edges()
