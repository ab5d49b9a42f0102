"""The outlines of masks as Qt draws them, thinned out to what can be seen."""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Sequence
from typing import Any, Tuple
from weakref import WeakKeyDictionary

from maskpick_bridge import Outlines
from maskpick_bridge.thinning import Bits, box_of, level_of, thinned
from maskpick_krita.qt import QtCore, QtGui

PIECE = 96
"""So many corners of a line are left out together where they are out of sight."""

ENDED = object()

Piece = Tuple["array.array[float]", Tuple[float, float, float, float]]
"""A part of a line, and what it lies in: left, top, right, bottom."""


class Paths:
    """Paths in image pixels, filled by the even-odd rule, each made when it is first drawn and then kept."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines = outlines
        self._lines: dict[tuple[int, int], Lines] = {}
        self._whole: dict[tuple[int, int], Any] = {}
        self._longest_first = sorted(outlines, key=lambda one: -sum(map(len, outlines.corners(one))))
        self._preparing: Bits[None] | None = None

    def path(self, id: int, scale: float, seen: Any) -> Bits[Any]:  # noqa: A002
        """A mask's outline for a picture of which a pixel takes ``scale`` of the screen's; empty for none known.

        It need be right in ``seen`` alone, a QRectF in image pixels.
        """
        key = id, level_of(scale)
        if key not in self._lines:
            self._lines[key] = yield from self._made(*key)
            yield
        lines = self._lines[key]
        if lines.is_long and not seen.contains(lines.box):
            return _path(lines.within(seen))
        if key not in self._whole:
            self._whole[key] = _path(lines.corners)
        return self._whole[key]

    def prepare(self, scale: float) -> None:
        """Make a bit of the outlines that this scale will need, if any are missing: when they are drawn there is no
        time. The longest come first, for they take the most."""
        if self._preparing is None:
            self._preparing = self._prepared(level_of(scale))
        if next(self._preparing, ENDED) is ENDED:
            self._preparing = None

    def _prepared(self, level: int) -> Bits[None]:
        for id in self._longest_first:  # noqa: A001
            if (id, level) not in self._lines:
                self._lines[id, level] = yield from self._made(id, level)
                yield

    def _made(self, id: int, level: int) -> Bits[Lines]:  # noqa: A002
        corners = yield from thinned(self._outlines.corners(id), level)
        return Lines(corners)


class Lines:
    """A mask's closed polygons. ``corners`` are x, y, x, y ... of each, and ``box`` is what all of them lie in.

    Of thousands of polygons hardly an object is made that Python's search for garbage would look at: it comes whenever
    many are new, and takes longer than drawing.
    """

    def __init__(self, corners: list[array.array[float]]) -> None:
        self.corners = corners
        left, top, right, bottom = box_of(_joined(corners)) if corners else (0.0, 0.0, 0.0, 0.0)
        # No side is nothing: Qt sees nothing at all in such a box.
        self.box = QtCore.QRectF(left, top, right - left + 1e-3, bottom - top + 1e-3)
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


def _joined(lines: Sequence[array.array[float]]) -> array.array[float]:
    return array.array("f", b"".join(lines))


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
    return [(part, box_of(part)) for part in parts]


_kept: WeakKeyDictionary[Outlines, Paths] = WeakKeyDictionary()


def paths_of(outlines: Outlines) -> Paths:
    """The paths of these outlines: always the same ones, as long as somebody holds the outlines."""
    if outlines not in _kept:
        _kept[outlines] = Paths(outlines)
    return _kept[outlines]


def _path(lines: Sequence[array.array[float]]) -> Any:
    """A path of closed polygons, read from the bytes that Qt itself would write for it: a tenth of the time that
    handing over the corners takes, or the polygons one by one."""
    lines = [line for line in lines if line]
    path = QtGui.QPainterPath()
    if not lines:
        return path
    corners, starts = array.array("f"), []
    for line in lines:
        starts.append(len(corners) // 2)
        corners.extend(line)
        corners.extend(line[:2])
    # Of each corner its kind - 0 moves there, 1 draws a line - and x and y, whose bits are handed on as they are.
    elements = array.array("i", bytes(4 * (len(corners) // 2 * 3)))
    bits = array.array("i", corners.tobytes())
    elements[::3] = array.array("i", [1]) * (len(corners) // 2)
    elements[1::3], elements[2::3] = bits[::2], bits[1::2]
    for start in starts:
        elements[3 * start] = 0
    even_odd = 0
    data = struct.pack("=i", len(corners) // 2) + elements.tobytes() + struct.pack("=ii", starts[-1], even_odd)
    order, precision = QtCore.QDataStream.ByteOrder, QtCore.QDataStream.FloatingPointPrecision
    stream = QtCore.QDataStream(QtCore.QByteArray(data))
    stream.setByteOrder(order.LittleEndian if sys.byteorder == "little" else order.BigEndian)
    stream.setFloatingPointPrecision(precision.SinglePrecision)
    stream >> path
    return path
