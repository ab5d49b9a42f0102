"""What is known of each node of the trees that could become a mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.merge_tree import MergeTree
from maskpick.engines.local.region_graph import Numbers, RegionGraph
from maskpick.engines.local.regions import Regions

SMALLEST = 0.0015
"""Share of the picture below which a node is too small to be anybody's object."""
POOL = 1000
"""Only so many nodes are looked at: those with the highest barrier around them."""
WEAK = 0.3
"""A border of which the edge map says less is hardly one."""

MEASURES = (
    "border_strength",
    "inside_strength",
    "weak_border",
    "size",
    "compactness",
    "at_the_frame",
    "roundness",
    "unlike_its_ring",
    "colour_unlike_its_ring",
    "unlike_the_rest",
    "variety",
    "barrier",
    "cost",
    "cost_by_barrier",
    "growth",
    "difference_inside",
    "difference_outside",
    "worth",
    "strength_of_the_picture",
)
"""What `measure` tells of each candidate, in its order."""


@dataclass(frozen=True)
class Candidates:
    """k nodes, of which the first ``flat`` are a partition of the picture.

    ``members`` is bool (k, regions): the regions each is made of. ``merging`` is (k, 7): what the trees say of it, as
    the measures from "barrier" to "worth".
    """

    members: NDArray[np.bool_]
    merging: Numbers
    flat: int


def candidates(trees: Sequence[MergeTree], flat: NDArray[np.intp]) -> Candidates:
    """The nodes ``flat`` of the first of ``trees``, then the most promising others of all; no two are the same.

    The trees share their leaves.
    """
    leaves = trees[0].leaves
    # The leaves are the same in all trees; they are taken from the first.
    parts = [slice(0 if number == 0 else leaves, None) for number in range(len(trees))]
    members = np.concatenate([tree.members[part] for tree, part in zip(trees, parts, strict=True)])
    merging = np.concatenate([_merging(tree)[part] for tree, part in zip(trees, parts, strict=True)])
    worth = merging[:, -1]
    others = np.setdiff1d(np.flatnonzero(worth > 0), flat)
    others = others[np.argsort(-worth[others], kind="stable")]
    order = np.concatenate([flat, others])
    first = np.sort(np.unique(np.packbits(members[order], axis=1), axis=0, return_index=True)[1])
    order = order[first[: len(flat) + POOL]]
    return Candidates(members[order], merging[order], len(flat))


def _merging(tree: MergeTree) -> Numbers:
    """Of each node: the cost at which it is merged, what making it cost, the one by the other, how much larger it then
    gets, the greatest difference inside and in what it is merged into, and its worth, 0..1.

    Worth is how high the barrier around it is, and a little for its size; 0 where it is no object.
    """
    share = tree.area / tree.area[: tree.leaves].sum()
    barrier = tree.barrier
    # Too small, or all that there is.
    height = np.where((share < SMALLEST) | (tree.parent < 0), 0, barrier * share**0.05)
    worth = height / max(1e-9, height.max(initial=0.0))
    into = np.where(tree.parent >= 0, tree.parent, np.arange(len(tree)))
    growth = np.log(tree.area[into] / tree.area)
    cost_by_barrier = tree.cost / np.maximum(barrier, 1e-9)
    columns = (barrier, tree.cost, cost_by_barrier, growth, tree.difference, tree.difference[into], worth)
    return np.stack(columns, axis=1)


def measure(nodes: Candidates, graph: RegionGraph, regions: Regions) -> Numbers:
    """The `MEASURES` of each candidate: float64 (k, measures). ``regions`` is int32 (h, w), -1 = no region.

    *Border strength* is the mean edge along a node's border, *inside strength* the root mean square of those between
    its regions, *weak border* the share of its border that is hardly one. *Size* is the logarithm of its share of the
    picture; *compactness* is 1 for a disc, *roundness* for an ellipse; *at the frame* is the share of its outline that
    lies on the picture's border. Its *ring* are the regions that touch it.
    """
    members = nodes.members.astype(np.float32)
    area = members @ graph.area
    perimeter, borders = _borders(nodes.members, graph)
    columns = [borders, np.log(area / graph.area.sum())[:, None], _shape(members, area, perimeter, regions)]
    columns += [_colours(members, area, graph), nodes.merging]
    columns.append(np.full((len(area), 1), graph.strength.sum() / max(1.0, graph.length.sum())))
    return np.hstack(columns)


def _borders(members: NDArray[np.bool_], graph: RegionGraph) -> tuple[Numbers, Numbers]:
    """The length of each node's border without the frame (k,); and border strength, inside strength, weak border."""
    first, second = members[:, graph.first], members[:, graph.second]
    length, mean = graph.length, graph.strength / graph.length
    around = np.stack([length, graph.strength, length * (mean < WEAK)], axis=1)
    within = np.stack([length, length * mean**2], axis=1)
    perimeter, strength, weak = ((first ^ second).astype(np.float32) @ around).T
    inside, squares = ((first & second).astype(np.float32) @ within).T
    perimeter, inside = np.maximum(perimeter, 1), np.maximum(inside, 1)
    return perimeter, np.stack([strength / perimeter, np.sqrt(squares / inside), weak / perimeter], axis=1)


def _shape(members: Numbers, area: Numbers, perimeter: Numbers, regions: Regions) -> Numbers:
    """Compactness, at the frame, roundness."""
    height, width = regions.shape
    count = members.shape[1]
    known = regions >= 0
    rows, columns = np.nonzero(known)
    y, x = (rows - height / 2, columns - width / 2)
    region = regions[known]
    moments = np.stack([np.bincount(region, values, count) for values in (x, y, x * x, y * y, x * y)], axis=1)
    mean_x, mean_y, xx, yy, xy = (members @ moments / area[:, None]).T
    # A pixel is a square, not a point.
    spread = (xx - mean_x**2 + 1 / 12) * (yy - mean_y**2 + 1 / 12) - (xy - mean_x * mean_y) ** 2
    frame = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    at_frame = members @ np.bincount(frame[frame >= 0], minlength=count)
    outline = perimeter + at_frame
    roundness = area / (4 * np.pi * np.sqrt(np.maximum(spread, 1e-3)))
    return np.stack([np.sqrt(4 * np.pi * area) / outline, at_frame / outline, roundness], axis=1)


def _colours(members: Numbers, area: Numbers, graph: RegionGraph) -> Numbers:
    """Unlike its ring in histogram and in mean colour, unlike the rest, variety."""
    count = len(graph)
    touching = np.zeros((count, count), np.float32)
    touching[graph.first, graph.second] = touching[graph.second, graph.first] = 1
    ring = ((members @ touching > 0) & (members == 0)).astype(np.float32)
    tables = np.hstack([graph.area[:, None], graph.colour, graph.histogram]).astype(np.float32)
    own, near = members @ tables, ring @ tables
    rest = np.maximum(tables.sum(axis=0) - own, 0)
    colour = graph.colour / graph.area[:, None]
    squares = members @ (graph.area[:, None] * colour**2)
    variance = squares / area[:, None] - (own[:, 1:4] / area[:, None]) ** 2

    def shares(table: Numbers) -> Numbers:
        roots: Numbers = np.sqrt(table[:, 4:] / (3 * np.maximum(table[:, :1], 1)))
        return roots

    def distance(table: Numbers) -> Numbers:
        apart = own[:, 1:4] / area[:, None] - table[:, 1:4] / np.maximum(table[:, :1], 1)
        length: Numbers = np.sqrt((apart**2).sum(axis=1)) / 30
        return length

    alike = [(shares(own) * shares(table)).sum(axis=1) for table in (near, rest)]
    variety = np.sqrt(np.maximum(variance.sum(axis=1), 0)) / 30
    return np.stack([1 - alike[0], distance(near), 1 - alike[1], variety], axis=1)
