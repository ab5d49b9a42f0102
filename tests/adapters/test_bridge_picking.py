"""The picking state and the lasso, held against the core."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskpick import outlines, picking
from maskpick.errors import PickError
from maskpick.maskfile import to_bytes
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.worker.picks import combined
from maskpick_bridge import ADD, INTERSECT, REPLACE, SUBTRACT, MaskFile, MaskFileError, Outlines, Picking, operation_of
from maskpick_bridge.lasso import inside_box, inside_lasso
from strategies import disc, mask_sets

SIZE = Size(60, 40)


def block(id: int, x: int, y: int, width: int, height: int, **fields: object) -> Mask:
    return Mask.from_array(id, np.ones((height, width), bool), x, y, **fields)


def scene() -> MaskSet:
    """A person (1) with a shirt (2) that has a button (3); a cup (4); a wall (5) behind; 6 is nearly the person."""
    person = block(1, 5, 5, 20, 30)
    return MaskSet(
        SIZE,
        (
            block(2, 8, 12, 12, 12, parent=1),
            person,
            block(3, 10, 14, 3, 3, parent=2),
            block(4, 40, 20, 10, 10),
            block(5, 0, 0, 60, 40, background=True),
            person.replace(id=6, alternate_of=1),
        ),
    )


@pytest.fixture
def state() -> Picking:
    return Picking(MaskFile(to_bytes(scene())))


def test_hovering_names_the_smallest_and_tells_when_it_changes(state: Picking) -> None:
    assert state.hover(11, 15)
    assert state.hovered == 3
    assert state.stack[0] == 3
    assert not state.hover(10, 14)
    assert state.hover(9, 13)
    assert state.hovered == 2
    assert state.leave()
    assert (state.hovered, state.stack) == (None, ())


def test_a_larger_object_is_meant_where_the_engine_is_much_surer_of_it() -> None:
    def hovered(sure: float) -> int | None:
        masks = (block(1, 5, 5, 20, 30, confidence=sure), block(2, 8, 12, 12, 12, confidence=0.3))
        state = Picking(MaskFile(to_bytes(MaskSet(SIZE, masks))))
        state.hover(11, 15)
        assert state.stack == (2, 1)
        return state.hovered

    assert [hovered(sure) for sure in (0.3, 0.5, 0.6, 0.9)] == [2, 2, 1, 1]


def test_from_what_is_meant_the_wheel_goes_both_ways() -> None:
    sizes = ((1, 40, 0.3), (2, 20, 0.9), (3, 6, 0.1))
    masks = tuple(block(id, 0, 0, side, side, confidence=sure) for id, side, sure in sizes)
    state = Picking(MaskFile(to_bytes(MaskSet(SIZE, masks))))
    state.hover(2, 2)
    assert state.hovered == 2
    assert (state.walk(-1), state.hovered) == (True, 3)
    assert (state.walk(2), state.hovered) == (True, 1)


def test_walking_goes_up_and_down_the_stack_and_stops_at_its_ends(state: Picking) -> None:
    state.hover(11, 15)
    walked = []
    while state.walk(1):
        walked.append(state.hovered)
    assert (3, *walked) == state.stack
    assert state.walk(-100)
    assert state.hovered == 3
    assert not state.walk(-1)


def test_who_has_walked_to_the_person_stays_with_the_person(state: Picking) -> None:
    state.hover(11, 15)
    state.walk(2)
    assert state.hovered in (1, 6)
    person = state.hovered
    state.hover(9, 13)
    assert state.hovered == person
    state.hover(45, 25)
    assert state.hovered == 4


@pytest.mark.parametrize(
    ("shift", "alt", "operation"),
    [(False, False, REPLACE), (True, False, ADD), (False, True, SUBTRACT), (True, True, INTERSECT)],
)
def test_keys_mean_operations(shift: bool, alt: bool, operation: str) -> None:
    assert operation_of(shift, alt) == operation


def test_clicks_pick_add_and_take_away(state: Picking) -> None:
    state.hover(45, 25)
    assert state.click()
    assert state.ids == (4,)
    state.hover(9, 13)
    assert state.click(ADD)
    assert state.ids == (4, 2)
    assert not state.click(ADD)
    assert state.click(SUBTRACT)
    assert state.ids == (4,)
    state.leave()
    assert not state.click(ADD)
    assert state.click()
    assert not state


def test_a_part_is_cut_out_of_a_picked_whole(state: Picking) -> None:
    state.pick([1])
    assert state.pick([2], SUBTRACT)
    assert state.steps == ((ADD, (1,)), (SUBTRACT, (2,)))
    assert state.ids == (1,)
    assert state.is_picked(6, 6)
    assert not state.is_picked(11, 15)
    assert not state.pick([4], SUBTRACT)  # the cup has nothing to do with it
    assert state.pick([2], ADD)
    assert state.is_picked(11, 15)


def test_keeping_only_what_is_in_both(state: Picking) -> None:
    state.pick([1, 4])
    assert state.pick([2, 4], INTERSECT)
    assert set(state.ids) == {2, 4}
    assert state.is_picked(9, 13)
    assert not state.is_picked(6, 6)
    assert state.pick([5], INTERSECT) in (True, False)
    state.pick([4])
    assert state.pick([2], INTERSECT)
    assert not state  # nothing is left


def test_inverting_picks_the_other_objects_and_the_other_parts(state: Picking) -> None:
    state.pick([2])
    assert state.invert()
    assert set(state.ids) == {4, 5}
    state.clear()
    assert state.invert()
    assert set(state.ids) == {1, 4, 5}
    state.pick([3])
    state.invert()
    assert set(state.ids) == {4, 5}


def test_picks_can_be_undone_and_redone(state: Picking) -> None:
    state.pick([1])
    state.pick([4], ADD)
    assert state.undo()
    assert state.ids == (1,)
    assert state.redo()
    assert state.ids == (1, 4)
    state.undo()
    state.pick([2])
    assert not state.redo()
    while state.undo():
        pass
    assert not state


def test_a_lasso_picks_what_it_encloses_and_no_alternates(state: Picking) -> None:
    assert state.lasso([(3, 3), (28, 3), (28, 38), (3, 38)])
    assert set(state.ids) == {1, 2, 3}
    assert state.rectangle(Box(39, 19, 12, 12), ADD)
    assert 4 in state.ids


def test_lists_show_the_tree_without_alternates(state: Picking) -> None:
    assert [mask.id for mask in state.children(None)] == [1, 4, 5]
    assert [mask.id for mask in state.children(1)] == [2]


POINTS = st.lists(st.tuples(st.floats(-5, 30), st.floats(-5, 30)), min_size=3, max_size=9)


@given(mask_sets(), POINTS)
def test_the_lasso_encloses_what_it_encloses_in_the_core(masks: MaskSet, points: list[tuple[float, float]]) -> None:
    with MaskFile(to_bytes(masks)) as file:
        assert inside_lasso(file, points) == picking.inside_lasso(masks, points)


@given(mask_sets(), st.integers(-3, 20), st.integers(-3, 20), st.integers(1, 30), st.integers(1, 30))
def test_so_does_the_rectangle(masks: MaskSet, x: int, y: int, width: int, height: int) -> None:
    with MaskFile(to_bytes(masks)) as file:
        assert inside_box(file, (box := Box(x, y, width, height))) == picking.inside_box(masks, box)


def test_large_masks_are_judged_by_some_of_their_rows() -> None:
    size = Size(300, 2000)
    masks = MaskSet(size, tuple(Mask.from_array(id, disc(size, 150, 1000, 140 - id)) for id in range(1, 9)))
    with MaskFile(to_bytes(masks)) as file:
        assert inside_lasso(file, [(0, 0), (300, 0), (300, 2000), (0, 2000)]) == masks.ids
        assert inside_lasso(file, [(0, 0), (300, 0), (300, 1000), (0, 1000)]) == ()


OPERATIONS = st.sampled_from([REPLACE, ADD, SUBTRACT, INTERSECT])


@given(mask_sets(largest=10, most=5, highest_id=5), st.lists(st.tuples(OPERATIONS, st.integers(1, 5)), max_size=5))
def test_what_is_picked_here_is_what_the_worker_combines(masks: MaskSet, clicks: list[tuple[str, int]]) -> None:
    state = Picking(MaskFile(to_bytes(masks)))
    for operation, id in clicks:
        state.pick([id], operation)
    try:
        inside = combined(tuple(state.steps), masks).canvas(masks.size) >= 128
    except PickError:
        inside = np.zeros((masks.size.height, masks.size.width), bool)
    for y, x in np.ndindex(inside.shape):
        # A coverage of 127 or 128 taken from 255 may fall on either side of one half.
        assert state.is_picked(x, y) == inside[y, x] or any(mask.coverage_at(x, y) in (127, 128) for mask in masks)


# Outlines.


@given(mask_sets())
def test_outlines_come_through_the_file_as_they_were(masks: MaskSet) -> None:
    drawn = {mask.id: outlines.outline(mask) for mask in masks}
    read = Outlines(outlines.to_bytes(drawn))
    assert list(read) == list(masks.ids)
    for id, polygons in drawn.items():
        assert read.polygons(id) == [[tuple(map(float, corner)) for corner in polygon] for polygon in polygons]


def test_filling_the_outlines_gives_the_mask() -> None:
    size = Size(300, 200)
    ring = Mask.from_array(1, disc(size, 150, 100, 80) & ~disc(size, 150, 100, 40))
    polygons = outlines.outline(ring)
    assert len(polygons) == 2
    filled = np.zeros((200, 300), np.uint8)
    fixed = [np.rint((polygon - 0.5) * 16).astype(np.int32) for polygon in polygons]
    cv2.fillPoly(filled, fixed, 255, shift=4)
    wrong = np.count_nonzero((filled > 0) != ring.canvas(size).astype(bool))
    assert wrong < 0.05 * ring.area
    assert abs(int(polygons[0][:, 0].max()) - ring.box.right) <= 1


def test_a_torn_outline_file_is_told() -> None:
    data = outlines.to_bytes({1: outlines.outline(block(1, 2, 2, 9, 9))})
    for end in (0, 3, 7, 12, len(data) - 1, len(data) - 8):
        with pytest.raises(MaskFileError):
            Outlines(data[:end])
