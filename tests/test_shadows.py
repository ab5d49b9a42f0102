"""The shadow at an object's foot is told where there is one, and only there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from maskpick.masks import INSIDE, Mask, Size
from maskpick.pictures import Picture
from maskpick.shadows import shadow_of

HEIGHT, WIDTH = 240, 320


def post() -> np.ndarray:
    """A post that stands on the ground, (h, w) bool."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return (rows >= 60) & (rows < 150) & (abs(columns - 140) < 22)


def laid_down() -> np.ndarray:
    """Its shadow, 0..1, soft."""
    shape = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(shape, [np.array([(119, 146), (161, 146), (235, 176), (190, 184)], np.int32)], 1)
    return cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 2)


def scene(shade: float, ground: tuple[int, int, int] = (150, 140, 120), seed: int = 3) -> np.ndarray:
    """A red post on grainy ground, its shadow darkening the light by `shade`."""
    light = np.broadcast_to((np.array(ground) / 255) ** 2.2, (HEIGHT, WIDTH, 3))
    light = light * (1 - shade * laid_down()[..., None])
    pixels = 255 * light ** (1 / 2.2) + np.random.default_rng(seed).normal(0, 6, light.shape)
    pixels[post()] = (170, 40, 40)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def told(pixels: np.ndarray) -> Mask | None:
    return shadow_of(Mask.from_array(7, post()), Picture(pixels))


@pytest.mark.parametrize("ground", [(150, 140, 120), (90, 130, 70), (230, 232, 238)], ids=["sand", "grass", "snow"])
@pytest.mark.parametrize("shade", [0.45, 0.75])
def test_a_shadow_is_told(ground, shade):
    shadow = told(scene(shade, ground))
    assert shadow is not None
    assert shadow.id == 7
    found, true = shadow.canvas(Size(WIDTH, HEIGHT)) >= INSIDE, (laid_down() > 0.4) & ~post()
    assert np.count_nonzero(found & true) > 0.6 * np.count_nonzero(found | true)
    assert not (found & post()).any()
    coverage = shadow.canvas(Size(WIDTH, HEIGHT))
    assert ((coverage > 0) & (coverage < 255)).any(), "its edge is soft"


def test_where_none_is_none_is_told():
    assert told(scene(0)) is None


def test_a_dark_thing_of_another_hue_is_no_shadow():
    pixels = scene(0)
    pixels[(laid_down() > 0.5) & ~post()] = (30, 40, 110)
    assert told(pixels) is None


def test_a_dark_floor_is_no_shadow():
    pixels = scene(0)
    pixels[146:][~post()[146:]] //= 2
    assert told(pixels) is None


def test_a_dark_patch_away_from_the_foot_is_no_shadow():
    pixels = scene(0)
    pixels[190:215, 40:110] //= 2
    assert told(pixels) is None


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (40, 2)])
def test_small_pictures_and_whole_ones_have_no_shadow(shape):
    whole = Mask.from_array(1, np.ones(shape, bool))
    assert shadow_of(whole, Picture(np.full((*shape, 3), 90, np.uint8))) is None
    corner = Mask.from_array(1, np.ones((1, 1), bool))
    assert shadow_of(corner, Picture(np.full((*shape, 1), 90, np.uint16))) is None
