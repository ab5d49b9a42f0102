"""What lies over a canvas while objects are picked: those picked, the one under the pointer, its name, a lasso."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maskpick_bridge.highlight import HOVERED, Shape
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.thinning import Bits
from maskpick_krita.drawing import Drawn, Paper, Style, draw, draw_lasso, painting, room
from maskpick_krita.paths import paths_of
from maskpick_krita.qt import QtCore, QtGui
from maskpick_krita.sheet import Sheet

REST = 80
"""Milliseconds that the view has not moved, when it is at rest."""
LONGEST = 5
"""Milliseconds for drawing in one go, and what is begun by then."""
LABEL_AWAY = (14, 18)
"""Where the label begins, right of and below the pointer, in logical pixels."""
LABEL_AROUND = (7, 4)
LABEL_DARK, LABEL_LIGHT = QtGui.QColor(24, 24, 27, 225), QtGui.QColor(250, 250, 250)


class Layer:
    """One of the images over the canvas, drawn anew only when something about it has changed.

    What takes longer than `LONGEST` to draw is drawn a part at a time, and what was there before is seen until it is
    done. While the view moves, the image goes along as it is; it is drawn anew when the view has come to rest.
    """

    def __init__(self, paper: Paper) -> None:
        self._about: tuple[Any, ...] = ()
        self._drawing: Bits[Drawn | None] | None = None
        self._drawing_for = QtGui.QTransform()
        self._drawn: Drawn | None = None
        self._paper = paper
        self._drawn_for = self._seen = QtGui.QTransform()
        self._moved = QtCore.QElapsedTimer()

    def show(self, shapes: Sequence[Shape], style: Style, transform: Any, widget: Any, later: bool = False) -> Any:
        """Show these shapes; the region of the widget that has changed. To be called again and again.

        ``later``: nothing is drawn in this call.
        """
        before, drawn = self.place, self._drawn
        if not shapes:
            self._about, self._drawing, self._drawn = (), None, None
        moved = transform != self._seen
        if moved:
            self._seen = transform
            self._moved.start()
        # What has been begun is brought to its end: else what changes again and again would never be seen.
        if shapes and self._drawing is None:
            ratio = widget.devicePixelRatioF()
            about = (tuple(shapes), style, widget.size(), ratio)
            rested = transform != self._drawn_for and not moved and self._moved.elapsed() >= REST
            if about != self._about or rested:
                self._about, self._drawing_for = about, transform
                self._drawing = draw(shapes, style, transform, widget.rect(), ratio, self._paper)
        if self._drawing is not None and not later:
            self._go_on(self._drawing)
        changed = self._drawn is not drawn or (moved and drawn is not None)
        return QtGui.QRegion(before) | QtGui.QRegion(self.place) if changed else QtGui.QRegion()

    def _go_on(self, drawing: Bits[Drawn | None]) -> None:
        """Draw a part of it, or the rest."""
        clock = QtCore.QElapsedTimer()
        clock.start()
        try:
            while clock.elapsed() < LONGEST:
                next(drawing)
        except StopIteration as ended:
            self._drawn, self._drawn_for, self._drawing = ended.value, self._drawing_for, None

    def paint(self, painter: Any) -> None:
        """Paint it on the widget."""
        if self._drawn is not None:
            painter.save()
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
            painter.setTransform(self._way, True)
            painter.drawImage(self._drawn.place.topLeft(), self._drawn.image, QtCore.QRectF(self._drawn.part))
            painter.restore()

    @property
    def place(self) -> Any:
        """Where on the widget it is now."""
        return self._way.mapRect(self._drawn.place).toAlignedRect() if self._drawn else QtCore.QRect()

    @property
    def _way(self) -> Any:
        """From where it was drawn to where it is seen, as the view has moved since."""
        return self._drawn_for.inverted()[0] * self._seen if self._seen != self._drawn_for else QtGui.QTransform()


class Overlay(Sheet):
    """What covers the canvas while it is there."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        # An object under the pointer may be as large as the canvas: better to have paper for it now than on the way.
        ratio = canvas.devicePixelRatioF()
        whole = (canvas.size() * ratio).grownBy(room(HOVERED, ratio))
        self._picked, self._hovered = Layer(Paper()), Layer(Paper(whole))
        self._lasso = QtGui.QPolygonF()
        self._label, self._label_place, self._label_size = "", QtCore.QRect(), QtCore.QSize()
        self.cover()
        self.show()
        self.raise_()

    def show_shapes(
        self, picked: Sequence[Shape], hovered: Sequence[Shape], style: Style, transform: Any, later: bool = False
    ) -> None:
        """Show what is picked and what is hovered. Nothing is done where nothing has changed.

        ``later``: what is picked is not drawn in this call; another one comes soon.
        """
        changed = self._picked.show(picked, style, transform, self, later)
        changed |= self._hovered.show(hovered, style, transform, self)
        self._changed(changed)

    def prepare(self, outlines: Outlines, transform: Any) -> None:
        """Make ready a part of what drawing any of these needs; to be called again and again while there is time."""
        paths_of(outlines).prepare(abs(transform.determinant()) ** 0.5 * self.devicePixelRatioF())

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
        if text != self._label and text:
            self._label_size = self._size_of(text)
        place = self._place_at(pointer) if text and pointer is not None else QtCore.QRect()
        if (text, place) != (self._label, self._label_place):
            changed = QtGui.QRegion(self._label_place) | QtGui.QRegion(place)
            self._label, self._label_place = text, place
            self._changed(changed)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        with painting(self) as painter:
            for layer in (self._picked, self._hovered):
                if layer.place.intersects(event.rect()):
                    layer.paint(painter)
            if not self._lasso.isEmpty():
                draw_lasso(painter, self._lasso)
            if not self._label_place.isEmpty():
                self._draw_label(painter)

    def _changed(self, region: Any) -> None:
        if not region.isEmpty():
            self.update(region)

    def _size_of(self, text: str) -> Any:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(text) + 2 * LABEL_AROUND[0]
        return QtCore.QSize(width, metrics.height() + 2 * LABEL_AROUND[1])

    def _place_at(self, pointer: Any) -> Any:
        """Beside the pointer, on the side of it where there is room."""
        size = self._label_size
        x, y = round(pointer.x()) + LABEL_AWAY[0], round(pointer.y()) + LABEL_AWAY[1]
        if x + size.width() > self.width():
            x = round(pointer.x()) - LABEL_AWAY[0] - size.width()
        if y + size.height() > self.height():
            y = round(pointer.y()) - LABEL_AWAY[1] - size.height()
        return QtCore.QRect(QtCore.QPoint(max(0, x), max(0, y)), size)

    def _draw_label(self, painter: Any) -> None:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(LABEL_DARK)
        painter.drawRoundedRect(self._label_place, LABEL_AROUND[1], LABEL_AROUND[1])
        painter.setPen(LABEL_LIGHT)
        painter.drawText(self._label_place, QtCore.Qt.AlignmentFlag.AlignCenter, self._label)
