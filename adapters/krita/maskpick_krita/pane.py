"""A canvas that picking is on, and a stroke of the mouse or the pen over it."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.picking import Picking
from maskpick_krita.canvas import Shown, image_to_canvas
from maskpick_krita.clicks import Marks
from maskpick_krita.overlay import Overlay
from maskpick_krita.qt import QtCore, QtGui, QtWidgets, is_deleted

TYPING = (QtWidgets.QLineEdit, QtWidgets.QAbstractSpinBox, QtWidgets.QTextEdit, QtWidgets.QPlainTextEdit)
FAR_AWAY = QtCore.QPointF(-1e5, -1e5)
PAUSE = 60
"""Milliseconds between looks at what a lasso encloses, which take some themselves."""


class Pane:
    """A canvas that picking is on: its overlay and its marks, and the cursor that Krita wants there.

    ``pointer`` is where the pointer is on it, a QPointF, or None. While ``hiding``, events are for Krita alone.
    """

    def __init__(self, seen: Shown) -> None:
        self.view, self.canvas = seen
        self.overlay = Overlay(self.canvas)
        self.marks = Marks(self.canvas)
        self.pointer: Any = None
        self.theirs = self.canvas.cursor()
        self.ours: Any = None
        self.transform = image_to_canvas(self.view)
        self.hiding = False

    def to_image(self, point: Any) -> Any:
        """A point of the canvas widget in image pixels."""
        return image_to_canvas(self.view).inverted()[0].map(point)

    def set_cursor(self, ours: Any) -> None:
        """Show a cursor of ours, or with None the one that Krita wants."""
        if ours is not self.ours:
            self.ours = ours
            self.canvas.setCursor(self.theirs if ours is None else ours)

    def cursor_changed(self) -> None:
        """The canvas has got another cursor: if it comes from Krita, it is for later, and ours stays."""
        now = self.canvas.cursor()
        if self.ours is None or now != self.ours:
            self.theirs = now
            if self.ours is not None:
                self.canvas.setCursor(self.ours)

    def hide_brush(self) -> None:
        """Let Krita draw its brush's outline far away, instead of where it saw the pointer last."""
        no_button, no_key = QtCore.Qt.MouseButton.NoButton, QtCore.Qt.KeyboardModifier.NoModifier
        move = QtGui.QMouseEvent(QtCore.QEvent.Type.MouseMove, FAR_AWAY, FAR_AWAY, no_button, no_button, no_key)
        self.hiding = True
        QtWidgets.QApplication.sendEvent(self.canvas, move)
        self.hiding = False

    def take_keys(self) -> None:
        """Get the keys as Krita's own canvas does when the pointer comes, but not from who is typing."""
        if self.canvas.isActiveWindow() and not isinstance(QtWidgets.QApplication.focusWidget(), TYPING):
            self.canvas.setFocus()

    def remove(self) -> None:
        """Leave the canvas as it was."""
        if not is_deleted(self.canvas):
            self.set_cursor(None)
            for ours in (self.overlay, self.marks):
                ours.hide()
                ours.deleteLater()


class Stroke:
    """A press of the button or the pen, until it is released: a click while it stays in its place, or else a lasso.

    ``lasso`` is in image pixels, so that it stays where it is when the view is zoomed on the way; empty for a click.
    ``enclosed`` are the ids of what it encloses as far as it has come.
    """

    def __init__(self, pane: Pane, at: Any, operation: str) -> None:
        self.pane = pane
        self.operation = operation
        self.start = pane.to_image(at)
        self.lasso = QtGui.QPolygonF()
        self.enclosed: tuple[int, ...] = ()
        self._at = at
        self._looked_at = 0
        self._looked = QtCore.QElapsedTimer()

    def moved(self, at: Any) -> None:
        if not self.lasso.isEmpty():
            self.lasso.append(self.pane.to_image(at))
        elif (at - self._at).manhattanLength() >= QtWidgets.QApplication.startDragDistance():
            self.lasso = QtGui.QPolygonF([self.start, self.pane.to_image(at)])

    def look(self, picking: Picking) -> None:
        """See what the lasso encloses, if it has grown; after a pause. To be called again and again."""
        if len(self.lasso) != self._looked_at and not (self._looked.isValid() and self._looked.elapsed() < PAUSE):
            self._looked_at = len(self.lasso)
            self.enclosed = picking.enclosed(corners(self.lasso))
            self._looked.start()


def corners(polygon: Any) -> list[tuple[float, float]]:
    """The corners of a polygon of Qt's."""
    return [(point.x(), point.y()) for point in polygon]
