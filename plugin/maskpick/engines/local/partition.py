"""From a choice of regions to masks: the full-resolution partition, and the soft masks read from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.regions import Regions
from maskpick.masks import Box, Coverage, LabelMap
from maskpick.refine import soft_reach, soften


def atoms(members: NDArray[np.bool_]) -> tuple[LabelMap, NDArray[np.bool_]]:
    """Regions that no mask tells apart are one atom.

    Takes which regions each mask is made of, bool (masks, regions). Returns the atom of each region, from 1, and
    which atoms each mask is made of, bool (masks, atoms + 1); column 0 is "no region", in no mask.
    """
    columns, atom = np.unique(np.packbits(members, axis=0), axis=1, return_inverse=True)
    made_of = np.unpackbits(columns, axis=0, count=len(members)).astype(bool)
    return (atom.ravel() + 1).astype(np.uint16), np.pad(made_of, ((0, 0), (1, 0)))


def fill_gaps(labels: Regions) -> Regions:
    """Give every pixel without a region (-1) the label of the nearest one that has one."""
    gaps = labels < 0
    if not gaps.any() or gaps.all():
        return labels
    _, nearest = cv2.distanceTransformWithLabels(gaps.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    label_of = np.zeros(int(nearest.max()) + 1, np.int32)
    label_of[nearest[~gaps]] = labels[~gaps]
    filled: Regions = label_of[nearest]
    return filled


class Extent(NamedTuple):
    """The ``boxes`` (count, 4) of labels 0..count-1, as left, top, right, bottom (one past); their ``area`` in pixels.

    A label that does not occur has area 0.
    """

    boxes: NDArray[np.intp]
    area: NDArray[np.intp]


def extent(labels: LabelMap, count: int) -> Extent:
    """Measure the labels 0..count-1 of a map (h, w)."""
    height, width = labels.shape
    # Runs: stretches of one label in a row. There are few, and a box is that of its runs.
    starts = np.ones((height, width), bool)
    np.not_equal(labels[:, 1:], labels[:, :-1], out=starts[:, 1:])
    first = np.flatnonzero(starts)
    after = np.append(first[1:], height * width)
    label, row = labels.ravel()[first], first // width
    boxes = np.empty((count, 4), np.intp)
    boxes[:, :2], boxes[:, 2:] = max(height, width), 0
    np.minimum.at(boxes[:, 0], label, first % width)
    np.minimum.at(boxes[:, 1], label, row)
    np.maximum.at(boxes[:, 2], label, (after - 1) % width + 1)
    np.maximum.at(boxes[:, 3], label, row + 1)
    area = np.zeros(count, np.intp)
    np.add.at(area, label, after - first)
    return Extent(boxes, area)


def distinct(made_of: NDArray[np.bool_], area: NDArray[np.intp]) -> NDArray[np.intp]:
    """The index of each mask that is not empty and not the same as one before it, in order.

    Masks are given by their atoms, bool (masks, atoms + 1); atoms may have been lost when borders moved (``area`` 0).
    """
    left = made_of & (area > 0)
    first = np.unique(left, axis=0, return_index=True)[1]
    return np.sort(first[left[first].any(axis=1)])


def parents(made_of: NDArray[np.bool_], area: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of distinct masks the index of the smallest larger one that contains it, or -1."""
    left = (made_of & (area > 0)).astype(np.float32)
    own = left @ area
    shared_atoms = left @ left.T
    inside = shared_atoms == left.sum(axis=1)[:, None]
    np.fill_diagonal(inside, False)
    size = np.where(inside, own, np.inf)
    return np.where(inside.any(axis=1), size.argmin(axis=1), -1)


def soft_masks(
    labels: LabelMap, made_of: NDArray[np.bool_], extent: Extent, softness: float
) -> Iterator[tuple[Box, Coverage]]:
    """For each mask the box and coverage of the atoms it is ``made_of``, bool (masks, atoms + 1); 0 is never in one.

    ``extent`` is that of the atoms in ``labels``; no mask may be empty. The border is ``softness`` (sigma, in pixels)
    soft. Coverage is at least half exactly where ``labels`` says that the mask is, so that masks and label map
    agree to the pixel.
    """
    height, width = labels.shape
    some_hidden = extent.area[0] > 0
    reach = soft_reach(softness)
    for wanted in made_of:
        mine = extent.boxes[wanted]
        (left, top), (right, bottom) = mine[:, :2].min(axis=0), mine[:, 2:].max(axis=0)
        left, top = max(0, int(left) - reach), max(0, int(top) - reach)
        right, bottom = min(width, int(right) + reach), min(height, int(bottom) + reach)
        seen = labels[top:bottom, left:right]
        hard = np.where(wanted, np.uint8(255), np.uint8(0))[seen]
        coverage = soften(hard, softness)
        if some_hidden:
            coverage[seen == 0] = 0
        yield Box(left, top, right - left, bottom - top), coverage
