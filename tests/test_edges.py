from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from maskpick import edges
from maskpick.masks import Box, Mask, Size
from strategies import disc, masks

CANVAS = Size(24, 20)
Change = Callable[[Mask, float, Size], Mask]
RADII = st.floats(0.1, 8)


def half_plane(size: Size = CANVAS, columns: int = 10) -> Mask:
    """Everything to the left of a column."""
    return Mask(1, Box(0, 0, columns, size.height), np.full((size.height, columns), 255, np.uint8))


def rounded(mask: Mask) -> NDArray[np.uint8]:
    return mask.canvas(CANVAS)


def distances(mask: Mask, inside: bool) -> NDArray[np.float64]:
    """By brute force, from every pixel's centre to the nearest one that is in the mask, or that is not."""
    chosen = np.argwhere((rounded(mask) >= 128) == inside)
    everywhere = np.argwhere(np.ones(CANVAS[::-1], bool))
    if not len(chosen):
        return np.full(CANVAS[::-1], np.inf)
    gaps = np.linalg.norm(everywhere[:, None] - chosen[None], axis=2)
    nearest: NDArray[np.float64] = gaps.min(axis=1).reshape(CANVAS[::-1])
    return nearest


def held(part: NDArray[np.float64]) -> NDArray[np.float64]:
    return 255 * np.clip(part, 0, 1)


class TestGrow:
    @given(masks(CANVAS), RADII)
    def test_a_pixel_is_covered_as_far_as_the_new_edge_reaches_over_it(self, mask: Mask, radius: float) -> None:
        expected = np.maximum(rounded(mask), held(radius + 1 - distances(mask, inside=True)))
        assert np.abs(rounded(edges.grow(mask, radius, CANVAS)) - expected).max() <= 1

    @given(masks(CANVAS), RADII)
    def test_what_was_covered_stays_so(self, mask: Mask, radius: float) -> None:
        assert (rounded(edges.grow(mask, radius, CANVAS)) >= rounded(mask)).all()

    @given(masks(CANVAS), RADII, RADII)
    def test_more_grows_further(self, mask: Mask, radius: float, more: float) -> None:
        far, near = edges.grow(mask, radius + more, CANVAS), edges.grow(mask, radius, CANVAS)
        assert (rounded(far) >= rounded(near)).all()

    @pytest.mark.parametrize("radius", [1, 3, 7])
    def test_a_straight_edge_moves_by_whole_pixels(self, radius: int) -> None:
        assert edges.grow(half_plane(), radius, CANVAS) == half_plane(columns=10 + radius)

    def test_a_straight_edge_moves_by_a_part_of_a_pixel(self) -> None:
        grown = edges.grow(half_plane(), 0.25, CANVAS)
        assert [grown.coverage_at(x, 5) for x in (9, 10, 11)] == [255, 64, 0]

    def test_it_ends_at_the_canvas(self) -> None:
        assert edges.grow(half_plane(), 100, CANVAS) == half_plane(columns=CANVAS.width)

    def test_a_disc_stays_round(self) -> None:
        size = Size(200, 200)
        grown = edges.grow(Mask.from_array(1, disc(size, 100, 100, 40)), 20, size)
        assert grown.area == pytest.approx(np.pi * 60**2, rel=0.02)
        assert grown.box.width == grown.box.height == pytest.approx(121, abs=2)


class TestShrink:
    @given(masks(CANVAS), RADII)
    def test_a_pixel_loses_what_lies_before_the_new_edge(self, mask: Mask, radius: float) -> None:
        expected = np.minimum(rounded(mask), held(distances(mask, inside=False) - radius))
        assert np.abs(rounded(edges.shrink(mask, radius, CANVAS)) - expected).max() <= 1

    @given(masks(CANVAS), RADII)
    def test_it_lies_in_the_mask_which_lies_in_the_grown_one(self, mask: Mask, radius: float) -> None:
        shrunk, grown = edges.shrink(mask, radius, CANVAS), edges.grow(mask, radius, CANVAS)
        assert (rounded(shrunk) <= rounded(mask)).all()
        assert (rounded(mask) <= rounded(grown)).all()

    @pytest.mark.parametrize("radius", [1, 3, 7])
    def test_a_straight_edge_moves_and_the_picture_s_border_does_not(self, radius: int) -> None:
        assert edges.shrink(half_plane(), radius, CANVAS) == half_plane(columns=10 - radius)

    def test_a_mask_of_the_whole_picture_stays(self) -> None:
        whole = half_plane(columns=CANVAS.width)
        assert edges.shrink(whole, 5, CANVAS) == whole

    @given(masks(CANVAS), st.integers(1, 4))
    def test_shrinking_what_was_grown_gives_the_mask_back_at_least(self, mask: Mask, radius: int) -> None:
        hard = edges.harden(mask)
        back = edges.shrink(edges.grow(hard, radius, CANVAS), radius, CANVAS)
        # A corner of the grown mask is rounded off, so a pixel may be missing at the edge, but no more.
        assert (rounded(edges.shrink(hard, 1, CANVAS)) <= rounded(back)).all()

    def test_what_is_thinner_than_the_radius_is_gone(self) -> None:
        line = Mask(1, Box(2, 8, 15, 2), np.full((2, 15), 255, np.uint8))
        assert edges.shrink(line, 3, CANVAS).empty


class TestFeather:
    def test_far_inside_and_far_outside_stay_as_they_were(self) -> None:
        size = Size(200, 120)
        soft = edges.feather(half_plane(size, 100), 10, size).canvas(size)
        assert (soft[:, :84] == 255).all()
        assert (soft[:, 117:] == 0).all()

    def test_the_edge_stays_in_its_place_and_falls_steadily(self) -> None:
        size = Size(200, 120)
        profile = edges.feather(half_plane(size, 100), 10, size).canvas(size)[60].astype(int)
        assert (np.diff(profile) <= 0).all()
        assert profile[99] + profile[100] == pytest.approx(255, abs=2)
        assert len(set(profile)) > 10

    def test_an_object_cut_by_the_picture_s_border_keeps_its_full_edge_there(self) -> None:
        size = Size(200, 120)
        soft = edges.feather(half_plane(size, 100), 20, size).canvas(size)
        assert (soft[0] == soft[60]).all()
        assert soft[60, 0] == 255

    @given(masks(CANVAS), st.floats(0.1, 12))
    def test_a_box_is_large_enough_for_what_it_holds(self, mask: Mask, radius: float) -> None:
        wide = Size(CANVAS.width + 80, CANVAS.height + 80)
        moved = mask.translated(40, 40)
        far = edges.feather(moved, radius, wide)
        assert far == edges.feather(Mask(1, Box(0, 0, *wide), moved.canvas(wide)), radius, wide)
        assert far.box.intersection(moved.box.grown(int(1.5 * radius) + 2)) == far.box


@pytest.mark.parametrize("change", [edges.grow, edges.shrink, edges.feather])
@pytest.mark.parametrize("radius", [0.0, -2.0])
def test_no_radius_changes_nothing(change: Change, radius: float) -> None:
    mask = half_plane()
    assert change(mask, radius, CANVAS) is mask


@pytest.mark.parametrize("change", [edges.grow, edges.shrink, edges.feather])
def test_an_empty_mask_stays_empty(change: Change) -> None:
    assert change(Mask(1, Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8)), 3, CANVAS).empty


@given(masks(CANVAS))
def test_hardening_keeps_the_same_pixels(mask: Mask) -> None:
    hard = edges.harden(mask)
    assert np.array_equal(rounded(hard), np.where(rounded(mask) >= 128, 255, 0))
