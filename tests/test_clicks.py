"""One object by clicks, from masks put together, taken away, and what looks alike."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maskpick import api
from maskpick.clicks import along, refine_by_clicks
from maskpick.engines.local import LocalOptions
from maskpick.errors import Cancelled, PickError
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.progress import Progress
from maskpick.settings import Settings

SIZE = Size(120, 80)
PERSON, SHIRT, BUTTON, CUP = Box(10, 5, 50, 70), Box(15, 30, 40, 30), Box(33, 43, 4, 4), Box(80, 50, 20, 20)


def block(id: int, box: Box, confidence: float = 0.5) -> Mask:
    return Mask(id, box, np.full((box.height, box.width), 255, np.uint8), confidence)


@pytest.fixture
def scene() -> MaskSet:
    """A person with a shirt with a button, and a cup."""
    masks = [block(id, box) for id, box in enumerate((PERSON, SHIRT, BUTTON, CUP), 1)]
    return MaskSet(SIZE, tuple(masks))


@pytest.fixture
def picture() -> Picture:
    """The scene's, with a red stain on the person's right leg that no mask shows."""
    pixels = np.full((*SIZE[::-1], 3), 200, np.uint8)
    for box, colour in ((PERSON, (190, 150, 120)), (SHIRT, (20, 60, 160)), (BUTTON, (250, 250, 240)), (CUP, (90,) * 3)):
        pixels[box.slices()] = colour
    pixels[STAIN.slices()] = (210, 20, 20)
    return Picture(pixels)


STAIN = Box(40, 63, 10, 8)
CORNERS = 12
"""A corner of what was found by its colour may be round."""


def covers(mask: Mask, *boxes: Box, without: tuple[Box, ...] = (), but_for: int = 0) -> bool:
    """Whether the mask is these boxes without those, but for so many pixels."""
    wanted = np.zeros(SIZE[::-1], bool)
    for box in boxes:
        wanted[box.slices()] = True
    for box in without:
        wanted[box.slices()] = False
    return bool(np.count_nonzero((mask.canvas(SIZE) >= 128) != wanted) <= but_for)


def test_a_click_in_the_middle_of_a_thing_means_it_and_not_the_smallest_there_is(
    scene: MaskSet, picture: Picture
) -> None:
    assert covers(refine_by_clicks(scene, picture, [(24, 45)]), SHIRT)
    assert covers(refine_by_clicks(scene, picture, [(34, 45)]), BUTTON)
    assert covers(refine_by_clicks(scene, picture, [(90, 60)]), CUP)


def test_a_second_point_inside_reaches_for_the_larger_thing(scene: MaskSet, picture: Picture) -> None:
    assert covers(refine_by_clicks(scene, picture, [(24, 45), (35, 17)]), PERSON)


def test_what_lies_in_no_common_thing_is_put_together(scene: MaskSet, picture: Picture) -> None:
    assert covers(refine_by_clicks(scene, picture, [(24, 45), (90, 60)]), SHIRT, CUP)


def test_a_point_outside_takes_a_part_away(scene: MaskSet, picture: Picture) -> None:
    assert covers(refine_by_clicks(scene, picture, [(35, 17)], [(24, 45)]), PERSON, without=(SHIRT,))


def test_a_thing_is_added_without_the_part_that_is_not_meant(scene: MaskSet, picture: Picture) -> None:
    found = refine_by_clicks(scene, picture, [(90, 60), (30, 45)], [(34, 45)], start=4)
    assert covers(found, CUP, SHIRT, without=(BUTTON,))


def test_what_no_mask_shows_is_told_apart_by_its_colour(scene: MaskSet, picture: Picture) -> None:
    kept = refine_by_clicks(scene, picture, [(35, 17), (24, 45)], [(45, 67)])
    assert covers(kept, PERSON, without=(STAIN,), but_for=CORNERS)


def test_where_no_mask_is_what_looks_alike_is_found(scene: MaskSet, picture: Picture) -> None:
    alone = MaskSet(SIZE, (block(1, CUP),))
    found = refine_by_clicks(alone, picture, [(45, 67)])
    assert covers(found, STAIN, but_for=CORNERS)


def test_a_box_alone_means_what_fills_it(scene: MaskSet, picture: Picture) -> None:
    assert covers(refine_by_clicks(scene, picture, (), (), Box(13, 28, 44, 33)), SHIRT)
    assert covers(refine_by_clicks(scene, picture, (), (), Box(8, 3, 55, 74)), PERSON)


def test_a_box_chooses_among_the_masks_at_a_point(scene: MaskSet, picture: Picture) -> None:
    assert covers(refine_by_clicks(scene, picture, [(24, 45)], (), PERSON), PERSON)


def test_a_mask_is_corrected(scene: MaskSet, picture: Picture) -> None:
    assert covers(refine_by_clicks(scene, picture, [(24, 45)], start=1), PERSON)
    assert covers(refine_by_clicks(scene, picture, (), [(24, 45)], start=1), PERSON, without=(SHIRT,))
    with pytest.raises(PickError, match="no object number 9"):
        refine_by_clicks(scene, picture, (), (), start=9)


def test_the_answer_is_a_mask_of_its_own(scene: MaskSet, picture: Picture) -> None:
    found = refine_by_clicks(scene, picture, [(90, 60)])
    assert (found.id, found.name, found.confidence, found.parent) == (1, "", 1.0, None)


def test_a_large_picture_gives_the_same_as_a_small_one(scene: MaskSet, picture: Picture) -> None:
    large = Size(SIZE.width * 8, SIZE.height * 8)
    grown = Picture(np.repeat(np.repeat(picture.pixels, 8, axis=0), 8, axis=1))
    clicks = ([(35, 17), (24, 45)], [(45, 67)])
    small = refine_by_clicks(scene, picture, *clicks)
    found = refine_by_clicks(
        scene.resized(large), grown, *([(8 * x + 4, 8 * y + 4) for x, y in points] for points in clicks)
    )
    expected = np.repeat(np.repeat(small.canvas(SIZE) >= 128, 8, axis=0), 8, axis=1)
    assert np.mean((found.canvas(large) >= 128) != expected) < 0.003


class Seeing:
    """An engine that finds objects at points itself."""

    name, title, offline, version, Options = "seeing", "Seeing", True, 1, LocalOptions

    def __init__(self, options: object = None) -> None:
        self.options = options

    def at_clicks(
        self, picture: Picture, inside: object, outside: object, progress: Progress, *, box: Box | None = None
    ) -> Mask:
        return block(1, BUTTON).replace(name=f"{inside} not {outside} in {box}")


def test_an_engine_that_finds_objects_at_points_is_asked(scene: MaskSet, picture: Picture) -> None:
    plugins: Any = SimpleNamespace(segmenter=lambda _: Seeing)
    ask = functools.partial(api.find_by_clicks, picture, scene, plugins=plugins, settings=Settings())
    assert ask([(9, 9)], [(1, 1)], start=1).name == "[(9, 9)] not [(1, 1)] in None"
    assert ask([], box=SHIRT).name == f"[] not () in {SHIRT}"
    assert covers(ask([], start=4), CUP)


def test_a_scribble_is_points_along_it() -> None:
    assert along([]) == ()
    assert along([(3, 4)]) == ((3, 4),)
    assert along([(3, 4), (3, 4)]) == ((3, 4),)
    assert along([(0, 0), (10, 0), (10, 30)], 5) == ((0, 0), (10, 0), (10, 10), (10, 20), (10, 30))
    assert len(along([(0, 0), (3, 0)])) == 4


points = st.tuples(st.integers(0, SIZE.width - 1), st.integers(0, SIZE.height - 1))


@settings(max_examples=60, deadline=None)
@given(inside=st.lists(points, min_size=1, max_size=6), outside=st.lists(points, max_size=6), seed=st.integers(0, 9))
def test_every_point_is_where_it_is_said_to_be(
    inside: list[tuple[int, int]], outside: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, (90, 50), (5, 2))
    masks = MaskSet(SIZE, tuple(block(id, Box(int(x), int(y), 30, 30)) for id, (x, y) in enumerate(corners, 1)))
    noisy = Picture(rng.integers(0, 256, (*SIZE[::-1], 3), np.uint8))
    outside = [point for point in outside if point not in inside]
    found = refine_by_clicks(masks, noisy, inside, outside)
    assert all(found.contains(*point) for point in inside)
    assert not any(found.contains(*point) for point in outside)
    assert found == refine_by_clicks(masks, noisy, inside, outside)


def test_what_cannot_be_is_said_in_words(scene: MaskSet, picture: Picture) -> None:
    for inside, outside, box, said in (
        ([], [(3, 3)], None, "No point says where the object is."),
        ([(120, 3)], [], None, "The point 120, 3 lies outside the picture."),
        ([(3, 3)], [(3, 80)], None, "The point 3, 80 lies outside the picture."),
        ([(3, 4), (9, 9)], [(3, 4)], None, "The point 3, 4 is said to lie both in the object and beside it."),
        ([], [], Box(130, 0, 9, 9), "The box lies outside the picture."),
    ):
        with pytest.raises(PickError) as caught:
            refine_by_clicks(scene, picture, inside, outside, box)
        assert caught.value.happened == said
    with pytest.raises(PickError, match="No object lies in this box"):
        refine_by_clicks(MaskSet(SIZE, ()), picture, (), (), CUP)
    with pytest.raises(PickError, match="another size"):
        refine_by_clicks(MaskSet(Size(9, 9), ()), picture, [(1, 1)])


def test_it_stops_when_told_to(scene: MaskSet, picture: Picture) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        refine_by_clicks(scene, picture, [(24, 45)], progress=progress)
