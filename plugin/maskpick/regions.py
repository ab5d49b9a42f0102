"""The region map: which combination of masks lies at each pixel, so that a look-up is one array read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.masks import INSIDE, Mask, Size


@dataclass(frozen=True)
class RegionMap:
    """``index`` is (height, width), uint16 or, beyond 65,535 combinations, uint32: each pixel's row of ``table``.

    ``table`` holds mask ids, smallest mask first; row 0 is the empty combination.
    """

    index: NDArray[Any]
    table: tuple[tuple[int, ...], ...]

    @classmethod
    def build(cls, size: Size, masks: Sequence[Mask]) -> RegionMap:
        """Lay the masks over each other, largest first. Costs the sum of the boxes and one canvas."""
        index = np.zeros((size.height, size.width), np.uint16)
        table: list[tuple[int, ...]] = [()]
        for mask in sorted(masks, key=lambda m: (-m.area, -m.id)):
            part = index[mask.box.slices()]
            inside = mask.coverage >= INSIDE
            met = np.flatnonzero(np.bincount(part[inside], minlength=1))
            if len(table) + len(met) > np.iinfo(index.dtype).max:
                index = index.astype(np.uint32)
                part = index[mask.box.slices()]
            renamed = np.arange(len(table), dtype=index.dtype)
            for old in met:
                renamed[old] = len(table)
                table.append((mask.id, *table[old]))
            np.copyto(part, renamed[part], where=inside)
        return cls(*_without_unused(index, table))

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The ids of the masks at pixel (x, y), which must lie inside, smallest first."""
        return self.table[self.index[y, x]]


def _without_unused(
    index: NDArray[Any], table: list[tuple[int, ...]]
) -> tuple[NDArray[Any], tuple[tuple[int, ...], ...]]:
    """Drop the combinations that later masks covered entirely."""
    used = np.bincount(index.ravel(), minlength=len(table)) > 0
    used[0] = True
    if used.all():
        return index, tuple(table)
    renamed = (np.cumsum(used) - 1).astype(index.dtype)
    return renamed[index], tuple(row for row, kept in zip(table, used, strict=True) if kept)
