"""Reference compositors: what a reader of layered files shows, written down as plainly as possible."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from maskpick.layers import Group, Layer, Node
from maskpick.masks import Size
from maskpick.pictures import Pixels

Canvas = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Straight colour (h, w, channels) and alpha (h, w), both in whole steps 0..full."""


def composite(nodes: Iterable[Node], size: Size, dtype: np.dtype, colours: int, *, isolated: bool) -> Pixels:
    """Lay nodes (bottom to top) over an empty canvas: ordinary source-over, rounded to whole steps after every layer.

    ``isolated`` groups are composited on their own first; others pass through, layer by layer.
    """
    full = int(np.iinfo(dtype).max)
    colour, alpha = _over_all(nodes, _empty(size, colours), full, isolated)
    return np.dstack([colour, alpha]).astype(dtype)


def _empty(size: Size, colours: int) -> Canvas:
    return np.zeros((size.height, size.width, colours)), np.zeros((size.height, size.width))


def _over_all(nodes: Iterable[Node], below: Canvas, full: int, isolated: bool) -> Canvas:
    for node in nodes:
        if isinstance(node, Layer):
            below = source_over(below, _on_canvas(node, below), full)
        elif isolated:
            size = Size(below[1].shape[1], below[1].shape[0])
            below = source_over(below, _over_all(node.nodes, _empty(size, below[0].shape[2]), full, isolated), full)
        else:
            assert isinstance(node, Group)
            below = _over_all(node.nodes, below, full, isolated)
    return below


def _on_canvas(layer: Layer, like: Canvas) -> Canvas:
    colour, alpha = np.zeros_like(like[0]), np.zeros_like(like[1])
    pixels = layer.pixels
    colour[layer.box.slices()] = pixels[:, :, :-1]
    alpha[layer.box.slices()] = pixels[:, :, -1]
    return colour, alpha


def source_over(below: Canvas, above: Canvas, full: int) -> Canvas:
    """Porter and Duff's "over" for straight alpha, rounded to whole steps; where nothing is, colours are kept."""
    (colour_below, alpha_below), (colour_above, alpha_above) = below, above
    behind = alpha_below * (full - alpha_above) / full
    alpha = alpha_above + behind
    weight = np.divide(alpha_above, alpha, out=np.zeros_like(alpha), where=alpha > 0)[:, :, None]
    mixed = colour_above * weight + colour_below * (1 - weight)
    colour = np.where((alpha > 0)[:, :, None], mixed, np.maximum(colour_above, colour_below))
    return np.rint(colour), np.rint(alpha)
