"""The outlines of masks as Qt draws them, thinned out to what can be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from maskpick_bridge import Outlines
from maskpick_krita.qt import QtCore, QtGui

SEEN = 0.5
"""What is shorter than this on the screen, in device pixels, is not drawn."""


class Paths:
    """Paths in image pixels, filled by the even-odd rule, each made when it is first drawn and then kept."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines = outlines
        self._made: dict[tuple[int, int], Any] = {}

    def path(self, id: int, scale: float) -> Any:  # noqa: A002
        """A mask's outline for a picture of which a pixel takes ``scale`` of the screen's; empty for none known."""
        # Each level has half the detail of the one before, and only what is zoomed out is thinned at all.
        level = max(0, math.ceil(-math.log2(scale))) if scale > 0 else 0
        if (id, level) not in self._made:
            self._made[id, level] = _path(self._outlines.polygons(id), SEEN * 2 ** (level - 1) if level else 0.0)
        return self._made[id, level]


_kept: WeakKeyDictionary[Outlines, Paths] = WeakKeyDictionary()


def paths_of(outlines: Outlines) -> Paths:
    """The paths of these outlines: always the same ones, as long as somebody holds the outlines."""
    if outlines not in _kept:
        _kept[outlines] = Paths(outlines)
    return _kept[outlines]


def _path(polygons: Sequence[Sequence[tuple[float, float]]], shortest: float) -> Any:
    path = QtGui.QPainterPath()
    for polygon in polygons:
        corners = _thinned(polygon, shortest) if shortest else polygon
        path.addPolygon(QtGui.QPolygonF([QtCore.QPointF(x, y) for x, y in corners]))
        path.closeSubpath()
    return path


def _thinned(polygon: Sequence[tuple[float, float]], shortest: float) -> Sequence[tuple[float, float]]:
    """The corners that are at least ``shortest`` away from the one before."""
    kept, (last_x, last_y) = [polygon[0]], polygon[0]
    for x, y in polygon:
        if abs(x - last_x) + abs(y - last_y) >= shortest:
            kept.append((x, y))
            last_x, last_y = x, y
    return kept if len(kept) >= 3 else polygon
