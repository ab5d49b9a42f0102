"""The steps of the embedded segmenter, one after another."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.drawing import draw_masks
from maskpick.engines.local import EdgeKind, LocalOptions
from maskpick.engines.local.candidates import Candidates, candidates, measure
from maskpick.engines.local.choose import Choice, Taste, choose
from maskpick.engines.local.edge_map import Colours, EdgeMap, TensorEdges, to_lab
from maskpick.engines.local.globalise import distances_from_afar, globalised
from maskpick.engines.local.merge_tree import MergeCost, merge_tree
from maskpick.engines.local.net_edges import LearnedEdges
from maskpick.engines.local.partition import atoms, fill_gaps
from maskpick.engines.local.region_graph import Numbers, RegionGraph, region_graph
from maskpick.engines.local.regions import Regions, watershed
from maskpick.engines.local.tastes import TASTES
from maskpick.masks import LabelMap, MaskSet, Size
from maskpick.progress import Progress
from maskpick.refine import refine_labels

log = logging.getLogger(__name__)

REGIONS = 700
"""About so many watershed regions; more brought nothing."""


@dataclass(frozen=True)
class Recipe:
    """An edge map, and what was chosen to go with it, by sweeps over the development photos."""

    edge_map: type[EdgeMap]
    trees: tuple[tuple[float, MergeCost], ...]
    """How much each tree looks from afar (see `globalised`), and what merging costs in it. The first one gives the flat
    map, and its costs were chosen for that; all of them give masks."""
    plain: float
    """Regions of the flat map differ by more than this where there are enough."""
    taste: Taste
    """What was learned about good masks made with these edges."""


RECIPES: dict[EdgeKind, Recipe] = {
    "hand": Recipe(
        TensorEdges,
        ((0.25, MergeCost(histogram=0.25, size=0.06)), (0.0, MergeCost()), (0.5, MergeCost())),
        plain=1.1,
        taste=TASTES["hand"],
    ),
    "net": Recipe(
        LearnedEdges,
        (
            (0.5, MergeCost(colour=0, histogram=0.65, wrapping=0)),
            (0.0, MergeCost(colour=0.15, histogram=1.3)),
            (1.0, MergeCost(colour=0.15, histogram=1.3)),
            (0.25, MergeCost(colour=0, histogram=0)),
            (0.0, MergeCost(edge=0.5, histogram=2)),
            (2.0, MergeCost(colour=0.15, histogram=0.65)),
        ),
        plain=0.8,
        taste=TASTES["net"],
    ),
}


def recipe_of(kind: EdgeKind) -> tuple[Recipe, EdgeMap]:
    """The recipe of that kind and its edge map, ready to be used; the hand-made one where there is no net that works,
    and the log says why."""
    recipe = RECIPES[kind]
    try:
        return recipe, recipe.edge_map()
    except (OSError, cv2.error) as error:
        log.warning("The boundary net cannot be used, so edges are measured by hand: %s", error)
        return RECIPES["hand"], TensorEdges()


@dataclass(frozen=True)
class Found:
    """All that was found in a picture at working size, before anything is chosen."""

    regions: Regions
    graph: RegionGraph
    nodes: Candidates
    measures: Numbers


def find(
    working: Colours,
    visible: NDArray[np.bool_],
    recipe: Recipe,
    edge_map: EdgeMap,
    most: int,
    flat_regions: int,
    progress: Progress,
) -> Found:
    """Find what could become a mask in ``working``, uint8 (h, w, 3); at least one pixel of it is ``visible``.

    Its flat partition has ``flat_regions`` at most, half as many at least, and no more than half of ``most``, so that
    there is room for what nests. Raises `Cancelled`.
    """
    edges = edge_map(working)
    progress.report("Finding regions")
    regions = _visible_regions(edges, visible)
    graph = region_graph(regions, to_lab(cv2.bilateralFilter(working, 5, 25, 3)), edges)
    progress.report("Putting regions together")
    distances = distances_from_afar(graph)
    trees = [merge_tree(globalised(graph, share, distances), cost, progress) for share, cost in recipe.trees]
    flat_most = max(1, min(flat_regions, most // 2))
    nodes = candidates(trees, trees[0].cut(flat_most // 2, flat_most, recipe.plain))
    return Found(regions, graph, nodes, measure(nodes, graph, regions))


def segment(rgb: Colours, alpha: NDArray[np.uint8] | None, options: LocalOptions, progress: Progress) -> MaskSet:
    """Find the objects of ``rgb``, uint8 (h, w, 3). Where ``alpha``, uint8 (h, w), is 0 there is none.

    The same input gives the same output. Raises `Cancelled`.
    """
    height, width = rgb.shape[:2]
    size = Size(width, height)
    progress.report("Looking for edges")
    working, visible = working_copy(rgb, alpha, options.working_size)
    if not visible.any():
        return MaskSet(size, (), panoptic=np.zeros((height, width), np.uint16))
    recipe, edge_map = recipe_of(options.edges)
    found = find(working, visible, recipe, edge_map, options.most, options.flat_regions, progress)
    choice = choose(found.nodes, found.graph.area, found.measures, recipe.taste, options.most)
    atom_of_region, made_of = atoms(choice.members)
    labels = refine_labels(atom_of_region[fill_gaps(found.regions)], rgb, progress)
    if alpha is not None:
        labels[alpha == 0] = 0
    return _mask_set(labels, made_of, choice, options.softness, progress)


def _mask_set(
    labels: LabelMap, made_of: NDArray[np.bool_], choice: Choice, softness: float, progress: Progress
) -> MaskSet:
    """The masks of the choice as they are after their borders moved, and the panoptic map of those of the flat cut."""
    drawn = draw_masks(labels, made_of, choice.confidence, softness, progress)
    label_of_atom = np.zeros(made_of.shape[1], np.uint16)
    for wanted in made_of[choice.flat] & drawn.present:
        if wanted.any():
            # The mask that shows just this region: the flat one, or one before it that came to be the same.
            label_of_atom[wanted] = np.flatnonzero((drawn.made_of == wanted).all(axis=1))[0] + 1
    height, width = labels.shape
    return MaskSet(Size(width, height), drawn.masks, panoptic=label_of_atom[labels])


def working_copy(rgb: Colours, alpha: NDArray[np.uint8] | None, longest: int) -> tuple[Colours, NDArray[np.bool_]]:
    """The picture no longer than ``longest``, and where any of it is visible.

    Hidden colours do not count: visible pixels are averaged among themselves.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))

    def shrink(plane: Colours) -> Colours:
        small: Colours = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        return small

    if alpha is None:
        return shrink(rgb), np.ones(size[::-1], bool)
    shown = cv2.resize((alpha > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(rgb * (alpha > 0)[:, :, None], size, interpolation=cv2.INTER_AREA)
    colours = seen / np.maximum(shown, 1e-3)[:, :, None]
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8), shown > 0


def _visible_regions(edges: NDArray[np.float32], visible: NDArray[np.bool_]) -> Regions:
    """Watershed regions of the visible pixels, numbered without gaps; -1 elsewhere.

    No region leaps over a hidden part.
    """
    if visible.all():
        return watershed(edges, REGIONS)
    wall = np.where(visible, edges, 2 * edges.max() + 1).astype(np.float32)
    regions = watershed(wall, REGIONS)
    regions[~visible] = -1
    _, numbered = np.unique(np.append(regions.ravel(), -1), return_inverse=True)
    return (numbered[:-1].reshape(regions.shape) - 1).astype(np.int32)
