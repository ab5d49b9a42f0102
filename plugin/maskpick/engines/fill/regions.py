"""Where to work: one crop of the picture for each hole, so that the cost is that of the holes and not of the
picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOGETHER = 8  # holes nearer than this, in pixels, are filled as one
_LEAST_CONTEXT = 64  # pixels of picture looked at on every side of a hole
_ENOUGH = 2  # times the hole's area should be there to copy from


@dataclass(frozen=True)
class Region:
    """A crop, as slices of the picture, and the hole in it, (h, w) bool."""

    rows: slice
    columns: slice
    hole: NDArray[np.bool_]


def regions(hole: NDArray[np.bool_], usable: NDArray[np.bool_]) -> Iterator[Region]:
    """Yield the separate holes, top to bottom, each with enough usable picture round it if there is any. Both (h, w)
    bool."""
    top, bottom = _extent(np.any(hole, axis=1))
    left, right = _extent(np.any(hole[top:bottom], axis=0))
    box = np.ascontiguousarray(hole[top:bottom, left:right])
    joined = cv2.dilate(box.astype(np.uint8), np.ones((_TOGETHER + 1, _TOGETHER + 1), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for label in range(1, count):
        x, y, width, height = (int(v) for v in boxes[label, :4])
        part = box[y : y + height, x : x + width] & (labels[y : y + height, x : x + width] == label)
        rows, columns = slice(*_extent(np.any(part, axis=1))), slice(*_extent(np.any(part, axis=0)))
        part = part[rows, columns]
        y, x, (height, width) = y + rows.start, x + columns.start, part.shape
        rows, columns = _context(usable, y + top, x + left, part)
        inner = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
        y, x = y + top - rows.start, x + left - columns.start
        inner[y : y + height, x : x + width] = part
        yield Region(rows, columns, inner)


def _context(usable: NDArray[np.bool_], y: int, x: int, part: NDArray[np.bool_]) -> tuple[slice, slice]:
    height, width = part.shape
    grow_y, grow_x = max(_LEAST_CONTEXT, height), max(_LEAST_CONTEXT, width)
    wanted = _ENOUGH * int(part.sum())
    while True:
        rows = slice(max(0, y - grow_y), min(usable.shape[0], y + height + grow_y))
        columns = slice(max(0, x - grow_x), min(usable.shape[1], x + width + grow_x))
        crop = usable[rows, columns]
        if crop.shape == usable.shape or int(crop.sum()) >= wanted:
            return rows, columns
        grow_y, grow_x = 2 * grow_y, 2 * grow_x


def _extent(line: NDArray[np.bool_] | np.bool_) -> tuple[int, int]:
    places = np.flatnonzero(line)
    return int(places[0]), int(places[-1]) + 1
