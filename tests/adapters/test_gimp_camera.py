"""The camera of GIMP's dialog: what it shows where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskpick_gimp.camera import KEPT, Camera

VIEW = (800, 600)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), st.floats(-20, 20), st.floats(0, 800), st.floats(0, 600)),
        st.tuples(st.just("pan"), st.floats(-3000, 3000), st.floats(-3000, 3000), st.just(0.0)),
    ),
    max_size=8,
)


def camera(width: int, height: int, scale: int = 1) -> Camera:
    camera = Camera()
    camera.resize(*VIEW, scale)
    camera.show(width, height)
    return camera


@pytest.mark.parametrize("size", [(4000, 3000), (100, 4000), (16, 16)])
def test_a_picture_is_shown_as_a_whole_at_first(size: tuple[int, int]) -> None:
    seen = camera(*size)
    left, top = seen.in_view(0, 0)
    right, bottom = seen.in_view(*size)
    assert left >= -1
    assert top >= -1
    assert right <= VIEW[0] + 1
    assert bottom <= VIEW[1] + 1
    assert abs(left + right - VIEW[0]) <= 2, "in the middle"
    assert abs(top + bottom - VIEW[1]) <= 2


def test_it_stays_whole_when_the_view_is_resized_until_it_is_zoomed() -> None:
    seen = camera(400, 300)
    seen.resize(400, 300)
    assert seen.zoom == 1
    seen.zoom_by(1)
    zoom = seen.zoom
    seen.resize(*VIEW)
    assert seen.zoom == zoom


def test_a_picture_of_the_same_size_is_seen_where_the_last_one_was() -> None:
    seen = camera(4000, 3000)
    seen.zoom_by(5, 100, 100)
    look = seen.look
    seen.show(4000, 3000)
    assert seen.look == look


@pytest.mark.parametrize("scale", [1, 2])
def test_pixel_by_pixel_means_the_pixels_of_the_screen(scale: int) -> None:
    seen = camera(4000, 3000, scale)
    seen.actual()
    assert seen.zoom == 1 / scale
    assert seen.percent == 100


@given(st.floats(-12, 12), st.floats(200, 600), st.floats(150, 450))
def test_zooming_leaves_what_is_under_the_pointer_there(notches: float, x: float, y: float) -> None:
    seen = camera(4000, 3000)
    before = seen.on_picture(x, y)
    seen.zoom_by(notches, x, y)
    there = seen.in_view(*before)
    if notches > 0:  # zoomed out, a picture is kept in sight, and may be moved for it
        assert there == pytest.approx((x, y), abs=0.51)


@given(moves, st.sampled_from([(4000, 3000), (10, 10), (1, 5000)]), st.sampled_from([1, 2]))
def test_the_picture_is_never_lost_from_sight(
    moves: list[tuple[str, float, float, float]], size: tuple[int, int], scale: int
) -> None:
    seen = camera(*size, scale)
    for kind, a, b, c in moves:
        if kind == "zoom":
            seen.zoom_by(a, b, c)
        else:
            seen.pan(a, b)
        left, top = seen.in_view(0, 0)
        right, bottom = seen.in_view(*size)
        assert left <= VIEW[0] * (1 - KEPT) + 1
        assert right >= VIEW[0] * KEPT - 1
        assert top <= VIEW[1] * (1 - KEPT) + 1
        assert bottom >= VIEW[1] * KEPT - 1
        assert (seen.x * scale, seen.y * scale) == (round(seen.x * scale), round(seen.y * scale)), "on whole pixels"


def test_an_object_is_framed_with_some_room_around_it() -> None:
    seen = camera(4000, 3000)
    seen.frame(3900, 2900, 100, 100)
    left, top = seen.in_view(3900, 2900)
    right, bottom = seen.in_view(4000, 3000)
    assert 0 < left < right < VIEW[0]
    assert 0 < top < bottom < VIEW[1]
    assert bottom - top > VIEW[1] / 2
