"""Which masks a person means: the one nearest to a point, those inside a rectangle or a lasso.

All three read the region map, so that their cost goes with the area looked at and not with the number of masks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maskpick.lookup import count
from maskpick.masks import NOWHERE, Box, MaskSet

ENCLOSED = 0.9
"""A mask counts as enclosed when this share of its area is."""


def nearest(masks: MaskSet, x: int, y: int, radius: float) -> int | None:
    """The id of the mask at pixel (x, y), or of the nearest one within ``radius`` pixels; None where there is none.

    Distance is Euclidean, from pixel centre to pixel centre. Of several masks at the same distance, the
    smallest is meant. Raises `PickError` when the point lies outside the picture.
    """
    stack = masks.at(x, y)
    if stack:
        return stack[0]
    box = Box(x, y, 1, 1).grown(int(radius)).intersection(masks.canvas)
    index = masks.regions.index[box.slices()]
    rows, columns = np.nonzero(index)
    distances = (rows + (box.y - y)) ** 2 + (columns + (box.x - x)) ** 2
    closest = distances.min(initial=np.iinfo(distances.dtype).max)
    if closest > radius * radius:
        return None
    there = distances == closest
    met: set[int] = {masks.regions.table[region][0] for region in index[rows[there], columns[there]]}
    return min(met, key=lambda id: (masks[id].area, id))  # noqa: A006


def inside_box(masks: MaskSet, box: Box, share: float = ENCLOSED) -> tuple[int, ...]:
    """The ids, in the set's order, of the masks of whose area at least ``share`` (0..1) lies inside ``box``."""
    index = masks.regions.index[box.intersection(masks.canvas).slices()]
    return _enclosed(masks, count(index, len(masks.regions.table)), share)


def inside_lasso(masks: MaskSet, points: Sequence[tuple[float, float]], share: float = ENCLOSED) -> tuple[int, ...]:
    """The ids, in the set's order, of the masks of whose area at least ``share`` (0..1) lies inside a closed polygon.

    ``points`` are (x, y) in pixels, where pixel (0, 0) is the square from (0, 0) to (1, 1); the last is joined to the
    first. They may lie outside the picture, but must be finite. What the line goes round more than once is inside
    too, unless it goes round as often the other way (the non-zero rule).
    """
    box, inside = _polygon(points, masks.canvas)
    index = masks.regions.index[box.slices()]
    return _enclosed(masks, np.bincount(index[inside], minlength=len(masks.regions.table)), share)


def _enclosed(masks: MaskSet, pixels: NDArray[np.int64], share: float) -> tuple[int, ...]:
    """``pixels`` says of every region how many of its pixels are enclosed."""
    enclosed = dict.fromkeys(masks.ids, 0)
    for region in np.flatnonzero(pixels):
        for id in masks.regions.table[region]:  # noqa: A001
            enclosed[id] += int(pixels[region])
    return tuple(mask.id for mask in masks if 0 < enclosed[mask.id] >= share * mask.area)


def _polygon(points: Sequence[tuple[float, float]], canvas: Box) -> tuple[Box, NDArray[np.bool_]]:
    """The box of a polygon within ``canvas``, and which of its pixels have their centre inside."""
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    if not np.isfinite(corners).all():
        raise ValueError("a lasso has a point that is nowhere")
    if len(corners) < 3:
        return NOWHERE, np.zeros((0, 0), bool)
    x, y = (int(side) for side in np.floor(corners.min(axis=0)))
    right, bottom = (int(side) for side in np.ceil(corners.max(axis=0)))
    box = Box(x, y, right - x, bottom - y).intersection(canvas)
    ends = np.roll(corners, -1, axis=0)
    # Each side crosses the rows whose centres lie between its ends.
    crossed = np.clip(np.ceil(np.sort([corners[:, 1], ends[:, 1]], axis=0) - 0.5), box.y, box.bottom).astype(np.int64)
    lengths = crossed[1] - crossed[0]
    side = np.repeat(np.arange(len(corners)), lengths)
    row = np.arange(len(side)) + np.repeat(crossed[0] - (np.cumsum(lengths) - lengths), lengths)
    start, way = corners[side], (ends - corners)[side]
    crossing = start[:, 0] + (row + 0.5 - start[:, 1]) / way[:, 1] * way[:, 0]
    # From there to the right, the line goes round once more, or once less.
    column = np.clip(np.ceil(crossing - 0.5), box.x, box.right).astype(np.int64)
    turns = np.zeros((box.height, box.width + 1), np.int16)
    np.add.at(turns, (row - box.y, column - box.x), np.sign(way[:, 1]).astype(np.int16))
    return box, np.cumsum(turns[:, :-1], axis=1, dtype=np.int16) != 0
