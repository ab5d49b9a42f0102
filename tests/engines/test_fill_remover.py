"""The remover as the rest of maskpick sees it: a picture, a mask, masks to keep out."""

from __future__ import annotations

import numpy as np
import pytest

from maskpick.engines.fill import FillOptions, FillRemover
from maskpick.errors import Cancelled
from maskpick.masks import Box, Mask
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.progress import Progress


def picture(channels: int = 3) -> Picture:
    pixels = np.random.default_rng(1).integers(60, 120, (90, 120, channels), np.uint8)
    return Picture(pixels, icc=b"profile")


def square(id: int, x: int, y: int, side: int, coverage: int = 255) -> Mask:
    return Mask(id, Box(x, y, side, side), np.full((side, side), coverage, np.uint8))


def test_it_is_registered():
    remover = Plugins.load(only=["fill"]).remover("fill")
    assert remover is FillRemover
    assert remover().options == FillOptions()


def test_only_the_hole_changes():
    old = picture(4)
    new = FillRemover().remove(old, square(1, 40, 30, 30), [], Progress())
    changed = (old.pixels != new.pixels).any(axis=2)
    assert changed[30:60, 40:70].mean() > 0.8
    changed[30:60, 40:70] = False
    assert not changed.any()
    assert np.array_equal(new.pixels[..., 3], old.pixels[..., 3])
    assert new.icc == b"profile"


def test_a_soft_edge_is_blended():
    pixels = np.full((80, 80, 3), 100, np.uint8)
    pixels[20:60, 20:60] = 200
    coverage = np.zeros((44, 44), np.uint8)
    coverage[:] = 64
    coverage[2:-2, 2:-2] = 255
    new = FillRemover().remove(Picture(pixels), Mask(1, Box(18, 18, 44, 44), coverage), [], Progress())
    assert np.abs(new.pixels[20:60, 20:60].astype(int) - 100).max() <= 2

    half = Mask(1, Box(20, 20, 40, 40), np.full((40, 40), 64, np.uint8))
    new = FillRemover().remove(Picture(pixels), half, [], Progress())
    assert np.abs(new.pixels[20:60, 20:60].astype(int) - 150).max() <= 2


def test_kept_objects_are_no_source():
    pixels = np.array(picture().pixels)
    pixels[20:70, 75:110] = (255, 0, 0)
    red = Mask(2, Box(75, 20, 35, 50), np.full((50, 35), 255, np.uint8))
    new = FillRemover().remove(Picture(pixels), square(1, 40, 30, 33), [red], Progress())
    assert new.pixels[30:63, 40:73, 0].max() < 160


def test_a_cancelled_removal_raises():
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        FillRemover().remove(picture(), square(1, 40, 30, 30), [], progress)
