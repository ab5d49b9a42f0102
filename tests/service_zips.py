"""Zips as the mask service sends them, for the tests of archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from maskpick import panoptic
from maskpick.masks import Mask, MaskSet, Size
from strategies import disc

HEX = "0123456789abcdef"
UUID = "3f1c9c4e-5b0a-4f52-9f6e-0d5a4c1b7a86"
SIZE = Size(90, 60)


def grey(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png")
    return buffer.getvalue()


def hard(x: float, y: float, radius: float) -> NDArray[np.uint8]:
    return disc(SIZE, x, y, radius).astype(np.uint8) * 255


SHAPES = {1: hard(30, 30, 25), 2: hard(35, 30, 10), 5: hard(70, 20, 8)}
MASKS = MaskSet(SIZE, tuple(Mask.from_array(id, array) for id, array in SHAPES.items()))
MAP = panoptic.build(MASKS)


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return buffer.getvalue()


def files(visual_id: str = UUID, folder: str = f"{UUID}/") -> dict[str, bytes]:
    """The files of a zip as the service sends it."""
    named = {f"{folder}{visual_id}_{id}.png": grey(array) for id, array in SHAPES.items()}
    return named | {f"{folder}{visual_id}_panoptic.png": grey(MAP.astype(np.uint8))}


def same_masks(one: MaskSet, other: MaskSet) -> bool:
    return one.size == other.size and tuple(one) == tuple(other)
