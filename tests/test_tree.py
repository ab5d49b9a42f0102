"""The tree of masks: containment, near-duplicates, background, order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.tree import CONTAINED, LARGER, SAME, arrange, kind_of, walk

SIZE = Size(40, 30)


def block(number: int, x: int, y: int, width: int, height: int, **fields: object) -> Mask:
    return Mask(number, Box(x, y, width, height), np.full((height, width), 255, np.uint8), **fields)  # type: ignore[arg-type]


def arranged(*masks: Mask, size: Size = SIZE) -> MaskSet:
    return arrange(MaskSet(size, masks))


def parents(masks: MaskSet) -> dict[int, int | None]:
    return {mask.id: mask.parent for mask in masks}


def test_the_parent_is_the_smallest_mask_around() -> None:
    masks = arranged(block(1, 2, 2, 30, 25), block(2, 5, 5, 10, 10), block(3, 6, 6, 4, 4), block(4, 25, 20, 3, 3))
    assert parents(masks) == {1: None, 2: 1, 3: 2, 4: 1}
    assert [(depth, mask.id) for depth, mask in walk(masks)] == [(0, 1), (1, 2), (2, 3), (1, 4)]


def test_a_part_may_reach_out_of_its_whole_a_little() -> None:
    whole = block(1, 5, 5, 20, 20)
    assert parents(arranged(whole, block(2, 4, 8, 20, 5)))[2] == 1  # a row of 5 of 100 pixels outside
    assert parents(arranged(whole, block(2, 1, 8, 20, 5)))[2] is None  # 20 of 100


def test_boxes_that_meet_do_not_make_a_part() -> None:
    ring = np.full((20, 20), 255, np.uint8)
    ring[3:-3, 3:-3] = 0
    masks = arranged(Mask(1, Box(5, 5, 20, 20), ring), block(2, 10, 10, 8, 8))
    assert parents(masks) == {1: None, 2: None}


def test_near_duplicates_become_alternates_of_the_best() -> None:
    masks = arranged(
        block(1, 1, 1, 30, 20),
        block(2, 5, 5, 10, 10, confidence=0.7),
        block(3, 5, 5, 10, 10, confidence=0.9),
        block(4, 5, 5, 10, 10, confidence=0.8),
        block(5, 6, 6, 3, 3),
    )
    assert {mask.id: mask.alternate_of for mask in masks} == {1: None, 5: None, 3: None, 4: 3, 2: 3}
    assert parents(masks) == {1: None, 2: 1, 3: 1, 4: 1, 5: 3}
    assert [mask.id for mask in masks] == [1, 5, 3, 4, 2]
    assert {mask.id for _, mask in walk(masks)} == {1, 3, 5}


def test_an_alternate_is_never_a_parent_even_when_it_is_the_smaller_one() -> None:
    masks = arranged(block(1, 5, 5, 10, 20), block(2, 5, 5, 10, 19), block(3, 7, 7, 4, 4))
    assert masks[2].alternate_of == 1
    assert parents(masks)[3] == 1


def test_a_chain_of_likenesses_hangs_on_what_is_shown() -> None:
    # 1 ~ 2 and 2 ~ 3, but 1 and 3 differ: 3 stands for itself, since 2 is not shown.
    masks = arranged(block(1, 0, 0, 10, 30), block(2, 0, 0, 11, 30), block(3, 0, 0, 12, 30), size=Size(40, 40))
    assert {mask.id: mask.alternate_of for mask in masks} == {1: None, 2: 1, 3: None}


@pytest.mark.parametrize(
    ("box", "background"),
    [
        ((0, 0, 40, 10), True),  # sky
        ((0, 0, 12, 30), True),  # a wall at the left
        ((10, 5, 20, 25), False),  # a person, cut off at the bottom only
        ((0, 0, 5, 5), False),  # a small thing in a corner
        ((1, 1, 38, 28), False),  # large, but nowhere at the border
    ],
)
def test_background_is_large_and_runs_along_the_border(box: tuple[int, int, int, int], background: bool) -> None:
    assert arranged(block(1, *box))[1].background is background


def test_background_comes_after_the_objects_and_an_engine_that_knows_it_is_believed() -> None:
    masks = arranged(block(1, 0, 0, 40, 10), block(2, 5, 15, 4, 4, background=True), block(3, 15, 15, 4, 4))
    assert [(mask.id, mask.background) for mask in masks] == [(3, False), (1, True), (2, True)]


def test_the_border_of_a_picture_with_transparent_margins_is_that_of_what_is_seen() -> None:
    pixels = np.zeros((30, 40, 4), np.uint8)
    pixels[5:25, 10:30, 3] = 255
    sky = MaskSet(SIZE, (block(1, 10, 5, 20, 8),))
    assert not arrange(sky)[1].background
    assert arrange(sky, Picture(pixels))[1].background
    assert not arrange(sky, Picture(np.zeros((30, 40, 4), np.uint8)))[1].background


def test_what_stands_before_the_background_is_no_part_of_it() -> None:
    scene, ground = block(1, 0, 0, 40, 30), block(2, 0, 10, 40, 20)
    masks = arranged(scene, ground, block(3, 10, 12, 10, 10), block(4, 12, 14, 3, 3))
    assert parents(masks) == {1: None, 2: 1, 3: None, 4: 3}


def test_parents_of_an_engine_are_replaced() -> None:
    masks = arranged(block(1, 5, 5, 20, 20, parent=2), block(2, 6, 6, 4, 4, parent=1, alternate_of=1))
    assert parents(masks) == {1: None, 2: 1}
    assert masks[2].alternate_of is None


def test_part_whole_and_group() -> None:
    masks = arranged(
        block(1, 2, 2, 20, 20),  # a pair: nothing but 2 and 3
        block(2, 2, 2, 10, 20),
        block(3, 12, 2, 10, 20),
        block(4, 4, 4, 3, 3),  # an eye of 2
        block(5, 0, 24, 40, 6),  # the floor
        block(6, 10, 25, 3, 3),  # lies on the floor
    )
    assert {mask.id: kind_of(mask, masks) for mask in masks} == {
        1: "group", 2: "part", 3: "part", 4: "part", 5: "whole", 6: "whole",
    }  # fmt: skip


def test_nothing_and_empty_masks_are_arranged_too() -> None:
    assert len(arranged()) == 0
    nothing = Mask(1, Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    faint = Mask(2, Box(3, 3, 2, 2), np.full((2, 2), 9, np.uint8))
    masks = arranged(nothing, faint, block(3, 0, 0, 20, 20))
    assert parents(masks) == {1: None, 2: None, 3: None}
    assert not any(mask.alternate_of for mask in masks)


def test_the_walk_ends_and_misses_nothing_even_where_parents_make_no_sense() -> None:
    circle = MaskSet(
        SIZE,
        (
            block(1, 0, 0, 4, 4, parent=2),
            block(2, 0, 0, 5, 5, parent=1),
            block(3, 0, 0, 6, 6, parent=3),
            block(4, 0, 0, 7, 7, parent=99),
            block(5, 0, 0, 8, 8, parent=4),
        ),
    )
    assert [(depth, mask.id) for depth, mask in walk(circle)] == [(0, 4), (1, 5), (0, 1), (1, 2), (0, 3)]


def test_the_region_map_is_built_once() -> None:
    masks = MaskSet(SIZE, (block(1, 2, 2, 20, 20), block(2, 3, 3, 5, 5)))
    assert arrange(masks).regions is masks.regions


@st.composite
def mask_sets(draw: st.DrawFn) -> MaskSet:
    """Rectangles with holes and soft pixels, many of them alike."""
    size = Size(16, 12)
    masks = []
    for number in range(1, draw(st.integers(0, 9)) + 1):
        x, y = draw(st.integers(0, 14)), draw(st.integers(0, 10))
        width, height = draw(st.integers(1, size.width - x)), draw(st.integers(1, size.height - y))
        coverage = np.full((height, width), 255, np.uint8)
        seed = draw(st.none() | st.integers(0, 9))
        if seed is not None:
            coverage = np.random.default_rng(seed).choice([0, 100, 200, 255], (height, width)).astype(np.uint8)
        confidence = draw(st.sampled_from([0.5, 0.9, 1.0]))
        masks.append(
            Mask(number, Box(x, y, width, height), coverage, confidence, parent=draw(st.none() | st.integers(1, 9)))
        )
    return MaskSet(size, tuple(masks))


@given(mask_sets())
@settings(deadline=None)
def test_there_is_never_a_circle_and_every_claim_holds_pixel_by_pixel(masks: MaskSet) -> None:
    tree = arrange(masks)
    inside = {mask.id: mask.canvas(masks.size) >= 128 for mask in masks}
    for mask in tree:
        seen = {mask.id}
        above = mask
        while above.parent is not None:
            above = tree[above.parent]
            assert above.id not in seen
            seen.add(above.id)
        if mask.alternate_of is not None:
            first = tree[mask.alternate_of]
            a, b = inside[mask.id], inside[first.id]
            assert (a & b).sum() >= SAME * (a | b).sum()
            assert first.alternate_of is None
            assert first.parent == mask.parent
            assert (-first.confidence, first.id) < (-mask.confidence, mask.id)
        elif mask.parent is not None:
            part, whole = inside[mask.id], inside[mask.parent]
            assert (part & whole).sum() >= CONTAINED * part.sum()
            assert whole.sum() >= LARGER * part.sum()
            assert tree[mask.parent].alternate_of is None
            assert mask.background or not tree[mask.parent].background
    assert sorted(mask.id for _, mask in walk(tree)) == sorted(m.id for m in tree if m.alternate_of is None)


@given(mask_sets(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_arrival_does_not_matter_and_arranging_again_changes_nothing(
    masks: MaskSet, random: object
) -> None:
    tree = arrange(masks)
    assert arrange(tree) == tree
    shuffled = list(masks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert arrange(masks.replace(masks=tuple(shuffled))) == tree
