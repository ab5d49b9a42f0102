from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskpick import panoptic
from maskpick.errors import PickError
from maskpick.masks import NOWHERE, Box, Mask, MaskSet, Size
from strategies import mask_sets, masks, named_mask_sets, sizes, slow_stacks

CANVAS = Size(16, 12)
Pair = st.tuples(masks(CANVAS, 1), masks(CANVAS, 2))


def boxes(reach: int = 30) -> st.SearchStrategy[Box]:
    return st.builds(
        Box, st.integers(-reach, reach), st.integers(-reach, reach), st.integers(0, reach), st.integers(0, reach)
    )


def pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.x, box.right) for y in range(box.y, box.bottom)}


def full(mask: Mask, size: Size = CANVAS) -> NDArray[np.uint8]:
    """The slow way: the mask on a canvas, put together without `Mask.within`."""
    canvas = np.zeros((size.height, size.width), np.uint8)
    canvas[mask.box.y : mask.box.bottom, mask.box.x : mask.box.right] = mask.coverage
    return canvas


def seen_through(canvas: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """``canvas`` as seen through a box that may reach beyond it."""
    wide = np.pad(canvas, 80)
    return wide[80 + box.y : 80 + box.bottom, 80 + box.x : 80 + box.right]


class TestBox:
    @given(boxes(8), boxes(8))
    def test_intersection_holds_the_common_pixels(self, one: Box, other: Box) -> None:
        assert pixels(one.intersection(other)) == pixels(one) & pixels(other)

    @given(boxes(8), boxes(8))
    def test_hull_is_the_smallest_box_around_both(self, one: Box, other: Box) -> None:
        hull, both = one.hull(other), pixels(one) | pixels(other)
        assert both <= pixels(hull)
        if both:
            assert (hull.x, hull.y) == (min(x for x, _ in both), min(y for _, y in both))
            assert (hull.right - 1, hull.bottom - 1) == (max(x for x, _ in both), max(y for _, y in both))

    @given(boxes(8), st.integers(-9, 9), st.integers(-9, 9))
    def test_contains_agrees_with_its_pixels(self, box: Box, x: int, y: int) -> None:
        assert box.contains(x, y) == ((x, y) in pixels(box))


class TestMask:
    @given(masks(CANVAS))
    def test_box_and_coverage_are_trimmed_to_what_is_covered(self, mask: Mask) -> None:
        if mask.empty:
            assert mask.box == NOWHERE
            assert mask.coverage.shape == (0, 0)
        else:
            for edge in (mask.coverage[0], mask.coverage[-1], mask.coverage[:, 0], mask.coverage[:, -1]):
                assert edge.any()

    @given(masks(CANVAS))
    def test_a_mask_is_the_same_whatever_box_it_was_given_in(self, mask: Mask) -> None:
        assert Mask(1, Box(0, 0, *CANVAS), full(mask)) == mask

    @given(Pair)
    def test_masks_are_equal_when_their_canvases_are(self, pair: tuple[Mask, Mask]) -> None:
        one, other = pair[0], pair[1].replace(id=1)
        assert (one == other) == np.array_equal(full(one), full(other))

    def test_another_name_or_place_is_another_mask(self) -> None:
        mask = Mask.from_array(1, np.ones((2, 3), bool), 4, 5)
        assert mask != mask.replace(name="hat")
        assert mask != mask.translated(1, 0)
        assert mask != "mask"

    @given(masks(CANVAS))
    def test_coverage_cannot_be_written_to(self, mask: Mask) -> None:
        assert not mask.coverage.flags.writeable

    def test_a_part_of_an_array_that_goes_on_changing_is_copied(self) -> None:
        array = np.full((8, 8), 255, np.uint8)
        mask = Mask(1, Box(0, 0, 8, 4), array[:4])
        array[:] = 7
        assert mask.coverage_at(3, 3) == 255

    @given(masks(CANVAS))
    def test_area_and_points_agree_with_the_canvas(self, mask: Mask) -> None:
        canvas = full(mask)
        assert mask.area == np.count_nonzero(canvas >= 128)
        for y in range(-1, CANVAS.height + 1):
            for x in range(-1, CANVAS.width + 1):
                expected = canvas[y, x] if 0 <= x < CANVAS.width and 0 <= y < CANVAS.height else 0
                assert mask.coverage_at(x, y) == expected
                assert mask.contains(x, y) == (expected >= 128)

    @given(masks(CANVAS), boxes())
    def test_within_is_what_a_window_shows(self, mask: Mask, box: Box) -> None:
        assert np.array_equal(mask.within(box), seen_through(full(mask), box))

    @given(Pair)
    def test_union_intersection_and_subtraction_are_those_of_the_canvases(self, pair: tuple[Mask, Mask]) -> None:
        one, other = full(pair[0]), full(pair[1])
        assert np.array_equal(full(pair[0] | pair[1]), np.maximum(one, other))
        assert np.array_equal(full(pair[0] & pair[1]), np.minimum(one, other))
        assert np.array_equal(full(pair[0] - pair[1]), np.minimum(one, 255 - other))

    def test_the_left_one_s_fields_are_kept(self) -> None:
        left = Mask.from_array(4, np.ones((3, 3), bool), name="cup", confidence=0.5, parent=2, background=True)
        right = Mask.from_array(5, np.ones((3, 3), bool), 2, 2, name="saucer")
        for result in (left | right, left & right, left - right):
            assert (result.id, result.name, result.confidence, result.parent, result.background) == (
                4, "cup", 0.5, 2, True,
            )  # fmt: skip

    @given(masks(CANVAS))
    def test_inverting_twice_changes_nothing(self, mask: Mask) -> None:
        inverted = mask.inverted(CANVAS)
        assert np.array_equal(full(inverted), 255 - full(mask))
        assert inverted.inverted(CANVAS) == mask

    @given(masks(CANVAS), boxes())
    def test_cropping_is_a_window_with_its_own_origin(self, mask: Mask, box: Box) -> None:
        cropped = mask.cropped(box)
        assert np.array_equal(full(cropped, Size(box.width, box.height)), seen_through(full(mask), box))

    @given(masks(CANVAS), st.integers(-50, 50), st.integers(-50, 50))
    def test_moving_there_and_back_changes_nothing(self, mask: Mask, dx: int, dy: int) -> None:
        moved = mask.translated(dx, dy)
        assert moved.translated(-dx, -dy) == mask
        for y, x in np.argwhere(full(mask) >= 128)[:5]:
            assert moved.contains(int(x) + dx, int(y) + dy)

    @given(masks(CANVAS))
    def test_resizing_to_the_same_size_changes_nothing(self, mask: Mask) -> None:
        assert mask.resized(CANVAS, CANVAS) == mask

    @pytest.mark.parametrize(
        ("id", "box", "coverage", "error"),
        [
            (1, Box(0, 0, 2, 2), np.zeros((2, 2), np.float32), TypeError),
            (1, Box(0, 0, 2, 3), np.zeros((2, 3), np.uint8), ValueError),
            (0, Box(0, 0, 2, 2), np.zeros((2, 2), np.uint8), ValueError),
        ],
    )
    def test_what_is_no_mask_is_refused(
        self,
        id: int,
        box: Box,
        coverage: NDArray[np.uint8],
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            Mask(id, box, coverage)


class TestMaskSet:
    @given(mask_sets())
    def test_at_answers_the_stack_smallest_first(self, masks: MaskSet) -> None:
        assert {point: masks.at(*point) for point in np.ndindex(masks.size)} == slow_stacks(masks)

    @pytest.mark.parametrize("point", [(-1, 0), (0, -1), (16, 0), (0, 12)])
    def test_a_point_outside_is_refused(self, point: tuple[int, int]) -> None:
        with pytest.raises(PickError, match="16 x 12"):
            MaskSet(CANVAS, ()).at(*point)

    @given(mask_sets(), st.data())
    def test_the_union_of_ids_covers_all_of_them(self, masks: MaskSet, data: st.DataObject) -> None:
        if not len(masks):
            return
        ids = data.draw(st.lists(st.sampled_from(masks.ids), min_size=1))
        expected = np.max([full(masks[id], masks.size) for id in ids], axis=0)
        assert np.array_equal(full(masks.union(ids, id=7), masks.size), expected)

    def test_an_unknown_id_and_an_empty_pick_are_refused(self) -> None:
        masks = MaskSet(CANVAS, (Mask.from_array(3, np.ones((2, 2), bool)),))
        with pytest.raises(PickError, match="no object number 4"):
            masks.union([3, 4])
        with pytest.raises(PickError, match="Nothing is picked"):
            masks.union([])
        with pytest.raises(PickError, match="No object was found"):
            MaskSet(CANVAS, ())[1]

    def test_what_is_no_set_is_refused(self) -> None:
        mask = Mask.from_array(1, np.ones((2, 2), bool), 15, 0)
        with pytest.raises(ValueError, match="outside"):
            MaskSet(CANVAS, (mask,))
        with pytest.raises(ValueError, match="same id"):
            MaskSet(CANVAS, (mask.translated(-5, 0), mask.translated(-6, 0)))
        with pytest.raises(ValueError, match="does not fit"):
            MaskSet(CANVAS, (), panoptic=np.zeros((3, 3), np.uint16))
        with pytest.raises(TypeError, match="uint16"):
            MaskSet(CANVAS, (), panoptic=np.zeros((12, 16), np.uint8))

    @given(named_mask_sets(), st.data())
    def test_masks_that_go_leave_no_trace(self, masks: MaskSet, data: st.DataObject) -> None:
        kept = [mask for mask in masks if data.draw(st.booleans())]
        left = masks.with_masks(kept)
        assert left.ids == tuple(mask.id for mask in kept)
        assert {mask.parent for mask in left} <= {None, *left.ids}
        assert {mask.alternate_of for mask in left} <= {None, *left.ids}
        if masks.panoptic is not None:
            assert left.panoptic is not None
            assert np.array_equal(left.panoptic, np.where(np.isin(masks.panoptic, left.ids), masks.panoptic, 0))

    @given(mask_sets(), boxes())
    def test_a_cropped_set_is_a_window_of_it(self, masks: MaskSet, box: Box) -> None:
        masks = masks.replace(panoptic=panoptic.build(masks))
        cropped = masks.cropped(box)
        seen = box.intersection(masks.canvas)
        assert cropped.size == (seen.width, seen.height)
        assert all(not mask.empty for mask in cropped)
        assert cropped.panoptic is not None
        assert set(np.unique(cropped.panoptic)) <= {0, *cropped.ids}
        for x, y in pixels(Box(0, 0, *cropped.size)):
            assert set(cropped.at(x, y)) == set(masks.at(x + seen.x, y + seen.y))
            assert cropped.panoptic[y, x] == masks.panoptic[y + seen.y, x + seen.x]  # type: ignore[index]

    @given(mask_sets(), st.integers(-30, 30), st.integers(-30, 30), sizes(40))
    def test_a_moved_set_is_cut_at_the_new_canvas(self, masks: MaskSet, dx: int, dy: int, size: Size) -> None:
        masks = masks.replace(panoptic=panoptic.build(masks))
        moved = masks.translated(dx, dy, size)
        assert moved.size == size
        assert moved.panoptic is not None
        for x, y in pixels(moved.canvas):
            there = masks.canvas.contains(x - dx, y - dy)
            assert set(moved.at(x, y)) == (set(masks.at(x - dx, y - dy)) if there else set())
            assert moved.panoptic[y, x] == (masks.panoptic[y - dy, x - dx] if there else 0)  # type: ignore[index]

    @given(mask_sets(), sizes(40))
    def test_after_resizing_every_label_still_lies_in_its_mask(self, masks: MaskSet, size: Size) -> None:
        resized = masks.replace(panoptic=panoptic.build(masks)).resized(size)
        assert resized.size == size
        assert resized.ids == masks.ids
        assert resized.panoptic is not None
        assert panoptic.verify(resized.panoptic, resized).wrong == 0

    @given(named_mask_sets())
    def test_a_set_equals_its_copy_and_no_changed_one(self, masks: MaskSet) -> None:
        assert masks == MaskSet(masks.size, tuple(mask.replace() for mask in masks), masks.visual_id, masks.panoptic)
        assert masks != masks.replace(visual_id=masks.visual_id + "0")
        if masks.panoptic is not None:
            assert masks != masks.replace(panoptic=None)
            assert masks != masks.replace(panoptic=masks.panoptic + np.uint16(1))


class TestMemory:
    """At 12 megapixels a canvas is 12 MB; none of these may come near one."""

    SIZE = Size(4000, 3000)
    LIMIT = 2_000_000

    @staticmethod
    def small(id: int, x: int, y: int) -> Mask:
        return Mask(id, Box(x, y, 200, 150), np.full((150, 200), 255, np.uint8))

    def test_a_mask_s_work_costs_its_box(self) -> None:
        one, other = self.small(1, 500, 700), self.small(2, 600, 750)
        tracemalloc.start()
        try:
            assert (one | other).area + (one & other).area == one.area + other.area
            assert (one - other).area == one.area - (one & other).area
            assert one.translated(3000, 2000).cropped(Box(3000, 2000, 1000, 1000)).area == one.area
            assert one.resized(self.SIZE, Size(2000, 1500)).area == one.area // 4
            assert MaskSet(self.SIZE, (one, other)).union([1, 2]).area == (one | other).area
            assert tracemalloc.get_traced_memory()[1] < self.LIMIT
        finally:
            tracemalloc.stop()

    def test_a_set_holds_the_sum_of_its_boxes_however_the_masks_came(self) -> None:
        tracemalloc.start()
        try:
            kept = []
            for id in range(1, 11):
                canvas = np.zeros((3000, 4000), np.uint8)
                canvas[id * 10 : id * 10 + 20] = 255
                canvas.flags.writeable = False
                kept.append(Mask.from_array(id, canvas))
            del canvas
            held = tracemalloc.get_traced_memory()[0]
            assert held < 1.1 * sum(mask.coverage.size for mask in MaskSet(self.SIZE, tuple(kept)))
        finally:
            tracemalloc.stop()
