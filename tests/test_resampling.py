from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from maskpick.masks import Box, Mask, Size
from maskpick.resampling import STRIP, nearest
from strategies import disc, masks, sizes

OLD = Size(17, 13)


def weights(old: int, new: int) -> NDArray[np.float64]:
    """(new, old): how much each old pixel counts in each new one - area means down, linear interpolation up."""
    if new < old:
        edges = np.arange(new + 1) * old / new
        starts, ends = edges[:-1, None], edges[1:, None]
        cells = np.arange(old)
        overlap = np.minimum(ends, cells + 1) - np.maximum(starts, cells)
        means: NDArray[np.float64] = np.clip(overlap, 0, None) * new / old
        return means
    centres = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    tents: NDArray[np.float64] = np.clip(1 - np.abs(centres[:, None] - np.arange(old)), 0, None)
    return tents


def dense(canvas: NDArray[np.uint8], new: Size) -> NDArray[np.float64]:
    result: NDArray[np.float64] = weights(canvas.shape[0], new.height) @ canvas @ weights(canvas.shape[1], new.width).T
    return result


@given(masks(OLD), sizes(50))
def test_a_mask_is_resized_as_its_whole_canvas_would_be(mask: Mask, new: Size) -> None:
    resized = mask.resized(OLD, new).canvas(new)
    # Half a step for rounding, and a little for single precision in between.
    assert np.abs(resized - dense(mask.canvas(OLD), new)).max() <= 0.51


@pytest.mark.parametrize("new", [Size(300, 900), Size(900, 300)])
def test_a_large_mask_is_resized_strip_by_strip_without_seams(new: Size) -> None:
    old = Size(700, 600)
    canvas = np.random.default_rng(2).integers(0, 256, (600, 700), np.uint8)
    assert canvas.size > STRIP
    resized = Mask(1, Box(0, 0, *old), canvas).resized(old, new).canvas(new)
    assert np.abs(resized - dense(canvas, new)).max() <= 0.51


@given(masks(OLD))
def test_the_same_size_is_the_same_mask(mask: Mask) -> None:
    assert mask.resized(OLD, OLD) is mask


@given(masks(OLD))
def test_a_whole_multiple_up_and_down_keeps_what_is_flat(mask: Mask) -> None:
    whole = mask | Mask(1, Box(0, 0, *OLD), np.full((13, 17), 255, np.uint8))
    assert whole.resized(OLD, Size(51, 39)).resized(Size(51, 39), OLD) == whole


def test_the_area_scales_with_the_picture() -> None:
    old, new = Size(400, 300), Size(1000, 750)
    shape = Mask.from_array(1, disc(old, 200, 150, 60))
    assert abs(shape.resized(old, new).area / shape.area / 6.25 - 1) < 0.01
    small = Size(100, 75)
    assert abs(shape.resized(old, small).area / shape.area * 16 - 1) < 0.02


@given(masks(OLD), sizes(50))
def test_labels_are_those_under_each_new_pixel_s_centre(mask: Mask, new: Size) -> None:
    labels = np.arange(OLD.width * OLD.height, dtype=np.uint16).reshape(OLD.height, OLD.width)
    resized = nearest(labels, new)
    assert resized.dtype == np.uint16
    for y in range(new.height):
        for x in range(new.width):
            # In whole numbers: the centre of pixel x lies at (2x + 1) / 2 of the new width.
            row, column = (2 * y + 1) * OLD.height // (2 * new.height), (2 * x + 1) * OLD.width // (2 * new.width)
            assert resized[y, x] == labels[row, column]


def test_memory_goes_with_the_box_and_not_with_the_canvas() -> None:
    mask = Mask(1, Box(3000, 2000, 300, 200), np.full((200, 300), 255, np.uint8))
    tracemalloc.start()
    try:
        mask.resized(Size(8000, 6000), Size(4000, 3000))
        mask.resized(Size(8000, 6000), Size(12000, 9000))
        assert tracemalloc.get_traced_memory()[1] < 40 * 300 * 200 * 1.5**2
    finally:
        tracemalloc.stop()
