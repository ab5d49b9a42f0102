"""Which masks, put together and taken away from each other, an artist's clicks mean.

A click says more than where: people click in the middle of what they mean. So a mask is meant the more, the deeper the
point lies in it, and of two as deep ones the smaller. The first click chooses a mask; each further one that the choice
goes against adds a mask, or takes one away, unless none is worth it: then the error is smaller than any mask, and left
to `maskpick.clicks`. A few of the best choices are carried along, for a click may show that the second best was right.

All is computed on the region map, thinned out: a mask is a set of regions, so that it costs the same for any picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Box, Mask, MaskSet

if TYPE_CHECKING:
    from maskpick.engines import Point

Rows = NDArray[np.bool_]
"""Of every row of the region map's table, whether it is chosen: bool (rows,)."""

THINNED = 256
"""The region map is thinned out to at most so many pixels a side."""
DEEP = 1.5
SMALL = 0.25
"""A mask's worth, as a logarithm: `DEEP` times the square of how deep the click lies (0..1, as a share of the mask's
deepest place), less `SMALL` times the logarithm of its share of the picture. Fitted to half of the development photos,
and to both kinds of them alike."""
CHANGE = 1.0
"""What a mask must be worth to be added, or taken away."""
AGAINST = 0.25
"""What is taken off a mask that is to be added for each region in it that is said to lie outside: that has to be taken
away again."""
BOXED = 4.0
"""How much a box counts: so many times the logarithm of the likeness (IoU) of the mask's own box with it."""
STARTS = 12
"""So many masks are tried for the first click,"""
KEPT = 6
"""so many choices are carried along from then on,"""
TRIED = 4
"""and so many masks are tried on each for a further click."""


class Change(NamedTuple):
    """A mask that is put to the choice, or taken away from it."""

    id: int
    adds: bool


class _Choice(NamedTuple):
    worth: float
    rows: Rows
    changes: tuple[Change, ...]


class Nodes:
    """The masks of a set, as what they are made of: regions."""

    def __init__(self, masks: MaskSet) -> None:
        self._masks = masks
        table, index = masks.regions.table, masks.regions.index
        place = {id: number for number, id in enumerate(masks.ids)}  # noqa: A001
        self._members = np.zeros((len(place), len(table)), bool)
        for row, ids in enumerate(table):
            self._members[[place[id] for id in ids], row] = True  # noqa: A001
        self._index = index
        self._step = max(1, math.ceil(max(masks.size) / THINNED))
        self._thin = index[self._step // 2 :: self._step, self._step // 2 :: self._step]
        self._areas = np.bincount(self._thin.ravel(), minlength=len(table))
        self._depths: dict[tuple[bytes, Point], float] = {}

    def row(self, point: Point) -> int:
        """The region at a pixel."""
        return int(self._index[point[1], point[0]])

    def choose(
        self, inside: Sequence[Point], outside: Sequence[Point], box: Box | None, start: int | None = None
    ) -> tuple[Change, ...]:
        """The masks that are meant, one after another; none where no mask lies at the first point.

        There must be a point inside, a box, or the id of the mask to start with. The points are the centres of what is
        meant: the first one of the object, the others of what is missing or too much.
        """
        inside_rows, outside_rows = {self.row(point) for point in inside}, {self.row(point) for point in outside}
        choices = self._starts(inside[0] if inside else None, box, start)
        later = [(point, True) for point in inside[1:]] + [(point, False) for point in outside]
        for point, adds in later:
            against = list(outside_rows if adds else inside_rows)
            found: dict[bytes, _Choice] = {}
            for choice in choices:
                for tried in self._changed(choice, point, adds, against):
                    known = found.get(tried.rows.tobytes())
                    if known is None or known.worth < tried.worth:
                        found[tried.rows.tobytes()] = tried
            choices = sorted(found.values(), key=lambda one: -one.worth)[:KEPT]
        return choices[0].changes if choices else ()

    def _starts(self, point: Point | None, box: Box | None, start: int | None) -> list[_Choice]:
        """What the first point, or the box, may mean, the likeliest first."""
        chosen: Iterable[int] = range(len(self._members))
        if start is not None:
            chosen = [self._masks.ids.index(start)]
        elif point is not None:
            chosen = np.flatnonzero(self._members[:, self.row(point)]).tolist()
        starts = []
        for number in chosen:
            mask, rows = self._masks.masks[number], self._members[number]
            worth = self._worth(rows, point)
            if box is not None:
                worth += BOXED * math.log(max(1e-3, _likeness(mask.box, box)))
            starts.append(_Choice(worth, rows, (Change(mask.id, adds=True),)))
        return sorted(starts, key=lambda one: -one.worth)[:STARTS]

    def _changed(self, choice: _Choice, point: Point, adds: bool, against: list[int]) -> Iterable[_Choice]:
        """The choice as it is, and, where it goes against the click, as it may be changed."""
        yield choice
        row = self.row(point)
        if bool(choice.rows[row]) == adds:
            return
        tried = []
        for number in np.flatnonzero(self._members[:, row]):
            rows = self._members[number]
            wrong = int(rows[against].sum())
            # What is taken away too much nothing brings back; points outside are looked at last.
            if wrong and (not adds or row in against):
                continue
            changed = choice.rows | rows if adds else choice.rows & ~rows
            worth = choice.worth + self._worth(choice.rows ^ changed, point) - CHANGE - AGAINST * wrong
            tried.append(_Choice(worth, changed, (*choice.changes, Change(self._masks.masks[number].id, adds))))
        yield from sorted(tried, key=lambda one: -one.worth)[:TRIED]

    def _worth(self, rows: Rows, point: Point | None) -> float:
        """How likely a click at ``point`` means these regions, as a logarithm."""
        share = max(0.5, float(self._areas[rows].sum())) / self._thin.size
        depth = self._depth(rows, point) if point is not None else 0.0
        return DEEP * depth * depth - SMALL * math.log(share)

    def _depth(self, rows: Rows, point: Point) -> float:
        """How deep a pixel lies in these regions: 0 at their border, 1 at their deepest place."""
        key = (rows.tobytes(), point)
        if key not in self._depths:
            self._depths[key] = self._measured(rows, point)
        return self._depths[key]

    def _measured(self, rows: Rows, point: Point) -> float:
        inside = rows[self._thin]
        ys, xs = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        if not len(ys):
            return 0.0
        part = inside[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1].astype(np.uint8)
        # A ring of nothing: what the picture's border cuts off is no deeper for it.
        around = cv2.copyMakeBorder(part, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        depth = cv2.distanceTransform(around, cv2.DIST_L2, 3)
        y = min(max(point[1] // self._step - int(ys[0]), 0), part.shape[0] - 1) + 1
        x = min(max(point[0] // self._step - int(xs[0]), 0), part.shape[1] - 1) + 1
        return float(depth[y, x] / depth.max())


def put_together(changes: Sequence[Change], masks: MaskSet) -> Mask | None:
    """The mask that these changes, one after another, come to; its id and fields mean nothing."""
    made: Mask | None = None
    for id, adds in changes:  # noqa: A001
        made = masks[id] if made is None else made | masks[id] if adds else made - masks[id]
    return made


def _likeness(one: Box, other: Box) -> float:
    """Intersection over union."""
    common = one.intersection(other)
    shared = common.width * common.height
    return shared / max(1, one.width * one.height + other.width * other.height - shared)
