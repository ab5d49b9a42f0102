from __future__ import annotations

import numpy as np
import pytest

from maskpick.foreground import foreground_colours
from soft_objects import SoftObject, blurred, hairy


@pytest.mark.parametrize("object_", [hairy(), blurred()], ids=["hair", "blur"])
def test_the_background_goes_out_of_the_colours(object_: SoftObject) -> None:
    coverage = np.rint(255 * object_.alpha).astype(np.uint8)
    soft = (coverage > 0) & (coverage < 255)
    share = object_.alpha[soft][:, None]
    told = foreground_colours(object_.picture.pixels, coverage)
    before = (share * np.abs(object_.picture.pixels.astype(float) - object_.front)[soft]).mean()
    after = (share * np.abs(told.astype(float) - object_.front)[soft]).mean()
    assert after < 0.35 * before


def test_where_coverage_is_whole_or_nothing_colours_are_the_very_same() -> None:
    object_ = hairy()
    coverage = np.rint(255 * object_.alpha).astype(np.uint8)
    told = foreground_colours(object_.picture.pixels, coverage)
    sure = (coverage == 0) | (coverage == 255)
    assert (told[sure] == object_.picture.pixels[sure]).all()
    assert (told[~sure] != object_.picture.pixels[~sure]).any()


def test_sixteen_bits_stay_sixteen_bits() -> None:
    object_ = blurred()
    coverage = np.rint(255 * object_.alpha).astype(np.uint8)
    deep = object_.picture.pixels.astype(np.uint16) * 257
    told = foreground_colours(deep, coverage)
    assert told.dtype == np.uint16
    shallow = foreground_colours(object_.picture.pixels, coverage)
    assert np.abs(told / 257 - shallow).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 2)])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_shape_will_do(shape: tuple[int, int], channels: int) -> None:
    rng = np.random.default_rng(1)
    colours = rng.integers(0, 256, (*shape, channels), np.uint8)
    told = foreground_colours(colours, rng.integers(0, 256, shape, np.uint8))
    assert (told.shape, told.dtype) == (colours.shape, np.uint8)


def test_a_coverage_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        foreground_colours(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.uint8))
