"""The tree of regions: the two neighbours that differ least become one, again and again."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskpick.engines.local.region_graph import Numbers, RegionGraph
from maskpick.progress import Progress

ONE_COLOUR = 0.3
"""Two parts that differ less are one plain area with some noise. In photos the twenty greatest differences are never
below 0.8."""


@dataclass(frozen=True)
class MergeCost:
    """How much two neighbours differ: the weights of what is compared.

    The constants were chosen by sweeps over half of the development photos; `benchmarks/segment.py` measures them.
    """

    edge: float = 1.0
    """The mean of the edge map along the common border."""
    colour: float = 0.3
    """The distance of the mean colours, in units of 30 Lab, at most 2."""
    histogram: float = 0.5
    """1 - Bhattacharyya coefficient of the colour histograms, 0..1."""
    size: float = 0.1
    """Exponent of the smaller one's share of the picture: small ones are merged a little sooner."""
    wrapping: float = 0.3
    """How much cheaper it is to merge a region that its neighbour wraps on all sides."""


@dataclass(frozen=True)
class MergeTree:
    """Nodes 0..n-1 are the regions (leaves); each later node is the union of two earlier ones.

    ``parent`` (nodes,) is -1 at a root; where the picture falls in parts that do not touch, there are several. ``cost``
    is what the merge that made the node cost, 0 for a leaf; ``difference`` is that cost without regard to size, and
    never less than within the parts. ``area`` is in working pixels.
    ``members`` is bool (nodes, n): the leaves below each node.
    """

    leaves: int
    parent: NDArray[np.intp]
    cost: Numbers
    difference: Numbers
    area: Numbers
    members: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.parent)

    @property
    def barrier(self) -> Numbers:
        """For each node the cost at which it loses its border, (nodes,); for a root the highest of all."""
        highest = self.cost.max(initial=0.0)
        return np.where(self.parent >= 0, self.cost[self.parent], highest)

    def cut(self, fewest: int, most: int, plain: float) -> NDArray[np.intp]:
        """The nodes of a flat partition: those of the greatest difference are split first.

        Up to ``most`` regions every node is split whose difference is above ``plain``, and up to ``fewest`` any that is
        not of one colour. There are never fewer than roots, nor more than leaves.
        """
        # A node is never split before its parent: later nodes are parents, so they go first among equals.
        inner = np.arange(len(self) - 1, self.leaves - 1, -1)
        inner = inner[np.argsort(-self.difference[inner], kind="stable")]
        roots = np.count_nonzero(self.parent < 0)
        wanted = np.clip(np.count_nonzero(self.difference[inner] > plain), fewest - roots, most - roots)
        worth_it = np.count_nonzero(self.difference[inner] > ONE_COLOUR)
        split = np.zeros(len(self) + 1, bool)
        split[-1] = True  # what a root's parent of -1 points at
        split[inner[: max(0, min(int(wanted), worth_it))]] = True
        return np.flatnonzero(~split[:-1] & split[self.parent])


def merge_tree(graph: RegionGraph, weights: MergeCost, progress: Progress) -> MergeTree:
    """Merge greedily, the cheapest pair first (Arbelaez, Maire, Fowlkes, Malik 2011 with a cost of our own)."""
    growing = _GrowingTree(graph, weights)
    heap = growing.first_offers()
    heapq.heapify(heap)
    while heap:
        cost, one, other = heapq.heappop(heap)
        if not (growing.alive[one] and growing.alive[other]):
            continue
        if growing.nodes % 100 == 0:
            progress.check()
        for offer in growing.merge(one, other, cost):
            heapq.heappush(heap, offer)
    return growing.finished()


Offer = tuple[float, int, int]


class _GrowingTree:
    """The state of the merging: tables with a row for each node, alive or gone, and the borders of each."""

    def __init__(self, graph: RegionGraph, weights: MergeCost) -> None:
        leaves = len(graph)
        most = max(0, 2 * leaves - 1)
        self.weights = weights
        self.leaves = self.nodes = leaves
        self.whole = graph.area.sum()
        self.area, self.perimeter = np.zeros(most), np.zeros(most)
        self.cost, self.difference = np.zeros(most), np.zeros(most)
        self.colour = np.zeros((most, 3))
        self.histogram = np.zeros((most, graph.histogram.shape[1]))
        # The same as a mean colour, and as square roots of shares: what costs are computed from.
        self.mean, self.roots = np.zeros_like(self.colour), np.zeros_like(self.histogram)
        self.parent = np.full(most, -1, np.intp)
        self.alive = [True] * leaves + [False] * (most - leaves)
        self.area[:leaves] = graph.area
        self.colour[:leaves] = graph.colour
        self.histogram[:leaves] = graph.histogram
        self._derive(slice(0, leaves))
        self.first, self.second = graph.first, graph.second
        self.length, self.strength = graph.length, graph.strength
        for side in (graph.first, graph.second):
            self.perimeter[:leaves] += np.bincount(side, graph.length, leaves)
        # For each node its neighbours, with length and strength of the common border.
        self.borders: list[dict[int, tuple[float, float]]] = [{} for _ in range(most)]
        lists = (side.tolist() for side in (self.first, self.second, self.length, self.strength))
        for one, other, length, strength in zip(*lists, strict=True):
            self.borders[one][other] = self.borders[other][one] = (length, strength)

    def _derive(self, node: int | slice) -> None:
        area = self.area[node]
        self.mean[node] = self.colour[node] / area[..., None]
        self.roots[node] = np.sqrt(self.histogram[node] / (3 * area[..., None]))

    def _costs(
        self, one: int | NDArray[np.intp], other: NDArray[np.intp], length: Numbers, strength: Numbers
    ) -> Numbers:
        weights = self.weights
        colour = np.sqrt(((self.mean[one] - self.mean[other]) ** 2).sum(axis=-1)) / 30
        histogram = 1 - (self.roots[one] * self.roots[other]).sum(axis=-1)
        size = np.minimum(self.area[one], self.area[other]) / self.whole
        wrapped = length / np.minimum(self.perimeter[one], self.perimeter[other])
        difference = (
            weights.edge * strength / length
            + weights.colour * np.minimum(colour, 2)
            + weights.histogram * np.maximum(histogram, 0)
        )
        costs: Numbers = difference * size**weights.size * (1 - weights.wrapping * wrapped)
        return costs

    def first_offers(self) -> list[Offer]:
        costs = self._costs(self.first, self.second, self.length, self.strength)
        return list(zip(costs.tolist(), self.first.tolist(), self.second.tolist(), strict=True))

    def merge(self, one: int, other: int, cost: float) -> list[Offer]:
        """Make one node of two; returns what merging it with each of its neighbours would cost."""
        node = self.nodes
        self.nodes += 1
        self.alive[one] = self.alive[other] = False
        self.alive[node] = True
        self.parent[one] = self.parent[other] = node
        self.cost[node] = cost
        smaller = min(self.area[one], self.area[other]) / self.whole
        self.difference[node] = cost / smaller**self.weights.size
        borders, joining = self.borders[one], self.borders[other]
        common, _ = borders.pop(other)
        del joining[one]
        for neighbour, (length, strength) in joining.items():
            before = borders.get(neighbour, (0.0, 0.0))
            borders[neighbour] = (before[0] + length, before[1] + strength)
        self.borders[node] = borders
        self.borders[one] = self.borders[other] = {}
        for table in (self.area, self.colour, self.histogram):
            table[node] = table[one] + table[other]
        self.perimeter[node] = self.perimeter[one] + self.perimeter[other] - 2 * common
        self._derive(node)
        if not borders:
            return []
        neighbours = np.fromiter(borders, np.intp, len(borders))
        length, strength = np.array(list(borders.values())).T
        for neighbour, border in borders.items():
            theirs = self.borders[neighbour]
            theirs.pop(one, None)
            theirs.pop(other, None)
            theirs[node] = border
        costs = self._costs(node, neighbours, length, strength)
        return [(cost, neighbour, node) for cost, neighbour in zip(costs.tolist(), borders, strict=True)]

    def finished(self) -> MergeTree:
        nodes, leaves = self.nodes, self.leaves
        members = np.zeros((nodes, leaves), bool)
        members[np.arange(leaves), np.arange(leaves)] = True
        difference = self.difference[:nodes].copy()
        for node, parent in enumerate(self.parent[:nodes]):
            if parent >= 0:
                members[parent] |= members[node]
                difference[parent] = max(difference[parent], difference[node])
        return MergeTree(leaves, self.parent[:nodes], self.cost[:nodes], difference, self.area[:nodes], members)
