"""The order among masks: which lies in which, which show nearly the same, which is the background.

All is read off one table: how many pixels each two masks share. It comes from the region map, where every
combination of masks is one number, so the pixels are counted once, however many masks there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maskpick.lookup import count
from maskpick.masks import Box, Mask, MaskSet
from maskpick.pictures import Picture

SAME = 0.9
"""Two masks show the same thing when what they share is at least this part of their union (IoU)."""
CONTAINED = 0.92
"""A mask lies in another when at least this part of it does: the borders of the two need not agree to the pixel."""
LARGER = 1.1
"""A parent is larger than its part by at least this factor. So no circle of parents can form."""
MADE_OF_PARTS = 0.95
"""A mask is a group when its parts cover at least this much of it."""
BACKGROUND_AREA = 0.05
"""Background covers at least this part of the picture,"""
BACKGROUND_BORDER = 0.1
"""at least this part of the picture's outermost pixels,"""
BACKGROUND_SIDE = 0.05
"""and at least this part of two sides or more. The three were fitted to 100 photos of COCO: of what the rule calls
background 98 % is none of COCO's countable things, and it finds 68 % of what is not countable."""

BUNCH = 128
"""How many combinations of masks are counted at once."""

Kind = Literal["part", "whole", "group"]


def arrange(masks: MaskSet, picture: Picture | None = None) -> MaskSet:
    """Return the same masks in order, as a tree.

    - Of masks that show the same (`SAME`) the best stays. The others become its alternates: ``alternate_of`` names it,
      and they share its parent. Best is the highest confidence, then the lowest id.
    - ``parent`` is the smallest mask, itself no alternate, that contains the mask (`CONTAINED`, `LARGER`). Background
      is the parent of background alone: what stands before it is no part of it.
    - ``background`` is set for what is large and runs along the picture's border (`BACKGROUND_AREA` ff.), and kept
      where the engine set it: it may know better. Where ``picture`` has transparent margins, its border is
      that of the part that can be seen.
    - Objects come first, then background, then alternates; each by confidence, best first, then by id.

    Parents and alternates named by an engine are replaced, so that a set looks the same whether or not it went
    through a file that has no room for them, such as the service's zip. Ids and pixels stay. The result does not
    depend on the order of ``masks``, and to arrange it again changes nothing.
    """
    ranked = sorted(masks, key=lambda mask: (-mask.confidence, mask.id))
    overlaps = _Overlaps(masks, ranked)
    stands_for = _representatives(overlaps)
    behind = _looks_like_background(overlaps, _visible_box(masks, picture))
    behind |= np.array([mask.background for mask in ranked], bool)
    parents = _parents(overlaps, stands_for, behind)
    arranged = []
    for place, mask in enumerate(ranked):
        first = int(stands_for[place])
        parent = int(parents[first])
        arranged.append(
            mask.replace(
                parent=ranked[parent].id if parent >= 0 else None,
                alternate_of=ranked[first].id if first != place else None,
                background=bool(behind[place] or behind[first]),
            )
        )
    # sorted() is stable: within each of the three the ranking stays.
    return masks.redescribed(sorted(arranged, key=lambda mask: (mask.alternate_of is not None, mask.background)))


def walk(masks: MaskSet) -> Iterator[tuple[int, Mask]]:
    """Go through the tree from the top: each mask with its depth (0 for a root), parents before their parts.

    Brothers come in the order of the set; alternates are left out. Every other mask comes exactly once, whatever
    the parents say: one whose parent is missing, an alternate, or its own descendant counts as a root.
    """
    parts: dict[int | None, list[Mask]] = {}
    shown = {mask.id: mask for mask in masks if mask.alternate_of is None}
    for mask in shown.values():
        parts.setdefault(mask.parent if mask.parent in shown else None, []).append(mask)
    seen: set[int] = set()
    for root in [*parts.get(None, ()), *shown.values()]:
        waiting = [(0, root)]
        while waiting:
            depth, mask = waiting.pop()
            if mask.id not in seen:
                seen.add(mask.id)
                yield depth, mask
                waiting += [(depth + 1, part) for part in reversed(parts.get(mask.id, ()))]


def kind_of(mask: Mask, masks: MaskSet) -> Kind:
    """Say what ``mask`` is among ``masks``, an arranged set.

    A ``group`` is nothing but two or more parts (`MADE_OF_PARTS`). Else what lies in another object is a ``part``, and
    what does not is a ``whole``.
    """
    parts = {part.id for part in masks.children(mask.id) if part.alternate_of is None}
    if len(parts) >= 2:
        table, areas = masks.regions.table, region_areas(masks)
        mine = [row for row, ids in enumerate(table) if mask.id in ids]
        covered = [row for row in mine if parts.intersection(table[row])]
        if areas[covered].sum() >= MADE_OF_PARTS * areas[mine].sum():
            return "group"
    return "whole" if mask.parent is None else "part"


def region_areas(masks: MaskSet, box: Box | None = None) -> NDArray[np.int64]:
    """How many pixels (of ``box``) each row of the region map's table has: int64 (rows,)."""
    regions = masks.regions
    return regions.areas if box is None else count(regions.index[box.slices()], len(regions.table))


class _Overlaps:
    """Who shares how much with whom, for masks in the order of ``ranked``; k is their number."""

    def __init__(self, masks: MaskSet, ranked: list[Mask]) -> None:
        self._masks = masks
        self._places = {mask.id: place for place, mask in enumerate(ranked)}
        self.shared = np.zeros((len(ranked), len(ranked)), np.int64)
        """Pixels in both masks: (k, k)."""
        # Combinations with the same large masks in them have few masks in all: small tables, one for each bunch.
        table, areas = masks.regions.table, region_areas(masks)
        rows = sorted(range(1, len(table)), key=lambda row: table[row][::-1])
        for start in range(0, len(rows), BUNCH):
            bunch = rows[start : start + BUNCH]
            present = sorted({one for row in bunch for one in table[row]})
            column = {one: number for number, one in enumerate(present)}
            member = np.zeros((len(bunch), len(present)))
            for number, row in enumerate(bunch):
                member[number, [column[one] for one in table[row]]] = 1
            places = [self._places[one] for one in present]
            # In floating point, for speed; whole numbers below 2**53 are exact.
            self.shared[np.ix_(places, places)] += (member.T @ (member * areas[bunch, None])).astype(np.int64)
        self.areas: NDArray[np.int64] = self.shared.diagonal()

    def within(self, box: Box) -> NDArray[np.int64]:
        """Pixels of each mask inside ``box``: (k,)."""
        inside = np.zeros(len(self._places), np.int64)
        areas = region_areas(self._masks, box)
        for row in np.flatnonzero(areas):
            for one in self._masks.regions.table[row]:
                inside[self._places[one]] += areas[row]
        return inside


def _representatives(overlaps: _Overlaps) -> NDArray[np.intp]:
    """For each mask the place of the one that stands for it: itself, or that of which it is an alternate."""
    areas, shared = overlaps.areas, overlaps.shared
    stands_for = np.arange(len(areas))
    for place in range(1, len(areas)):
        union = areas[:place] + areas[place] - shared[place, :place]
        likeness = np.divide(shared[place, :place], union, out=np.zeros(place), where=union > 0)
        likeness[stands_for[:place] != np.arange(place)] = 0
        if likeness.max() >= SAME:
            stands_for[place] = likeness.argmax()
    return stands_for


def _parents(overlaps: _Overlaps, stands_for: NDArray[np.intp], behind: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each mask the place of its parent, or -1."""
    areas = overlaps.areas
    if not len(areas):
        return np.zeros(0, np.intp)
    part, whole = areas[:, None], areas[None, :]
    contains = (overlaps.shared >= CONTAINED * part) & (whole >= LARGER * part) & (part > 0)
    contains &= (stands_for == np.arange(len(areas))) & (behind[:, None] | ~behind[None, :])
    size = np.where(contains, whole, np.inf)
    return np.where(contains.any(axis=1), size.argmin(axis=1), -1)


def _visible_box(masks: MaskSet, picture: Picture | None) -> Box:
    """The box of the pixels that are not wholly transparent."""
    alpha = None if picture is None else picture.alpha8
    if alpha is None or not alpha.any():
        return masks.canvas
    rows, columns = (np.flatnonzero(alpha.any(axis=axis)) for axis in (1, 0))
    x, y = int(columns[0]), int(rows[0])
    return Box(x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)


def _looks_like_background(overlaps: _Overlaps, picture: Box) -> NDArray[np.bool_]:
    """Which masks are large and run along the border of ``picture``: bool (k,)."""
    x, y, width, height = picture
    horizontal = [overlaps.within(Box(x, row, width, 1)) for row in (y, picture.bottom - 1)]
    vertical = [overlaps.within(Box(column, y, 1, height)) for column in (x, picture.right - 1)]
    touched = [side / width for side in horizontal] + [side / height for side in vertical]
    sides = np.sum([side >= BACKGROUND_SIDE for side in touched], axis=0)
    border = np.sum(horizontal + vertical, axis=0) / (2 * (width + height))
    large = overlaps.areas >= BACKGROUND_AREA * width * height
    found: NDArray[np.bool_] = large & (border >= BACKGROUND_BORDER) & (sides >= 2)
    return found
