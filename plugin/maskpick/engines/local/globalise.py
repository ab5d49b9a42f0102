"""Borders seen from afar: what splits the picture as a whole counts more than what is only locally sharp."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maskpick.engines.local.region_graph import Numbers, RegionGraph

SOFTNESS = 0.4
"""The edge strength at which two neighbours have lost about two thirds of their affinity."""
VECTORS = 12
"""So many of the slowest vibrations of the graph are looked at. Both: sweep over a quarter of the
development photos."""


def distances_from_afar(graph: RegionGraph) -> Numbers:
    """How far apart the two regions of each border lie in the normalised-cut embedding: (borders,).

    The embedding is made of the first eigenvectors of the graph's normalised Laplacian (Shi, Malik 2000), each divided
    by the root of its eigenvalue (as in Arbelaez, Maire, Fowlkes, Malik 2011).
    """
    count, borders = len(graph), len(graph.length)
    if not borders:
        return np.zeros(0)
    affinity = np.zeros((count, count), np.float64)
    affinity[graph.first, graph.second] = np.exp(-graph.strength / graph.length / SOFTNESS) * graph.length
    affinity += affinity.T
    degree = affinity.sum(axis=1)
    root = 1 / np.sqrt(np.maximum(degree, 1e-9))
    laplacian = np.eye(count) - root[:, None] * affinity * root
    # Single precision halves the time; signs and order of vectors do not matter for distances.
    values, vectors = np.linalg.eigh(laplacian.astype(np.float32))
    chosen = slice(1, 1 + VECTORS)
    place = vectors[:, chosen] * root[:, None] / np.sqrt(np.maximum(values[chosen], 1e-5))
    distances: Numbers = np.sqrt(((place[graph.first] - place[graph.second]) ** 2).sum(axis=1))
    return distances


def globalised(graph: RegionGraph, share: float, distances: Numbers) -> RegionGraph:
    """The same graph, each border strengthened by its distance (see `distances_from_afar`).

    The mean strength that is added is ``share`` of the mean strength there was. Where nothing is added the graph
    comes back as it is.
    """
    mean_distance = distances.mean() if len(distances) else 0.0
    if not share or mean_distance == 0:
        return graph
    mean_strength = graph.strength.sum() / graph.length.sum()
    added = share * mean_strength / mean_distance * distances
    return replace(graph, strength=graph.strength + graph.length * added)
