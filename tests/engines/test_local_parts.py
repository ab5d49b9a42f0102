"""The steps of the embedded segmenter, one by one."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from maskpick.engines.local import EdgeKind
from maskpick.engines.local.candidates import MEASURES, Candidates, candidates, measure
from maskpick.engines.local.choose import SAME, Taste, choose
from maskpick.engines.local.edge_map import TensorEdges, to_lab
from maskpick.engines.local.globalise import distances_from_afar, globalised
from maskpick.engines.local.merge_tree import MergeCost, MergeTree, merge_tree
from maskpick.engines.local.partition import atoms, distinct, extent, fill_gaps, parents
from maskpick.engines.local.region_graph import RegionGraph, region_graph
from maskpick.engines.local.regions import Regions, watershed
from maskpick.engines.local.tastes import TASTES
from maskpick.progress import Progress


def noise(height: int = 60, width: int = 80, seed: int = 0) -> np.ndarray:
    return cv2.GaussianBlur(np.random.default_rng(seed).random((height, width)).astype(np.float32), (0, 0), 2)


def graph_of(seed: int = 0) -> RegionGraph:
    edges = noise(seed=seed)
    rgb = np.random.default_rng(seed).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    return region_graph(watershed(edges, 60), to_lab(rgb), edges)


def tree_of(graph: RegionGraph) -> MergeTree:
    return merge_tree(graph, MergeCost(), Progress())


def test_an_edge_shows_and_texture_hardly() -> None:
    rgb = np.zeros((64, 96, 3), np.uint8)
    rgb[:, :48] = (120, 90, 60)
    rgb[:, 48:] = (60, 90, 140)
    edges = TensorEdges()(rgb)
    assert edges.dtype == np.float32
    assert edges[:, 47:49].min() > 10 * edges[:, :30].max()


def test_watershed_regions_are_connected_and_without_gaps() -> None:
    labels = watershed(noise(), 40)
    count = int(labels.max()) + 1
    assert 20 <= count <= 120
    assert (np.unique(labels) == np.arange(count)).all()
    for label in range(count):
        parts, _ = cv2.connectedComponents((labels == label).astype(np.uint8), connectivity=8)
        assert parts == 2


def test_watershed_borders_follow_a_crest() -> None:
    edges = np.zeros((40, 60), np.float32)
    edges[:, 29:31] = 1
    labels = watershed(edges, 4)
    assert not set(np.unique(labels[:, :28])) & set(np.unique(labels[:, 32:]))


def test_level_ground_is_a_single_region() -> None:
    assert watershed(np.zeros((30, 30), np.float32), 10).max() == 0


def test_the_graph_adds_up() -> None:
    graph = graph_of()
    assert graph.area.sum() == 60 * 80
    assert graph.histogram.sum(axis=1) == pytest.approx(3 * graph.area)
    assert (graph.first < graph.second).all()
    assert (graph.length >= 1).all()


def test_a_tree_is_a_tree() -> None:
    graph = graph_of()
    tree = tree_of(graph)
    assert len(tree) == 2 * len(graph) - 1
    assert np.count_nonzero(tree.parent < 0) == 1
    for node, parent in enumerate(tree.parent):
        if parent >= 0:
            assert parent > node
            assert (tree.members[parent] >= tree.members[node]).all()
            assert tree.difference[parent] >= tree.difference[node]
    assert tree.members @ graph.area == pytest.approx(tree.area)


def test_most_alike_are_merged_first() -> None:
    # Three regions in a row; the border of the last is strong.
    graph = RegionGraph(
        area=np.full(3, 100.0),
        colour=np.zeros((3, 3)),
        histogram=np.full((3, 44), 300 / 44),
        first=np.array([0, 1]),
        second=np.array([1, 2]),
        length=np.array([10.0, 10.0]),
        strength=np.array([1.0, 9.0]),
    )
    tree = tree_of(graph)
    assert tree.parent.tolist() == [3, 3, 4, 4, -1]
    assert tree.cut(2, 2, 0).tolist() == [2, 3]


@pytest.mark.parametrize("count", [1, 2, 7, 30])
def test_a_cut_is_a_partition(count: int) -> None:
    tree = tree_of(graph_of())
    nodes = tree.cut(count, count, 0)
    assert len(nodes) == min(count, tree.leaves)
    assert (tree.members[nodes].sum(axis=0) == 1).all()


def test_a_cut_goes_as_far_as_there_are_differences_between_its_bounds() -> None:
    tree = tree_of(graph_of())
    values = np.unique(tree.difference)
    between = (values[-3] + values[-4]) / 2
    regions = int(np.count_nonzero(tree.difference > between)) + 1
    assert len(tree.cut(2, 40, between)) == regions
    assert len(tree.cut(regions + 2, 40, between)) == regions + 2
    assert len(tree.cut(2, regions - 1, between)) == regions - 1


def test_what_is_of_one_colour_is_not_cut() -> None:
    tree = tree_of(graph_of())
    plain = MergeTree(**{**vars(tree), "difference": tree.difference / tree.difference.max() * 0.29})
    assert len(plain.cut(20, 40, 0)) == 1


def test_parts_that_do_not_touch_stay_apart() -> None:
    labels = np.full((10, 21), -1, np.int32)
    labels[:, :10], labels[:, 11:] = 0, 1
    graph = region_graph(labels, np.zeros((10, 21, 3), np.float32), np.zeros((10, 21), np.float32))
    assert len(graph.length) == 0
    assert globalised(graph, 0.5, distances_from_afar(graph)) is graph
    tree = tree_of(graph)
    assert len(tree) == 2
    assert tree.cut(1, 1, 0).tolist() == [0, 1]


def test_globalising_strengthens_the_bottleneck() -> None:
    # Two cliques of regions joined by one border: that border splits the whole.
    pairs = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
    first, second = np.array(pairs).T
    graph = RegionGraph(
        np.full(6, 50.0), np.zeros((6, 3)), np.full((6, 44), 1.0), first, second, np.full(7, 10.0), np.full(7, 1.0)
    )
    strength = globalised(graph, 0.5, distances_from_afar(graph)).strength
    assert strength.argmax() == 6


def candidates_of(graph: RegionGraph) -> Candidates:
    trees = [tree_of(graph), tree_of(globalised(graph, 0.5, distances_from_afar(graph)))]
    return candidates(trees, trees[0].cut(6, 12, 1.0))


def regions_of(seed: int = 0) -> Regions:
    return watershed(noise(seed=seed), 60)


def test_candidates_differ_and_begin_with_a_partition() -> None:
    nodes = candidates_of(graph_of())
    assert 6 <= nodes.flat <= 12
    assert (nodes.members[: nodes.flat].sum(axis=0) == 1).all()
    assert len(np.unique(nodes.members, axis=0)) == len(nodes.members) == len(nodes.merging)
    assert not nodes.members.all(axis=1).any()


def test_measures_of_a_disc_and_of_a_strip_at_the_frame() -> None:
    y, x = np.mgrid[:100, :120]
    regions = np.zeros((100, 120), np.int32)
    regions[np.hypot(y - 50, x - 40) < 20] = 1
    regions[:, 100:] = 2
    rgb = np.array([(90, 120, 60), (200, 60, 60), (90, 120, 62)], np.uint8)[regions]
    edges = cv2.GaussianBlur(TensorEdges()(rgb), (0, 0), 1)
    graph = region_graph(regions, to_lab(rgb), edges)
    tree = tree_of(graph)
    nodes = candidates([tree], np.arange(3))
    table = measure(nodes, graph, regions)
    assert table.shape == (len(nodes.members), len(MEASURES))
    disc, strip = (dict(zip(MEASURES, table[number], strict=True)) for number in (1, 2))
    assert disc["roundness"] == pytest.approx(1, abs=0.02)
    assert strip["roundness"] < 0.97
    assert disc["at_the_frame"] == 0
    assert strip["at_the_frame"] == pytest.approx(140 / 240)
    assert disc["compactness"] > strip["compactness"]
    assert disc["border_strength"] > 10 * strip["border_strength"]
    assert strip["weak_border"] == 1
    assert disc["unlike_its_ring"] > 0.3 > 0.1 > strip["unlike_its_ring"]
    assert np.exp(disc["size"]) == pytest.approx(np.pi * 400 / 12000, rel=0.02)


@pytest.mark.parametrize("kind", ["hand", "net"])
def test_choices_differ_and_hold_the_flat_partition(kind: EdgeKind) -> None:
    graph = graph_of()
    nodes = candidates_of(graph)
    measures = measure(nodes, graph, regions_of())
    choice = choose(nodes, graph.area, measures, TASTES[kind], 40)
    assert nodes.flat < len(choice.members) <= 40
    assert (choice.members[choice.flat].sum(axis=0) == 1).all()
    assert (choice.members == nodes.members[choice.numbers]).all()
    assert (np.diff(choice.confidence) <= 0).all()
    assert (choice.confidence >= 0).all()
    assert (choice.confidence <= 1).all()
    for number in np.flatnonzero(~choice.flat):
        others = np.delete(choice.members, number, axis=0)
        common = (others & choice.members[number]) @ graph.area
        assert (common < SAME * ((others | choice.members[number]) @ graph.area)).all()


def test_what_adds_most_is_taken_first_and_its_like_no_more() -> None:
    members = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1]], bool)
    nodes = Candidates(members, np.zeros((4, 7)), flat=1)
    zeros = np.zeros((2, len(MEASURES)))
    liking_size = zeros.copy()
    liking_size[0, MEASURES.index("size")] = 1
    measures = np.zeros((4, len(MEASURES)))
    measures[:, MEASURES.index("size")] = [0, 2, 3, 1]
    taste = Taste(zeros[0], zeros[0] + 1, liking_size, np.zeros(6), liking_size, 0.0)
    assert choose(nodes, np.ones(6), measures, taste, 2).numbers.tolist() == [2, 0]
    disliking_likeness = replace(taste, company=np.array([-4.0, 0, 0, 0, 0, 0]))
    assert set(choose(nodes, np.ones(6), measures, disliking_likeness, 2).numbers) == {0, 2}
    assert set(choose(nodes, np.ones(6), measures, disliking_likeness, 3).numbers) == {0, 2, 3}


def test_atoms_tell_apart_what_masks_tell_apart() -> None:
    members = np.array([[1, 1, 0, 0], [1, 1, 1, 0]], bool)
    atom, made_of = atoms(members)
    assert atom[0] == atom[1]
    assert len(set(atom.tolist())) == 3
    assert (made_of[:, atom] == members).all()
    assert not made_of[:, 0].any()


def test_gaps_take_the_nearest_label() -> None:
    labels = np.full((5, 9), -1, np.int32)
    labels[:, 0], labels[:, 8] = 4, 7
    filled = fill_gaps(labels)
    assert (filled[:, :4] == 4).all()
    assert (filled[:, 5:] == 7).all()


def test_extent_of_labels() -> None:
    labels = np.zeros((6, 8), np.uint16)
    labels[1:4, 2:7] = 3
    labels[2, 3] = 1
    boxes, area = extent(labels, 5)
    assert boxes[[0, 1, 3]].tolist() == [[0, 0, 8, 6], [3, 2, 4, 3], [2, 1, 7, 4]]
    assert area.tolist() == [33, 1, 0, 14, 0]


def test_masks_that_became_the_same_are_one() -> None:
    made_of = np.array([[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]], bool)
    area = np.array([0, 5, 0, 7])
    assert distinct(made_of, area).tolist() == [0, 3]
    assert parents(made_of[[0, 3]], area).tolist() == [1, -1]
