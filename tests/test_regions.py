from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given

from maskpick.lookup import STRIP, count, look_up
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.regions import RegionMap
from strategies import mask_sets, slow_stacks


@given(mask_sets(most=8))
def test_every_pixel_s_row_is_its_stack(masks: MaskSet) -> None:
    regions = RegionMap.build(masks.size, masks.masks)
    assert {point: regions.at(*point) for point in np.ndindex(masks.size)} == slow_stacks(masks)


@given(mask_sets(most=8))
def test_the_table_holds_each_combination_that_occurs_once_and_the_empty_one_first(masks: MaskSet) -> None:
    regions = RegionMap.build(masks.size, masks.masks)
    assert regions.table[0] == ()
    assert len(set(regions.table)) == len(regions.table)
    assert set(np.unique(regions.index)) | {0} == set(range(len(regions.table)))


@given(mask_sets(most=8))
def test_the_order_of_the_masks_does_not_matter(masks: MaskSet) -> None:
    one, other = RegionMap.build(masks.size, masks.masks), RegionMap.build(masks.size, masks.masks[::-1])
    assert one.table == other.table
    assert np.array_equal(one.index, other.index)


@given(mask_sets(most=8))
def test_one_more_mask_gives_the_map_of_all(masks: MaskSet) -> None:
    if masks.masks:
        before = masks.replace(masks=masks.masks[:-1], panoptic=None)
        areas = {mask.id: mask.area for mask in before}
        grown = before.regions.with_mask(masks.masks[-1], areas)
        regions = RegionMap.build(masks.size, masks.masks)
        assert {point: grown.at(*point) for point in np.ndindex(masks.size)} == {
            point: regions.at(*point) for point in np.ndindex(masks.size)
        }
        assert set(grown.table) == set(regions.table)
        assert grown.areas.tolist() == np.bincount(grown.index.ravel(), minlength=len(grown.table)).tolist()


def noise(count: int, size: Size, share: float = 0.5) -> MaskSet:
    rng = np.random.default_rng(7)
    return MaskSet(size, tuple(Mask.from_array(id, rng.random(size[::-1]) < share) for id in range(1, count + 1)))


def test_more_combinations_than_16_bits_tell_apart() -> None:
    masks = noise(20, Size(400, 300))
    regions = masks.regions
    assert len(regions.table) > 65_536
    assert regions.index.dtype == np.uint32
    for y, x in np.random.default_rng(1).integers(0, 300, (200, 2)):
        assert set(regions.at(x, y)) == {mask.id for mask in masks if mask.contains(int(x), int(y))}


def test_combinations_that_were_covered_again_do_not_count() -> None:
    # 40 x 3,000 pixels: all combinations ever met are more than 65,536, those that remain are not.
    size = Size(200, 200)
    masks = noise(18, size)
    assert 2 < len(masks.regions.table) <= 40_001
    assert masks.regions.index.dtype == np.uint16


def test_building_costs_one_canvas_of_two_bytes_and_little_more() -> None:
    size = Size(3000, 2000)
    masks = [Mask(id, Box(200 * id, 100 * id, 300, 300), np.full((300, 300), 255, np.uint8)) for id in range(1, 11)]
    tracemalloc.start()
    try:
        RegionMap.build(size, masks)
        # The canvas, once more where unused rows are dropped, and a strip at 8 bytes a pixel.
        assert tracemalloc.get_traced_memory()[1] < 2 * 2 * 6_000_000 + 10 * STRIP
    finally:
        tracemalloc.stop()


def test_counting_and_looking_up_agree_with_numpy_beyond_one_strip() -> None:
    index = np.random.default_rng(3).integers(0, 900, (1500, 1100), np.uint16)
    table = np.random.default_rng(4).integers(0, 60_000, 900, np.uint16)
    assert index.size > STRIP
    assert np.array_equal(count(index, 1000), np.bincount(index.ravel(), minlength=1000))
    assert np.array_equal(look_up(table, index), table[index])
