"""Which masks a lasso or a rectangle encloses, fast enough to follow the hand.

A mask is looked at row by row, in the bytes of its own box; only masks whose box reaches into the lasso are. Where
that would be too many rows, only every so-manieth is looked at.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from maskpick_bridge.maskfile import Box, MaskFile, MaskInfo

ENCLOSED = 0.9
"""A mask counts as enclosed when this share of its area is, as in the core."""
BUDGET_ROWS = 5_000
"""Rows looked at in all: some milliseconds of an ordinary machine."""
FOLLOWING_ROWS = 1_000
"""As many while a lasso is being drawn, which is asked again and again."""
FEWEST_ROWS = 24
"""Rows looked at of one mask, however many masks there are."""

_INSIDE = bytes(value >= 128 for value in range(256))
"""Coverage to 1 where it counts as in the mask, else 0."""

if TYPE_CHECKING:
    Points = Sequence[tuple[float, float]]


def inside_lasso(file: MaskFile, points: Points, share: float = ENCLOSED, budget: int = BUDGET_ROWS) -> tuple[int, ...]:
    """The ids, in the file's order, of the masks of whose area at least ``share`` lies inside a closed polygon.

    ``points`` are x, y in image pixels; the last is joined to the first, and the non-zero rule holds. ``budget`` is
    how many rows of masks are looked at, more or less.
    """
    if len(points) < 3 or not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        return ()
    bounds = _Bounds(*map(min, zip(*points)), *map(max, zip(*points)))
    candidates = [mask for mask in file.masks.values() if mask.area and _may_be_enclosed(mask, bounds, share)]
    most = max(FEWEST_ROWS, budget // max(1, len(candidates)))
    rows = {mask.id: _looked_at(mask.box, most) for mask in candidates}
    polygon = _Polygon(points, sorted(set(itertools.chain.from_iterable(rows.values()))))
    return tuple(mask.id for mask in candidates if _is_enclosed(file, mask, polygon, share, rows[mask.id]))


def inside_box(file: MaskFile, box: Box, share: float = ENCLOSED) -> tuple[int, ...]:
    """As `inside_lasso`, for a rectangle of whole pixels."""
    right, bottom = box.x + box.width, box.y + box.height
    return inside_lasso(file, [(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)], share)


class _Bounds(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class _Polygon:
    """A polygon, asked which pixels of a row have their centre in it."""

    def __init__(self, points: Points, rows: Sequence[int]) -> None:
        """``rows`` are those that will be asked for, from the top."""
        # Each side crosses the rows whose centres lie between its ends, one way or the other.
        self._crossings: dict[int, list[tuple[int, int]]] = {}
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]]):
            if y0 != y1:
                first, last = math.ceil(min(y0, y1) - 0.5), math.ceil(max(y0, y1) - 0.5)
                slope, way = (x1 - x0) / (y1 - y0), 1 if y1 > y0 else -1
                for row in rows[bisect.bisect_left(rows, first) : bisect.bisect_left(rows, last)]:
                    column = math.ceil(x0 + (row + 0.5 - y0) * slope - 0.5)
                    self._crossings.setdefault(row, []).append((column, way))
        self._spans: dict[int, list[tuple[int, int]]] = {}

    def spans(self, row: int) -> list[tuple[int, int]]:
        """Where the row is inside: from the first column to one past the last."""
        known = self._spans.get(row)
        if known is None:
            known = self._spans[row] = self._found(row)
        return known

    def holds(self, row: int, begin: int, end: int) -> bool:
        """Whether all of a row's part is inside."""
        return any(first <= begin and end <= last for first, last in self.spans(row))

    def _found(self, row: int) -> list[tuple[int, int]]:
        spans, turns, begin = [], 0, 0
        for column, way in sorted(self._crossings.get(row, ())):
            if turns == 0:
                begin = column
            turns += way
            if turns == 0 and column > begin:
                spans.append((begin, column))
        return spans


def _may_be_enclosed(mask: MaskInfo, bounds: _Bounds, share: float) -> bool:
    """Whether enough of the mask can lie in the polygon, by their boxes alone."""
    box = mask.box
    width = min(box.x + box.width, bounds.right) - max(box.x, bounds.left)
    height = min(box.y + box.height, bounds.bottom) - max(box.y, bounds.top)
    return width > 0 and height > 0 and (math.ceil(width) + 1) * (math.ceil(height) + 1) >= share * mask.area


def _looked_at(box: Box, most: int) -> range:
    """The picture's rows that are looked at of a box."""
    step = max(1, -(-box.height // most))
    return range(box.y + step // 2, box.y + box.height, step)


def _is_enclosed(file: MaskFile, mask: MaskInfo, polygon: _Polygon, share: float, rows: range) -> bool:
    box = mask.box
    if all(polygon.holds(row, box.x, box.x + box.width) for row in rows):
        return True
    held = total = 0
    with file.coverage(mask.id) as coverage:
        for row in rows:
            begin = (row - box.y) * box.width
            inside = bytes(coverage[begin : begin + box.width]).translate(_INSIDE)
            total += inside.count(1)
            for first, last in polygon.spans(row):
                held += inside.count(1, max(0, first - box.x), max(0, last - box.x))
    return held > 0 and held >= share * total
