"""From a choice of regions to masks: the full-resolution partition, and the soft masks read from it."""

from __future__ import annotations

from collections.abc import Iterator

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


def boxes(labels: LabelMap, count: int) -> NDArray[np.intp]:
    """The box of each label 0..count-1 of a map (h, w), as left, top, right, bottom (one past): (count, 4).

    A label that does not occur has right <= left.
    """
    height, width = labels.shape
    # Runs: stretches of one label in a row. There are few, and a box is that of its runs.
    starts = np.ones((height, width), bool)
    np.not_equal(labels[:, 1:], labels[:, :-1], out=starts[:, 1:])
    first = np.flatnonzero(starts)
    last = np.append(first[1:], height * width) - 1
    label, row = labels.ravel()[first], first // width
    found = np.empty((count, 4), np.intp)
    found[:, :2], found[:, 2:] = max(height, width), 0
    np.minimum.at(found[:, 0], label, first % width)
    np.minimum.at(found[:, 1], label, row)
    np.maximum.at(found[:, 2], label, last % width + 1)
    np.maximum.at(found[:, 3], label, row + 1)
    return found


def soft_masks(labels: LabelMap, made_of: NDArray[np.bool_], softness: float) -> Iterator[tuple[Box, Coverage]]:
    """For each mask the box and coverage of the atoms it is ``made_of``, bool (masks, atoms + 1); 0 is never in one.

    The border is ``softness`` (sigma, in pixels) soft. Coverage is at least half exactly where ``labels`` says that
    the mask is, so that masks and label map agree to the pixel. An atom lost on the way leaves a mask empty.
    """
    height, width = labels.shape
    boxes_of_atoms = boxes(labels, made_of.shape[1])
    some_hidden = boxes_of_atoms[0, 2] > 0
    reach = soft_reach(softness)
    for wanted in made_of:
        mine = boxes_of_atoms[wanted]
        (left, top), (right, bottom) = mine[:, :2].min(axis=0), mine[:, 2:].max(axis=0)
        if right <= left:
            yield Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8)
            continue
        left, top = max(0, int(left) - reach), max(0, int(top) - reach)
        right, bottom = min(width, int(right) + reach), min(height, int(bottom) + reach)
        seen = labels[top:bottom, left:right]
        hard = np.where(wanted, np.uint8(255), np.uint8(0))[seen]
        coverage = soften(hard, softness)
        if some_hidden:
            coverage[seen == 0] = 0
        yield Box(left, top, right - left, bottom - top), coverage
