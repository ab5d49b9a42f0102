"""What lies over a canvas while objects are picked: those picked, the one under the pointer, its name, a lasso."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maskpick_bridge.highlight import Shape
from maskpick_krita.drawing import Drawn, Style, draw, draw_lasso, painting
from maskpick_krita.qt import QtCore, QtGui, QtWidgets

LABEL_AWAY = (14, 18)
"""Where the label begins, right of and below the pointer, in logical pixels."""
LABEL_AROUND = (7, 4)
LABEL_DARK, LABEL_LIGHT = QtGui.QColor(24, 24, 27, 225), QtGui.QColor(250, 250, 250)


class Layer:
    """One of the images over the canvas, drawn anew only when something about it has changed."""

    def __init__(self) -> None:
        self._about: tuple[Any, ...] = ()
        self.drawn: Drawn | None = None

    def show(self, shapes: Sequence[Shape], style: Style, transform: Any, widget: Any) -> Any:
        """Draw these shapes; the region of the widget that has changed."""
        ratio = widget.devicePixelRatioF()
        about = (tuple(shapes), style, transform, widget.size(), ratio)
        if about == self._about:
            return QtGui.QRegion()
        before, self._about = self.place, about
        self.drawn = draw(shapes, style, transform, widget.rect(), ratio) if shapes else None
        return QtGui.QRegion(before) | QtGui.QRegion(self.place)

    @property
    def place(self) -> Any:
        return self.drawn.place.toAlignedRect() if self.drawn else QtCore.QRect()


class Overlay(QtWidgets.QWidget):
    """A child of the canvas that covers it and lets every event through."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        attributes = QtCore.Qt.WidgetAttribute
        for attribute in (
            attributes.WA_TransparentForMouseEvents,
            attributes.WA_NoSystemBackground,
            attributes.WA_TranslucentBackground,
        ):
            self.setAttribute(attribute)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self._picked, self._hovered = Layer(), Layer()
        self._lasso = QtGui.QPolygonF()
        self._label, self._label_place = "", QtCore.QRect()
        self.cover()
        self.show()
        self.raise_()

    def cover(self) -> None:
        """Be as large as the canvas."""
        self.setGeometry(self.parentWidget().rect())

    def show_shapes(self, picked: Sequence[Shape], hovered: Sequence[Shape], style: Style, transform: Any) -> None:
        """Show what is picked and what is hovered. Nothing is done where nothing has changed."""
        changed = self._picked.show(picked, style, transform, self)
        changed |= self._hovered.show(hovered, style, transform, self)
        self._changed(changed)

    def show_lasso(self, line: Any) -> None:
        """Show a lasso, a polygon in the widget's pixels; an empty one for none."""
        if line != self._lasso:
            before, self._lasso = self._lasso, line
            rim = QtCore.QMargins(4, 4, 4, 4)
            changed = [
                one.boundingRect().toAlignedRect().marginsAdded(rim) for one in (before, line) if not one.isEmpty()
            ]
            self._changed(QtGui.QRegion(*changed[:1]) | QtGui.QRegion(*changed[1:]))

    def show_label(self, text: str, pointer: Any) -> None:
        """Show a few words beside the pointer, a QPointF in the widget's pixels or None."""
        place = self._place_of(text, pointer) if text and pointer is not None else QtCore.QRect()
        if (text, place) != (self._label, self._label_place):
            changed = QtGui.QRegion(self._label_place) | QtGui.QRegion(place)
            self._label, self._label_place = text, place
            self._changed(changed)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        with painting(self) as painter:
            for layer in (self._picked, self._hovered):
                if layer.drawn and layer.place.intersects(event.rect()):
                    painter.drawImage(layer.drawn.place.topLeft(), layer.drawn.image)
            if not self._lasso.isEmpty():
                draw_lasso(painter, self._lasso)
            if not self._label_place.isEmpty():
                self._draw_label(painter)

    def _changed(self, region: Any) -> None:
        if not region.isEmpty():
            self.update(region)

    def _place_of(self, text: str, pointer: Any) -> Any:
        """Beside the pointer, on the side of it where there is room."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(text) + 2 * LABEL_AROUND[0]
        height = metrics.height() + 2 * LABEL_AROUND[1]
        x, y = round(pointer.x()) + LABEL_AWAY[0], round(pointer.y()) + LABEL_AWAY[1]
        if x + width > self.width():
            x = round(pointer.x()) - LABEL_AWAY[0] - width
        if y + height > self.height():
            y = round(pointer.y()) - LABEL_AWAY[1] - height
        return QtCore.QRect(max(0, x), max(0, y), width, height)

    def _draw_label(self, painter: Any) -> None:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(LABEL_DARK)
        painter.drawRoundedRect(self._label_place, LABEL_AROUND[1], LABEL_AROUND[1])
        painter.setPen(LABEL_LIGHT)
        painter.drawText(self._label_place, QtCore.Qt.AlignmentFlag.AlignCenter, self._label)
