from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskpick.errors import PickError
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.picking import inside_box, inside_lasso, nearest
from strategies import disc, mask_sets

SHARES = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])
COORDINATES = st.one_of(st.integers(-6, 30), st.floats(-6, 30))


def two() -> MaskSet:
    size = Size(40, 30)
    return MaskSet(size, (Mask.from_array(5, disc(size, 10, 15, 6)), Mask.from_array(2, np.ones((4, 4), bool), 30, 10)))


class TestNearest:
    @given(mask_sets(), st.data(), st.floats(0, 30))
    def test_it_is_what_a_search_of_all_pixels_finds(self, masks: MaskSet, data: st.DataObject, radius: float) -> None:
        x = data.draw(st.integers(0, masks.size.width - 1))
        y = data.draw(st.integers(0, masks.size.height - 1))
        found = {}
        for mask in masks:
            ys, xs = np.nonzero(mask.canvas(masks.size) >= 128)
            squares = (xs - x) ** 2 + (ys - y) ** 2
            if len(squares) and squares.min() <= radius * radius:
                found[mask.id] = (squares.min(), mask.area, mask.id)
        expected = min(found, key=found.__getitem__) if found else None
        assert nearest(masks, x, y, radius) == expected

    def test_a_mask_at_the_point_is_nearest(self) -> None:
        assert nearest(two(), 10, 15, 0) == 5

    def test_the_radius_is_a_distance_and_not_a_square(self) -> None:
        masks = MaskSet(Size(20, 20), (Mask.from_array(1, np.ones((1, 1), bool), 13, 14),))
        assert nearest(masks, 10, 10, 4.9) is None
        assert nearest(masks, 10, 10, 5) == 1

    def test_a_point_outside_is_refused(self) -> None:
        with pytest.raises(PickError):
            nearest(two(), 40, 5, 3)


class TestInsideBox:
    @given(mask_sets(), COORDINATES, COORDINATES, st.integers(0, 30), st.integers(0, 30), SHARES)
    def test_it_is_the_share_of_the_area(
        self, masks: MaskSet, x: float, y: float, width: int, height: int, share: float
    ) -> None:
        box = Box(int(x), int(y), width, height)
        parts = {mask.id: np.count_nonzero(mask.within(box) >= 128) for mask in masks}
        assert inside_box(masks, box, share) == tuple(
            mask.id for mask in masks if parts[mask.id] and parts[mask.id] >= share * mask.area
        )

    def test_by_default_a_little_may_stick_out(self) -> None:
        assert inside_box(two(), Box(5, 0, 40, 30)) == (5, 2)
        assert inside_box(two(), Box(5, 0, 40, 30), share=1) == (2,)
        assert inside_box(two(), Box(10, 0, 40, 30)) == (2,)


def turns_round(points: list[tuple[float, float]], x: float, y: float) -> int:
    """How often the closed line goes round a point: the sum of its angles, seen from there."""
    total = 0.0
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        ax, ay, bx, by = x0 - x, y0 - y, x1 - x, y1 - y
        total += math.atan2(ax * by - ay * bx, ax * bx + ay * by)
    return round(total / math.tau)


class TestInsideLasso:
    # Points of which no two have a pixel's centre on the line between them, for there either answer is right.
    ODD_X = st.integers(-6, 30).map(lambda value: value + 1 / math.pi)
    ODD_Y = st.integers(-6, 30).map(lambda value: value + 1 / math.e)

    @given(mask_sets(largest=14), st.lists(st.tuples(ODD_X, ODD_Y), max_size=9), SHARES)
    def test_it_is_the_share_of_pixels_the_line_goes_round(
        self, masks: MaskSet, points: list[tuple[float, float]], share: float
    ) -> None:
        inside = np.zeros(masks.size[::-1], bool)
        if len(points) >= 3:
            for y, x in np.ndindex(inside.shape):
                inside[y, x] = turns_round(points, x + 0.5, y + 0.5) != 0
        expected = []
        for mask in masks:
            part = np.count_nonzero((mask.canvas(masks.size) >= 128) & inside)
            if part and part >= share * mask.area:
                expected.append(mask.id)
        assert inside_lasso(masks, points, share) == tuple(expected)

    @given(mask_sets(), st.integers(-5, 20), st.integers(-5, 20), st.integers(1, 30), st.integers(1, 30), SHARES)
    def test_round_a_rectangle_it_is_the_rectangle(
        self, masks: MaskSet, x: int, y: int, width: int, height: int, share: float
    ) -> None:
        points = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        expected = inside_box(masks, Box(x, y, width, height), share)
        assert inside_lasso(masks, points, share) == expected
        assert inside_lasso(masks, points[::-1], share) == expected

    def test_a_loop_at_the_end_of_a_careless_line_is_inside_too(self) -> None:
        twice = [(25, 5), (39, 5), (39, 20), (25, 20)] * 2
        assert inside_lasso(two(), twice) == (2,)

    def test_a_lasso_far_larger_than_the_picture_takes_everything(self) -> None:
        assert inside_lasso(two(), [(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)]) == (5, 2)

    @pytest.mark.parametrize("points", [[], [(3, 3)], [(3, 3), (20, 20)], [(100, 100), (120, 100), (110, 130)]])
    def test_a_line_that_goes_round_nothing_takes_nothing(self, points: list[tuple[float, float]]) -> None:
        assert inside_lasso(two(), points, share=0) == ()

    def test_a_point_that_is_nowhere_is_refused(self) -> None:
        with pytest.raises(ValueError, match="nowhere"):
            inside_lasso(two(), [(0, 0), (math.nan, 3), (5, 5)])
