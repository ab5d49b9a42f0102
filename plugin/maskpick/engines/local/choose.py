"""Which nodes of the tree become masks, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.merge_tree import MergeTree
from maskpick.engines.local.region_graph import Numbers

SMALLEST = 0.0015
"""Share of the picture below which a node is too small to be anybody's object."""
LIKENESS_PENALTY = 0.5
"""How much of its worth a mask loses that shows the same (IoU 1) as one before it."""
SAME = 0.95
"""The likeness (IoU) from which on a second mask is not worth showing at all."""
POOL = 1000
"""Only so many of the best nodes are looked at."""


@dataclass(frozen=True)
class Choice:
    """k masks, best first: the regions each is made of, bool (k, regions); how sure we are, (k,) 0..1, falling;
    and which of them together are the flat map, bool (k,)."""

    members: NDArray[np.bool_]
    confidence: Numbers
    flat: NDArray[np.bool_]


def choose(trees: Sequence[MergeTree], most: int, flat_regions: int, plain: float) -> Choice:
    """Choose at most ``most`` nodes of ``trees``, which share their leaves.

    Among them is a flat partition, a cut through the first tree: ``flat_regions`` at most, half as many at least, and
    no more than half of the masks, so that there is room for what nests. Between these bounds its regions differ by
    more than ``plain``.
    """
    first = trees[0]
    members, worth = _candidates(trees)
    flat_most = max(1, min(flat_regions, most // 2))
    flat = first.cut(flat_most // 2, flat_most, plain)
    pool = np.setdiff1d(np.flatnonzero(worth > 0), flat)
    pool = pool[np.argsort(-worth[pool], kind="stable")][:POOL]
    pool = np.concatenate([flat, pool])
    overlap = _intersections(members[pool], first.area[: first.leaves])
    order, confidence = _pick(worth[pool], _likeness(overlap), np.arange(len(pool)) < len(flat), most)
    return Choice(members[pool][order], confidence, order < len(flat))


def _candidates(trees: Sequence[MergeTree]) -> tuple[NDArray[np.bool_], Numbers]:
    """All nodes of the first tree, then the inner nodes of the others: their leaves, and what each is worth."""
    leaves = trees[0].leaves
    members = [trees[0].members, *(tree.members[leaves:] for tree in trees[1:])]
    worths = [_worth(trees[0]), *(_worth(tree)[leaves:] for tree in trees[1:])]
    return np.concatenate(members), np.concatenate(worths)


def _worth(tree: MergeTree) -> Numbers:
    """0..1 for each node: how high the barrier around it is, and a little for its size. 0 where it is no object."""
    share = tree.area / tree.area[: tree.leaves].sum()
    height = tree.barrier * share**0.05
    # Too small, or all that there is.
    height[(share < SMALLEST) | (tree.parent < 0)] = 0
    worth: Numbers = height / max(1e-9, height.max(initial=0.0))
    return worth


def _intersections(members: NDArray[np.bool_], area: Numbers) -> Numbers:
    """The common area of every two of k candidates: float32 (k, k)."""
    weighted = members * area.astype(np.float32)
    common: Numbers = weighted @ members.T.astype(np.float32)
    return common


def _likeness(overlap: Numbers) -> Numbers:
    """Intersection over union of every two."""
    area = overlap.diagonal()
    iou: Numbers = overlap / (area[:, None] + area - overlap)
    return iou


def _pick(worth: Numbers, likeness: Numbers, needed: NDArray[np.bool_], most: int) -> tuple[NDArray[np.intp], Numbers]:
    """Take the most worthy again and again, each losing worth by its likeness to those taken; ``needed`` ones get in.

    Returns the order, and the worth of each when it was taken.
    """
    left = np.ones(len(worth), bool)
    seen = np.zeros(len(worth))
    order: list[int] = []
    values: list[float] = []
    while left.any() and len(order) < most:
        only_needed = most - len(order) <= np.count_nonzero(needed & left)
        value = np.where(left & needed if only_needed else left, worth * (1 - LIKENESS_PENALTY * seen), -1.0)
        best = int(value.argmax())
        order.append(best)
        values.append(float(value[best]))
        left &= (likeness[best] < SAME) | needed
        left[best] = False
        np.maximum(seen, likeness[best], out=seen)
    return np.array(order, np.intp), np.minimum.accumulate(np.array(values, np.float64))
