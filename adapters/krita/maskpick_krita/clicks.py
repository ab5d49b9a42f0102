"""The points that put a picked object right, shown over the canvas: + for "this too", - for "not this"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maskpick_bridge.highlight import MARK
from maskpick_krita.drawing import painting
from maskpick_krita.qt import QtCore, QtGui
from maskpick_krita.sheet import Sheet

RADIUS, SIGN = MARK.radius, MARK.sign
INSIDE, OUTSIDE, RIM, DARK = (QtGui.QColor.fromRgbF(*one) for one in (MARK.inside, MARK.outside, MARK.line, MARK.under))


class Marks(Sheet):
    """Covers the canvas, and is there only while there are points."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self._inside: list[Any] = []
        self._outside: list[Any] = []
        self.hide()

    @property
    def places(self) -> tuple[list[Any], list[Any]]:
        """Where the marks are, inside and outside: QPointF in the widget's own pixels."""
        return self._inside, self._outside

    def show_points(self, inside: Sequence[Any], outside: Sequence[Any], transform: Any) -> None:
        """Show these image pixels; ``transform`` takes them to the widget's. Nothing is done where nothing changed."""
        placed = [[transform.map(QtCore.QPointF(x + 0.5, y + 0.5)) for x, y in points] for points in (inside, outside)]
        if placed != [self._inside, self._outside]:
            self._inside, self._outside = placed
            self.cover()
            self.setVisible(bool(inside or outside))
            self.raise_()
            self.update()

    def paintEvent(self, event: Any) -> None:  # noqa: ARG002, N802 - Qt's name
        with painting(self) as painter:
            for points, colour, upright in ((self._inside, INSIDE, True), (self._outside, OUTSIDE, False)):
                for point in points:
                    _draw(painter, point, colour, upright)


def _draw(painter: Any, at: Any, colour: Any, upright: bool) -> None:
    """A disc with a light rim in a dark one, so that it is seen on any picture."""
    painter.setBrush(colour)
    for pen, width in ((DARK, 4.0), (RIM, 2.0)):
        painter.setPen(QtGui.QPen(pen, width))
        painter.drawEllipse(at, RADIUS, RADIUS)
    painter.setPen(QtGui.QPen(RIM, 2.0, cap=QtCore.Qt.PenCapStyle.RoundCap))
    lines = [QtCore.QLineF(at.x() - SIGN, at.y(), at.x() + SIGN, at.y())]
    if upright:
        lines.append(QtCore.QLineF(at.x(), at.y() - SIGN, at.x(), at.y() + SIGN))
    painter.drawLines(lines)
