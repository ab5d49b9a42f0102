from __future__ import annotations

import numpy as np
import pytest

import maskpick
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.rims import with_rim


def scene(factor: int = 1) -> tuple[Picture, Mask, np.ndarray]:
    """A red figure on a lawn; a mask of it that leaves out a strap; where the strap is."""
    height, width = 160 * factor, 200 * factor
    rng = np.random.default_rng(1)
    pixels = np.clip(np.array((80, 130, 60)) + rng.normal(0, 5, (height, width, 3)), 0, 255).astype(np.uint8)
    body, strap = np.zeros((height, width), bool), np.zeros((height, width), bool)
    body[50 * factor : 110 * factor, 80 * factor : 130 * factor] = True
    strap[60 * factor : 66 * factor, 130 * factor : 135 * factor] = True
    pixels[body | strap] = (180, 30, 40)
    return Picture(pixels), Mask.from_array(1, body), strap


@pytest.mark.parametrize("factor", [1, 8])
def test_what_the_mask_leaves_out_is_found_at_any_size(factor: int) -> None:
    picture, mask, strap = scene(factor)
    found = with_rim(mask, picture).canvas(picture.size) > 127
    assert found[strap].mean() > 0.6
    assert not (mask - with_rim(mask, picture)).area
    assert np.count_nonzero(found) < 1.05 * (mask.area + np.count_nonzero(strap))


def test_a_mask_that_is_all_of_the_picture_stays() -> None:
    picture, _, _ = scene()
    everything = Mask.from_array(1, np.ones((160, 200), bool))
    assert with_rim(everything, picture) == everything
    assert with_rim(Mask.from_array(1, np.zeros((160, 200), bool)), picture).empty
    beyond = Mask.from_array(1, np.ones((20, 20), bool), 190, 10)
    assert with_rim(beyond, picture).box == Box(190, 10, 20, 20)


def test_nothing_of_the_object_is_left_when_it_is_removed_unless_the_growth_is_given() -> None:
    picture, mask, strap = scene()
    masks = MaskSet(Size(200, 160), (mask,))
    assert (maskpick.remove(picture, masks, [1]).rgb8[strap][:, 0] < 130).mean() > 0.95
    assert (maskpick.remove(picture, masks, [1], grow=0).rgb8[strap] == picture.rgb8[strap]).all()
