"""The outlines of masks as Qt draws them, thinned out to what can be seen."""

from __future__ import annotations

import array
import itertools
import math
import struct
import sys
from collections.abc import Sequence
from typing import Any, Tuple
from weakref import WeakKeyDictionary

from maskpick_bridge import Outlines
from maskpick_krita.qt import QtCore, QtGui

SEEN = 0.5
"""How far a line may lie beside the true one, in device pixels: nobody sees less."""

Corners = Sequence[Tuple[float, float]]


class Paths:
    """Paths in image pixels, filled by the even-odd rule, each made when it is first drawn and then kept."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines = outlines
        self._made: dict[tuple[int, int], Any] = {}

    def path(self, id: int, scale: float) -> Any:  # noqa: A002
        """A mask's outline for a picture of which a pixel takes ``scale`` of the screen's; empty for none known."""
        # Two levels have half the detail of those before, and only what is zoomed out is thinned at all.
        level = max(0, math.ceil(-2 * math.log2(scale))) if scale > 0 else 0
        if (id, level) not in self._made:
            self._made[id, level] = _path(self._outlines.polygons(id), SEEN * 2 ** ((level - 1) / 2) if level else 0.0)
        return self._made[id, level]


_kept: WeakKeyDictionary[Outlines, Paths] = WeakKeyDictionary()


def paths_of(outlines: Outlines) -> Paths:
    """The paths of these outlines: always the same ones, as long as somebody holds the outlines."""
    if outlines not in _kept:
        _kept[outlines] = Paths(outlines)
    return _kept[outlines]


def _path(polygons: Sequence[Corners], tolerance: float) -> Any:
    path = QtGui.QPainterPath()
    for polygon in polygons:
        path.addPolygon(_polygon(_thinned(polygon, tolerance) if tolerance else polygon))
        path.closeSubpath()
    return path


def _polygon(corners: Corners) -> Any:
    """Qt's own polygon, read from bytes: a tenth of the time that handing over the corners one by one takes."""
    numbers = array.array("f", itertools.chain.from_iterable(corners))
    order, precision = QtCore.QDataStream.ByteOrder, QtCore.QDataStream.FloatingPointPrecision
    stream = QtCore.QDataStream(QtCore.QByteArray(struct.pack("=I", len(corners)) + numbers.tobytes()))
    stream.setByteOrder(order.LittleEndian if sys.byteorder == "little" else order.BigEndian)
    stream.setFloatingPointPrecision(precision.SinglePrecision)
    polygon = QtGui.QPolygonF()
    stream >> polygon
    return polygon


def _thinned(polygon: Corners, tolerance: float) -> Corners:
    """The corners without those that lie within ``tolerance`` of the line from the one kept before to the next."""
    kept = [polygon[0]]
    x, y = polygon[0]
    for corner, (next_x, next_y) in zip(polygon[1:], [*polygon[2:], polygon[0]]):
        base_x, base_y, side_x, side_y = next_x - x, next_y - y, corner[0] - x, corner[1] - y
        base = base_x * base_x + base_y * base_y
        area = base_x * side_y - base_y * side_x
        # Beside the line, or beyond its ends: a spike.
        if area * area > tolerance * tolerance * base or not 0 <= base_x * side_x + base_y * side_y <= base:
            kept.append(corner)
            x, y = corner
    return kept if len(kept) >= 3 else polygon
