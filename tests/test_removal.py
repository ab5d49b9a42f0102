from __future__ import annotations

import numpy as np
import pytest

import maskpick
from maskpick.errors import PickError
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.removal import default_grow, hole_and_keep_out

SIZE = Size(200, 100)


def block(id: int, x: int, y: int, width: int, height: int, **fields: object) -> Mask:
    return Mask.from_array(id, np.ones((height, width), bool), x, y, **fields)


def kept_out(*masks: Mask, pick: tuple[int, ...] = (1,)) -> set[int]:
    _, keep_out = hole_and_keep_out(SIZE, MaskSet(SIZE, masks), pick, None)
    return {mask.id for mask in keep_out}


def test_an_object_elsewhere_is_kept_out_and_the_background_is_not() -> None:
    ground = block(3, 0, 60, 200, 40, background=True)
    assert kept_out(block(1, 20, 20, 30, 30), block(2, 120, 20, 30, 30), ground) == {2}


def test_what_the_object_stands_on_may_be_copied() -> None:
    saucer = block(2, 0, 0, 100, 100)
    assert kept_out(block(1, 20, 20, 30, 30), saucer, block(3, 150, 20, 30, 30)) == {3}


def test_what_borders_on_much_of_the_object_may_be_copied_and_what_merely_touches_it_not() -> None:
    beside = block(2, 51, 10, 60, 60)
    touching = block(3, 0, 45, 19, 10)
    assert kept_out(block(1, 20, 20, 30, 30), beside, touching) == {3}


def test_the_parts_of_what_may_be_copied_may_be_too_but_not_those_of_half_the_scene() -> None:
    spoon, shine, elsewhere = (
        block(1, 20, 20, 30, 30),
        block(3, 70, 70, 9, 9, parent=2),
        block(5, 150, 70, 9, 9, parent=4),
    )
    saucer, scene = block(2, 0, 0, 100, 90, parent=4), block(4, 0, 0, 200, 96)
    assert kept_out(spoon, saucer, shine, scene, elsewhere) == {5}


def test_parts_of_what_goes_are_of_no_concern() -> None:
    assert kept_out(block(1, 20, 20, 30, 30), block(2, 25, 25, 5, 5)) == set()


def test_growing_takes_nothing_off_an_object_that_stays() -> None:
    picked, neighbour = block(1, 20, 20, 30, 30), block(2, 50, 45, 8, 4)
    hole, keep_out = hole_and_keep_out(SIZE, MaskSet(SIZE, (picked, neighbour, block(3, 120, 0, 60, 60))), [1], 4)
    assert 2 in {mask.id for mask in keep_out}
    assert (hole & neighbour).empty
    assert hole.contains(52, 25)
    assert (picked - hole).empty


def test_when_too_little_would_be_left_nothing_is_kept_out() -> None:
    everything_else = [
        block(2, 0, 0, 200, 14),
        block(3, 0, 86, 200, 14),
        block(4, 90, 14, 110, 72),
        block(5, 0, 14, 6, 72),
    ]
    assert kept_out(block(1, 10, 18, 76, 64), *everything_else) == set()


def test_a_picked_object_is_grown_and_a_mask_of_ones_own_is_not() -> None:
    mask = block(1, 20, 20, 30, 30)
    hole, _ = hole_and_keep_out(SIZE, MaskSet(SIZE, (mask,)), [1], None)
    assert hole.box.width == 30 + 2 * round(default_grow(SIZE))
    own, _ = hole_and_keep_out(SIZE, None, mask, None)
    assert own == mask
    grown, _ = hole_and_keep_out(SIZE, None, mask, 4)
    assert grown.area > mask.area


def test_nothing_picked_is_said() -> None:
    with pytest.raises(PickError, match="Nothing is picked"):
        hole_and_keep_out(SIZE, MaskSet(SIZE, ()), [], None)
    with pytest.raises(PickError, match="covers no pixel"):
        hole_and_keep_out(SIZE, None, Mask.from_array(1, np.zeros((3, 3), bool)), None)
    with pytest.raises(PickError, match="no masks"):
        hole_and_keep_out(SIZE, None, [1], None)


def test_what_is_named_is_kept_out_even_where_it_would_be_copied() -> None:
    saucer = block(2, 0, 0, 100, 100)
    masks = MaskSet(SIZE, (block(1, 20, 20, 30, 30), saucer))
    assert hole_and_keep_out(SIZE, masks, [1], None)[1] == []
    assert [mask.id for mask in hole_and_keep_out(SIZE, masks, [1], None, [2])[1]] == [2]
    with pytest.raises(PickError, match="no object number 9"):
        hole_and_keep_out(SIZE, masks, [1], None, [9])
    with pytest.raises(PickError, match="no masks"):
        hole_and_keep_out(SIZE, None, saucer, None, [2])


def test_what_goes_along_is_grown_and_goes_too() -> None:
    cup, shadow = block(1, 20, 20, 30, 50), block(1, 50, 60, 20, 8)
    alone, _ = hole_and_keep_out(SIZE, MaskSet(SIZE, (cup,)), [1], 2)
    both, _ = hole_and_keep_out(SIZE, MaskSet(SIZE, (cup,)), [1], 2, along=[shadow])
    canvas = both.canvas(SIZE) > 0
    assert not (alone.canvas(SIZE) > 0)[61, 60]
    assert canvas[61, 60]
    assert canvas[59, 60], "grown as the object is"


def test_nothing_is_copied_from_what_is_named() -> None:
    # Grey ground; beside the hole a red block, which would be copied because it borders on it.
    pixels = np.full((100, 200, 3), 120, np.uint8)
    pixels += np.random.default_rng(2).integers(0, 20, pixels.shape, np.uint8)
    pixels[10:80, 51:120] = (220, 20, 20)
    masks = MaskSet(SIZE, (block(1, 20, 20, 30, 50), block(2, 51, 10, 69, 70)))
    filled = maskpick.remove(Picture(pixels), masks, [1], keep_out=[2])
    assert filled.pixels[22:68, 22:47, 0].astype(int).max() < 160


@pytest.mark.parametrize(("side", "goes"), [(4, True), (14, False)])
def test_a_highlight_goes_with_what_it_lies_on_but_the_inside_of_a_ring_does_not(side: int, goes: bool) -> None:
    inside = np.ones((30, 30), bool)
    inside[8 : 8 + side, 8 : 8 + side] = False
    spoon = Mask.from_array(1, inside, 20, 20)
    hole, _ = hole_and_keep_out(SIZE, MaskSet(SIZE, [spoon]), [1], 0)
    assert bool(hole.canvas(SIZE)[30, 30]) is goes
    own, _ = hole_and_keep_out(SIZE, None, spoon, 0)
    assert not own.canvas(SIZE)[30, 30], "a mask of one's own is taken as it is"
    notched = inside.copy()
    notched[8:12, :8] = False  # what is open to the outside is no highlight
    hole, _ = hole_and_keep_out(SIZE, MaskSet(SIZE, [Mask.from_array(1, notched, 20, 20)]), [1], 0)
    assert not hole.canvas(SIZE)[30, 30]
