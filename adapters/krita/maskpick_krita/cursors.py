"""The pointer while objects are picked: a light cross in a dark rim, with a sign for what a click would do."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.clicks import NOT, TOO
from maskpick_bridge.picking import ADD, INTERSECT, SUBTRACT
from maskpick_krita.drawing import painting
from maskpick_krita.qt import QtCore, QtGui

SIDE, MIDDLE = 32, 15.5
REACH, GAP = 10.0, 4.0
SIGN_AT, SIGN = 24.5, 3.5
SIGNS = {
    ADD: ((-1, 0, 1, 0), (0, -1, 0, 1)),
    SUBTRACT: ((-1, 0, 1, 0),),
    INTERSECT: ((-1, -1, 1, 1), (-1, 1, 1, -1)),
    TOO: ((-1, 0, 1, 0), (0, -1, 0, 1)),
    NOT: ((-1, 0, 1, 0),),
}
"""The strokes of the signs, +, - and x, from -1 to 1."""

_made: dict[tuple[str, float], Any] = {}


def cursor(operation: str, ratio: float) -> Any:
    """The cursor for what a click does, on a screen with so many pixels to a logical one."""
    if (operation, ratio) not in _made:
        pixmap = QtGui.QPixmap(round(SIDE * ratio), round(SIDE * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QtCore.Qt.GlobalColor.transparent)
        lines = [
            QtCore.QLineF(MIDDLE + x * GAP, MIDDLE + y * GAP, MIDDLE + x * REACH, MIDDLE + y * REACH)
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))
        ]
        lines += [QtCore.QLineF(*(SIGN_AT + SIGN * value for value in stroke)) for stroke in SIGNS.get(operation, ())]
        with painting(pixmap) as painter:
            for colour, width in ((QtGui.QColor(0, 0, 0, 200), 3.4), (QtGui.QColor(255, 255, 255), 1.4)):
                painter.setPen(QtGui.QPen(colour, width, cap=QtCore.Qt.PenCapStyle.RoundCap))
                painter.drawLines(lines)
                painter.drawPoint(QtCore.QPointF(MIDDLE, MIDDLE))
        hot = round(MIDDLE)
        _made[operation, ratio] = QtGui.QCursor(pixmap, hot, hot)
    return _made[operation, ratio]
