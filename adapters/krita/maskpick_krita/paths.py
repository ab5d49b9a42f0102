"""The outlines of masks as Qt draws them, thinned out to what can be seen."""

from __future__ import annotations

import array
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

PIECE = 96
"""So many corners of a line are left out together where they are out of sight."""

Piece = Tuple["array.array[float]", Tuple[float, float, float, float]]
"""A part of a line, and what it lies in: left, top, right, bottom."""


class Paths:
    """Paths in image pixels, filled by the even-odd rule, each made when it is first drawn and then kept."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines = outlines
        self._lines: dict[tuple[int, int], Lines] = {}
        self._whole: dict[tuple[int, int], Any] = {}
        self._longest_first = sorted(outlines, key=lambda one: -sum(map(len, outlines.corners(one))))

    def path(self, id: int, scale: float, seen: Any) -> Any:  # noqa: A002
        """A mask's outline for a picture of which a pixel takes ``scale`` of the screen's; empty for none known.

        It need be right in ``seen`` alone, a QRectF in image pixels.
        """
        key = id, _level(scale)
        lines = self._lines_of(*key)
        if not lines.is_long or seen.contains(lines.box):
            if key not in self._whole:
                self._whole[key] = _path(lines.corners)
            return self._whole[key]
        return _path(lines.within(seen))

    def prepare(self, scale: float) -> None:
        """Make one of the outlines that this scale will need, if one is missing: when it is drawn there is no time.

        The longest come first, for they take the most.
        """
        level = _level(scale)
        for id in self._longest_first:  # noqa: A001
            if (id, level) not in self._lines:
                self._lines_of(id, level)
                return

    def _lines_of(self, id: int, level: int) -> Lines:  # noqa: A002
        if (id, level) not in self._lines:
            self._lines[id, level] = Lines(self._corners(id, level))
        return self._lines[id, level]

    def _corners(self, id: int, level: int) -> list[array.array[float]]:  # noqa: A002
        if not level:
            return self._outlines.corners(id)
        return [_thinned(corners, SEEN * 2 ** ((level - 1) / 2)) for corners in self._outlines.corners(id)]


class Lines:
    """A mask's closed polygons. ``corners`` are x, y, x, y ... of each, and ``box`` is what all of them lie in.

    Of thousands of polygons hardly an object is made that Python's search for garbage would look at: it comes whenever
    many are new, and takes longer than drawing.
    """

    def __init__(self, corners: list[array.array[float]]) -> None:
        self.corners = corners
        boxes = [_box(line) for line in corners] or [(0.0, 0.0, 0.0, 0.0)]
        lefts, tops, rights, bottoms = zip(*boxes)
        left, top = min(lefts), min(tops)
        # No side is nothing: Qt sees nothing at all in such a box.
        self.box = QtCore.QRectF(left, top, max(rights) - left + 1e-3, max(bottoms) - top + 1e-3)
        self._pieces = {number: _pieces(line) for number, line in enumerate(corners) if len(line) > 2 * PIECE}

    @property
    def is_long(self) -> bool:
        """Whether there is anything to leave out."""
        return bool(self._pieces)

    def within(self, seen: Any) -> list[array.array[float]]:
        """The polygons without pieces that are not in sight, of which only the ends remain.

        As a piece lies on one side of what is seen, all of it, nothing there changes: neither lines nor what they fill.
        """
        sides = seen.left(), seen.top(), seen.right(), seen.bottom()
        return [
            _within(self._pieces[number], *sides) if number in self._pieces else line
            for number, line in enumerate(self.corners)
        ]


def _within(pieces: Sequence[Piece], left: float, top: float, right: float, bottom: float) -> array.array[float]:
    kept = array.array("f")
    for corners, (x0, y0, x1, y1) in pieces:
        if x1 < left or x0 > right or y1 < top or y0 > bottom:
            kept.extend(corners[:2])
            kept.extend(corners[-2:])
        else:
            kept.extend(corners)
    return kept


def _pieces(line: array.array[float]) -> list[Piece]:
    parts = (line[start : start + 2 * PIECE] for start in range(0, len(line), 2 * PIECE))
    return [(part, _box(part)) for part in parts]


def _box(line: array.array[float]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs, ys = line[::2], line[1::2]
    return min(xs), min(ys), max(xs), max(ys)


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
