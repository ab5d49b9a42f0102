"""Which masks a lasso or a rectangle encloses, fast enough to follow the hand.

A mask is looked at row by row, in the bytes of its own box; only masks whose box reaches into the lasso are. Where
that would be too many rows, only every so-manieth is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from maskpick_bridge.maskfile import Box, MaskFile, MaskInfo

ENCLOSED = 0.9
"""A mask counts as enclosed when this share of its area is, as in the core."""
BUDGET_ROWS = 5_000
"""Rows looked at in all: some milliseconds of an ordinary machine."""
FEWEST_ROWS = 24
"""Rows looked at of one mask, however many masks there are."""

_INSIDE = bytes(value >= 128 for value in range(256))
"""Coverage to 1 where it counts as in the mask, else 0."""

if TYPE_CHECKING:
    Points = Sequence[tuple[float, float]]


def inside_lasso(file: MaskFile, points: Points, share: float = ENCLOSED) -> tuple[int, ...]:
    """The ids, in the file's order, of the masks of whose area at least ``share`` lies inside a closed polygon.

    ``points`` are x, y in image pixels; the last is joined to the first, and the non-zero rule holds.
    """
    if len(points) < 3 or not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        return ()
    polygon = _Polygon(points, file.size[1])
    candidates = [mask for mask in file.masks.values() if mask.area and _may_be_enclosed(mask, polygon, share)]
    rows = max(FEWEST_ROWS, BUDGET_ROWS // max(1, len(candidates)))
    return tuple(mask.id for mask in candidates if _is_enclosed(file, mask, polygon, share, rows))


def inside_box(file: MaskFile, box: Box, share: float = ENCLOSED) -> tuple[int, ...]:
    """As `inside_lasso`, for a rectangle of whole pixels."""
    right, bottom = box.x + box.width, box.y + box.height
    return inside_lasso(file, [(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)], share)


class _Polygon:
    """A polygon, asked which pixels of a row have their centre in it."""

    def __init__(self, points: Points, height: int) -> None:
        """``height`` is the picture's: rows outside are not asked for."""
        self.left, self.right = min(x for x, _ in points), max(x for x, _ in points)
        self.top, self.bottom = min(y for _, y in points), max(y for _, y in points)
        # Each side crosses the rows whose centres lie between its ends, one way or the other.
        self._crossings: dict[int, list[tuple[int, int]]] = {}
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]]):
            if y0 != y1:
                first, last = math.ceil(min(y0, y1) - 0.5), math.ceil(max(y0, y1) - 0.5)
                slope, way = (x1 - x0) / (y1 - y0), 1 if y1 > y0 else -1
                for row in range(max(0, first), min(height, last)):
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


def _may_be_enclosed(mask: MaskInfo, polygon: _Polygon, share: float) -> bool:
    """Whether enough of the mask can lie in the polygon, by their boxes alone."""
    box = mask.box
    width = min(box.x + box.width, polygon.right) - max(box.x, polygon.left)
    height = min(box.y + box.height, polygon.bottom) - max(box.y, polygon.top)
    return width > 0 and height > 0 and (math.ceil(width) + 1) * (math.ceil(height) + 1) >= share * mask.area


def _is_enclosed(file: MaskFile, mask: MaskInfo, polygon: _Polygon, share: float, rows: int) -> bool:
    box = mask.box
    step = max(1, -(-box.height // rows))
    looked_at = range(step // 2, box.height, step)
    if all(polygon.holds(box.y + y, box.x, box.x + box.width) for y in looked_at):
        return True
    held = total = 0
    with file.coverage(mask.id) as coverage:
        for y in looked_at:
            row = bytes(coverage[y * box.width : (y + 1) * box.width]).translate(_INSIDE)
            total += row.count(1)
            for begin, end in polygon.spans(box.y + y):
                held += row.count(1, max(0, begin - box.x), max(0, end - box.x))
    return held > 0 and held >= share * total
