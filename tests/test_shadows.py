"""The shadow at an object's foot is told where there is one, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from maskpick.masks import INSIDE, Mask
from maskpick.pictures import Picture
from maskpick.shadows import shadow_of, shadows_of
from shadow_scene import POST, SIZE, laid_down, post, posted, scene


def told(pixels: np.ndarray) -> Mask | None:
    return shadow_of(Mask.from_array(POST, post()), Picture(pixels))


@pytest.mark.parametrize("ground", [(150, 140, 120), (90, 130, 70), (230, 232, 238)], ids=["sand", "grass", "snow"])
@pytest.mark.parametrize("shade", [0.45, 0.75])
def test_a_shadow_is_told(ground, shade):
    shadow = told(scene(shade, ground))
    assert shadow is not None
    assert shadow.id == POST
    found, true = shadow.canvas(SIZE) >= INSIDE, (laid_down() > 0.4) & ~post()
    assert np.count_nonzero(found & true) > 0.6 * np.count_nonzero(found | true)
    assert not (found & post()).any()
    coverage = shadow.canvas(SIZE)
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


def test_a_part_casts_no_shadow_beside_its_wholes():
    picture, masks = posted(0.6)
    part = Mask.from_array(POST + 1, post()[100:], 0, 100, parent=POST)
    assert [shadow.id for shadow in shadows_of([*masks, part], picture)] == [POST]
    assert [shadow.id for shadow in shadows_of([part], picture)] == [POST + 1]
