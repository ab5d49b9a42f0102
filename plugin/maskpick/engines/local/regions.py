"""Watershed: the small regions everything is built of."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.edge_map import Plane

Regions = NDArray[Any]  # int32 (h, w)


def watershed(edges: Plane, count: int) -> Regions:
    """Cut the plane into about ``count`` regions along the crests of ``edges`` (float32 (h, w)).

    Returns int32 (h, w), labels from 0 without gaps; every region is connected. It is the watershed by flooding from
    markers, computed as drops of water (Cousty, Bertrand, Najman, Couprie 2009): each pixel flows to its lowest
    neighbour until it reaches a minimum; the basins of minima without a marker then join their neighbours in
    the order of the passes between them. The markers are the minima that are lowest within a window.
    """
    height, width = edges.shape
    relief = cv2.GaussianBlur(edges, (0, 0), 0.7).astype(np.float32, copy=False)
    minima, basins = np.unique(_minimum_below(relief), return_inverse=True)
    basins = basins.reshape(height, width)
    window = 2 * max(1, int(np.sqrt(height * width / count) / 3.2)) + 1
    lowest = cv2.erode(relief, np.ones((window, window), np.uint8))
    marked = (relief <= lowest + 1e-6).ravel()[minima]
    _, labels = np.unique(_flood(basins, relief, marked), return_inverse=True)
    joined: Regions = labels.astype(np.int32)[basins]
    return joined


def _minimum_below(relief: Plane) -> NDArray[np.intp]:
    """For each pixel the flat index of the minimum a drop of water that falls there comes to rest in."""
    height, width = relief.shape
    here = np.arange(height * width).reshape(height, width)
    lowest, target = relief.copy(), here.copy()
    around = cv2.copyMakeBorder(relief, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=float("inf"))
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            neighbour = around[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
            lower = neighbour < lowest
            if (dy, dx) < (0, 0):
                # On level ground water flows to the earlier pixel, so that there are no circles.
                lower |= (neighbour == lowest) & (target == here)
            np.copyto(lowest, neighbour, where=lower)
            np.copyto(target, here + (dy * width + dx), where=lower)
    flow = target.ravel()
    while True:
        further = flow[flow]
        if np.array_equal(further, flow):
            return flow
        flow = further


def _flood(basins: NDArray[np.intp], relief: Plane, marked: NDArray[np.bool_]) -> list[int]:
    """Join every unmarked basin to a marked one, over the lowest pass first. Returns the joined basin of each."""
    first, second, height = (np.concatenate(sides) for sides in zip(*_borders(basins, relief), strict=True))
    order = np.argsort(height, kind="stable")
    pairs = np.minimum(first, second)[order] * len(marked) + np.maximum(first, second)[order]
    # The first of each pair in this order is the pass between the two basins.
    passes = pairs[np.sort(np.unique(pairs, return_index=True)[1])]
    owner, has_marker = list(range(len(marked))), marked.tolist()

    def find(basin: int) -> int:
        while owner[basin] != basin:
            owner[basin] = owner[owner[basin]]
            basin = owner[basin]
        return basin

    for pair in passes.tolist():
        one, other = find(pair // len(marked)), find(pair % len(marked))
        if one == other or (has_marker[one] and has_marker[other]):
            continue
        if has_marker[other]:
            one, other = other, one
        owner[other] = one
    return [find(basin) for basin in range(len(marked))]


def _borders(labels: NDArray[np.intp], heights: Plane) -> list[tuple[NDArray[np.intp], NDArray[np.intp], Plane]]:
    """Pairs of neighbouring pixels with different labels, along both axes: the two labels, the greater height."""
    found = []
    for before, after in (((..., slice(None, -1)), (..., slice(1, None))), (slice(None, -1), slice(1, None))):
        first, second = labels[before], labels[after]
        differ = first != second
        height = np.maximum(heights[before][differ], heights[after][differ])
        found.append((first[differ], second[differ], height))
    return found
