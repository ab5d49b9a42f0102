"""The region map: which combination of masks lies at each pixel, so that a look-up is one array read."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.lookup import count, look_up, rename
from maskpick.masks import Mask, Size

MOST_IN_16_BITS = 1 << 16
"""So many combinations can be told apart by 16 bits."""


@dataclass(frozen=True)
class RegionMap:
    """``index`` is (height, width), uint16 or, beyond 65,536 combinations, uint32: each pixel's row of ``table``.

    ``table`` holds mask ids, smallest mask first; row 0 is the empty combination.
    """

    index: NDArray[Any]
    table: tuple[tuple[int, ...], ...]

    @classmethod
    def build(cls, size: Size, masks: Sequence[Mask]) -> RegionMap:
        """Lay the masks over each other, largest first. Costs the sum of the boxes and one canvas."""
        index: NDArray[Any] = np.zeros((size.height, size.width), np.uint16)
        table: list[tuple[int, ...]] = [()]
        most = MOST_IN_16_BITS
        for mask in sorted(masks, key=lambda m: (-m.area, -m.id)):
            part = index[mask.box.slices()]
            inside = mask.inside
            met = np.flatnonzero(np.bincount(part[inside], minlength=1))
            if len(table) + len(met) > most:
                index, table = _without_unused(index, table)
                # Room for as many again, so that this happens seldom.
                most = max(MOST_IN_16_BITS, 2 * len(table) + mask.area)
                index = index.astype(np.uint16 if most == MOST_IN_16_BITS else np.uint32, copy=False)
                part = index[mask.box.slices()]
                met = np.flatnonzero(np.bincount(part[inside], minlength=1))
            renamed = np.arange(len(table), dtype=index.dtype)
            for old in met:
                renamed[old] = len(table)
                table.append((mask.id, *table[old]))
            np.copyto(part, look_up(renamed, part), where=inside)
        index, table = _without_unused(index, table)
        return cls(index.astype(np.uint16, copy=False) if len(table) <= MOST_IN_16_BITS else index, tuple(table))

    @functools.cached_property
    def areas(self) -> NDArray[np.int64]:
        """How many pixels each row of the table has: int64 (rows,)."""
        return count(self.index, len(self.table))

    def with_mask(self, mask: Mask, areas: Mapping[int, int]) -> RegionMap:
        """The map with one more mask, as `build` would make it, but for the order of its rows. ``areas`` are those of
        the masks there are, by id.

        Costs a copy of the canvas, and the mask's box.
        """
        table = list(self.table)
        # Each combination may come to be two.
        index = self.index.astype(np.uint32 if 2 * len(table) > MOST_IN_16_BITS else self.index.dtype)
        part, inside = index[mask.box.slices()], mask.inside
        covered = count(part, len(table), inside)
        pixels = self.areas.tolist()
        renamed = np.arange(len(table), dtype=index.dtype)
        for old in np.flatnonzero(covered).tolist():
            smaller = sum((areas[id], id) < (mask.area, mask.id) for id in table[old])  # noqa: A001
            both = (*table[old][:smaller], mask.id, *table[old][smaller:])
            if old and covered[old] == pixels[old]:  # nothing is left without the mask
                table[old] = both
                continue
            pixels[old] -= int(covered[old])
            renamed[old] = len(table)
            table.append(both)
            pixels.append(int(covered[old]))
        rename(part, renamed, inside)
        grown = RegionMap(index.astype(np.uint16, copy=False) if len(table) <= MOST_IN_16_BITS else index, tuple(table))
        vars(grown)["areas"] = np.array(pixels, np.int64)
        return grown

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The ids of the masks at pixel (x, y), which must lie inside, smallest first."""
        return self.table[self.index[y, x]]


def _without_unused(index: NDArray[Any], table: list[tuple[int, ...]]) -> tuple[NDArray[Any], list[tuple[int, ...]]]:
    """Drop the combinations that later masks covered entirely."""
    used = count(index, len(table)) > 0
    used[0] = True
    if used.all():
        return index, table
    renamed = (np.cumsum(used) - 1).astype(index.dtype)
    return look_up(renamed, index), list(itertools.compress(table, used))
