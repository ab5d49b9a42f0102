"""The outlines of masks as Qt draws them, thinned out to what can be seen."""

from __future__ import annotations

import array
import math
import struct
import sys
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from maskpick_bridge import Outlines
from maskpick_krita.qt import QtCore, QtGui

SEEN = 0.5
"""How far a line may lie beside the true one, in device pixels: nobody sees less."""

PIECE = 96
"""So many corners of a line are left out together where they are out of sight."""


class Paths:
    """Paths in image pixels, filled by the even-odd rule, each made when it is first drawn and then kept."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines = outlines
        self._lines: dict[tuple[int, int], list[Line]] = {}
        self._whole: dict[tuple[int, int], Any] = {}
        self._longest_first = sorted(outlines, key=lambda one: -sum(map(len, outlines.corners(one))))

    def path(self, id: int, scale: float, seen: Any) -> Any:  # noqa: A002
        """A mask's outline for a picture of which a pixel takes ``scale`` of the screen's; empty for none known.

        It need be right in ``seen`` alone, a QRectF in image pixels.
        """
        key = id, _level(scale)
        lines = self._lines_of(*key)
        if all(line.is_short or seen.contains(line.box) for line in lines):
            if key not in self._whole:
                self._whole[key] = _path([line.corners for line in lines])
            return self._whole[key]
        return _path([line.corners if line.is_short else line.within(seen) for line in lines])

    def prepare(self, scale: float) -> None:
        """Make one of the outlines that this scale will need, if one is missing: when it is drawn there is no time.

        The longest come first, for they take the most.
        """
        level = _level(scale)
        for id in self._longest_first:  # noqa: A001
            if (id, level) not in self._lines:
                self._lines_of(id, level)
                return

    def _lines_of(self, id: int, level: int) -> list[Line]:  # noqa: A002
        if (id, level) not in self._lines:
            self._lines[id, level] = [Line(corners) for corners in self._corners(id, level)]
        return self._lines[id, level]

    def _corners(self, id: int, level: int) -> list[array.array[float]]:  # noqa: A002
        if not level:
            return self._outlines.corners(id)
        return [_thinned(corners, SEEN * 2 ** ((level - 1) / 2)) for corners in self._outlines.corners(id)]


class Line:
    """A closed polygon: ``corners`` are x, y, x, y ..., and ``box`` is what they lie in."""

    def __init__(self, corners: array.array[float]) -> None:
        self.corners = corners
        self.is_short = len(corners) <= 2 * PIECE
        self._pieces: list[tuple[Any, Any]] = []
        self.box = QtCore.QRectF()
        for start in range(0, len(self.corners), 2 * PIECE):
            piece = corners[start : start + 2 * PIECE]
            left, top = min(piece[::2]), min(piece[1::2])
            # No side is nothing: Qt sees nothing at all in such a box.
            box = QtCore.QRectF(left, top, max(piece[::2]) - left + 1e-3, max(piece[1::2]) - top + 1e-3)
            self._pieces.append((piece, box))
            self.box |= box

    def within(self, seen: Any) -> array.array[float]:
        """The corners without pieces that are not in sight, of which only the ends remain.

        As a piece lies on one side of what is seen, all of it, nothing there changes: neither lines nor what they fill.
        """
        left, top, right, bottom = seen.left(), seen.top(), seen.right(), seen.bottom()
        kept = array.array("f")
        for corners, box in self._pieces:
            if box.right() < left or box.left() > right or box.bottom() < top or box.top() > bottom:
                kept.extend(corners[:2])
                kept.extend(corners[-2:])
            else:
                kept.extend(corners)
        return kept


def _level(scale: float) -> int:
    """How much is thinned out: two levels have half the detail of those before, and only what is zoomed out has any."""
    return max(0, math.ceil(-2 * math.log2(scale))) if scale > 0 else 0


_kept: WeakKeyDictionary[Outlines, Paths] = WeakKeyDictionary()


def paths_of(outlines: Outlines) -> Paths:
    """The paths of these outlines: always the same ones, as long as somebody holds the outlines."""
    if outlines not in _kept:
        _kept[outlines] = Paths(outlines)
    return _kept[outlines]


def _path(lines: Sequence[Any]) -> Any:
    path = QtGui.QPainterPath()
    for corners in lines:
        path.addPolygon(_polygon(corners))
        path.closeSubpath()
    return path


def _polygon(corners: Any) -> Any:
    """Qt's own polygon, read from bytes: a tenth of the time that handing over the corners one by one takes."""
    order, precision = QtCore.QDataStream.ByteOrder, QtCore.QDataStream.FloatingPointPrecision
    stream = QtCore.QDataStream(QtCore.QByteArray(struct.pack("=I", len(corners) // 2) + corners.tobytes()))
    stream.setByteOrder(order.LittleEndian if sys.byteorder == "little" else order.BigEndian)
    stream.setFloatingPointPrecision(precision.SinglePrecision)
    polygon = QtGui.QPolygonF()
    stream >> polygon
    return polygon


def _thinned(corners: array.array[float], tolerance: float) -> array.array[float]:
    """The corners without those that lie within ``tolerance`` of the line from the one kept before to the next.

    Numbers in arrays, no pairs: Python would look through thousands of pairs for what can be let go of, and that takes
    as long as everything else here.
    """
    xs, ys = corners[::2], corners[1::2]
    x, y = xs[0], ys[0]
    kept = array.array("f", (x, y))
    for corner_x, corner_y, next_x, next_y in zip(xs[1:], ys[1:], xs[2:] + xs[:1], ys[2:] + ys[:1]):
        base_x, base_y, side_x, side_y = next_x - x, next_y - y, corner_x - x, corner_y - y
        base = base_x * base_x + base_y * base_y
        area = base_x * side_y - base_y * side_x
        # Beside the line, or beyond its ends: a spike.
        if area * area > tolerance * tolerance * base or not 0 <= base_x * side_x + base_y * side_y <= base:
            kept.append(corner_x)
            kept.append(corner_y)
            x, y = corner_x, corner_y
    return kept if len(kept) >= 6 else corners
