"""What is known of each region, and of each border between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.edge_map import Plane
from maskpick.engines.local.regions import Regions

Numbers = NDArray[Any]  # float64

BINS = ((0, 100, 12), (-60, 60, 16), (-60, 60, 16))
"""Lowest and highest value and number of histogram bins for L, a and b."""


@dataclass(frozen=True)
class RegionGraph:
    """Regions 0..n-1 and the m pairs of them that touch.

    For each region ``area`` (n,) in working pixels, ``colour`` (n, 3) the sum of its Lab colours, and
    ``histogram`` (n, bins), whose rows add up to 3 areas. For each pair its two regions (``first`` < ``second``), the
    ``length`` of the common border in pixel sides, and ``strength``, the sum of the edge map along it.
    """

    area: Numbers
    colour: Numbers
    histogram: Numbers
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    length: Numbers
    strength: Numbers

    def __len__(self) -> int:
        return len(self.area)


def region_graph(labels: Regions, lab: Plane, edges: Plane) -> RegionGraph:
    """Measure the regions of ``labels``: int32 (h, w), 0..n-1 without gaps, -1 = no region.

    ``lab`` is float32 (h, w, 3), ``edges`` float32 (h, w).
    """
    count = int(labels.max(initial=-1)) + 1
    known = labels >= 0
    region, colours = labels[known], lab[known]
    area = np.bincount(region, minlength=count).astype(np.float64)
    colour = np.stack([np.bincount(region, colours[:, c], count) for c in range(3)], axis=1)
    histogram = np.hstack([_soft_histogram(region, colours[:, c], count, *BINS[c]) for c in range(3)])
    pairs, length, strength = _borders(labels, edges, count)
    return RegionGraph(area, colour, histogram, pairs // max(1, count), pairs % max(1, count), length, strength)


def _soft_histogram(region: Regions, values: Plane, count: int, low: float, high: float, bins: int) -> Numbers:
    """A histogram of ``values`` for each region (count, bins); each value is shared by the two nearest bins."""
    place = np.clip((values - low) * (bins / (high - low)) - 0.5, 0, bins - 1.001)
    left = place.astype(np.intp)
    share = place - left
    cell = region.astype(np.intp) * bins + left
    size = count * bins + 1
    counted = np.bincount(cell, 1 - share, size) + np.bincount(cell + 1, share, size)
    return counted[:-1].reshape(count, bins)


def _borders(labels: Regions, edges: Plane, count: int) -> tuple[NDArray[np.intp], Numbers, Numbers]:
    """Each touching pair as lower * count + higher, the length of its border and the edge strength along it."""
    pairs, strengths = [], []
    for axis in (0, 1):
        before = (slice(None),) * axis + (slice(None, -1),)
        after = (slice(None),) * axis + (slice(1, None),)
        one, other = labels[before], labels[after]
        border = (one != other) & (one >= 0) & (other >= 0)
        one, other = one[border].astype(np.intp), other[border].astype(np.intp)
        pairs.append(np.minimum(one, other) * count + np.maximum(one, other))
        strengths.append(np.maximum(edges[before][border], edges[after][border]))
    unique, index = np.unique(np.concatenate(pairs), return_inverse=True)
    length = np.bincount(index, minlength=len(unique)).astype(np.float64)
    return unique, length, np.bincount(index, np.concatenate(strengths), len(unique))
