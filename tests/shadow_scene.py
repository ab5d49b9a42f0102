"""A scene with one object and the shadow it casts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture

SIZE = Size(320, 240)
POST = 7
"""The id of its object."""


def post() -> NDArray[np.bool_]:
    """A post that stands on the ground, (h, w) bool."""
    rows, columns = np.mgrid[: SIZE.height, : SIZE.width]
    return np.asarray((rows >= 60) & (rows < 150) & (abs(columns - 140) < 22))


def laid_down() -> NDArray[np.float32]:
    """Its shadow, 0..1, soft."""
    shape = np.zeros((SIZE.height, SIZE.width), np.uint8)
    cv2.fillPoly(shape, [np.array([(119, 146), (161, 146), (235, 176), (190, 184)], np.int32)], 1)
    return np.asarray(cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 2))


def scene(shade: float, ground: tuple[int, int, int] = (150, 140, 120), seed: int = 3) -> NDArray[np.uint8]:
    """A red post on grainy ground, its shadow darkening the light by ``shade``."""
    light = np.broadcast_to((np.array(ground) / 255) ** 2.2, (SIZE.height, SIZE.width, 3))
    light = light * (1 - shade * laid_down()[..., None])
    pixels = 255 * light ** (1 / 2.2) + np.random.default_rng(seed).normal(0, 6, light.shape)
    pixels[post()] = (170, 40, 40)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def posted(shade: float) -> tuple[Picture, MaskSet]:
    """The scene as a picture, and its one object."""
    return Picture(scene(shade)), MaskSet(SIZE, (Mask.from_array(POST, post(), name="post"),))
