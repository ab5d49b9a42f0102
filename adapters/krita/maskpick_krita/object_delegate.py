"""How one row of the list is drawn: the object's picture, its name, how large it is, and whether it is out of date."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.rows import Row, share_of
from maskpick_bridge.words import _
from maskpick_krita.object_model import ObjectModel
from maskpick_krita.qt import QtCore, QtGui, QtWidgets
from maskpick_krita.theme import AMBER, em, mixed

_SQUARES = 4
"""Pixels of a square of the board behind what is transparent."""


class ObjectDelegate(QtWidgets.QStyledItemDelegate):
    """Draws the rows of an `ObjectModel`; all of them are equally tall."""

    def sizeHint(self, option: Any, index: Any) -> Any:  # noqa: ARG002, N802 - Qt's name
        return QtCore.QSize(em(self.parent(), 6), em(self.parent(), 2.3))

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        model: ObjectModel = index.model()
        row = model.row_of(index)
        if row is None:
            return
        base, text = row_ground(self.parent(), index)
        painter.save()
        gap = em(self.parent(), 0.2)
        side = option.rect.height() - 2 * gap
        square = QtCore.QRect(option.rect.x() + 2 * gap, option.rect.y() + gap, side, side)
        self._draw_picture(painter, square, model.picture(row.id), mixed(base, text, 0.12))
        left = square.right() + 1 + 2 * gap
        words = QtCore.QRect(left, option.rect.y(), option.rect.right() - gap - left, option.rect.height())
        self._draw_words(painter, words, row, text if row.found else mixed(text, base, 0.5), base)
        painter.restore()

    def _draw_picture(self, painter: Any, square: Any, picture: Any, ground: Any) -> None:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        frame = QtGui.QPainterPath()
        frame.addRoundedRect(QtCore.QRectF(square), 3, 3)
        painter.save()
        painter.setClipPath(frame)
        painter.fillPath(frame, ground)
        if picture is not None:
            painter.fillRect(square, _board())
            size = picture.size().scaled(square.size(), QtCore.Qt.AspectRatioMode.KeepAspectRatio)
            place = QtCore.QRect(QtCore.QPoint(0, 0), size)
            place.moveCenter(square.center())
            painter.drawPixmap(place, picture)
        painter.restore()

    def _draw_words(self, painter: Any, words: Any, row: Row, text: Any, base: Any) -> None:
        font, small = painter.font(), painter.font()
        small.setPointSizeF(font.pointSizeF() * 0.88)
        metrics, small_metrics = QtGui.QFontMetrics(font), QtGui.QFontMetrics(small)
        height = metrics.height() + small_metrics.height()
        top = words.y() + (words.height() - height) // 2
        left = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter
        cut = QtCore.Qt.TextElideMode.ElideRight
        painter.setPen(text)
        line = QtCore.QRect(words.x(), top, words.width(), metrics.height())
        painter.drawText(line, left, metrics.elidedText(row.name, cut, words.width()))
        line = QtCore.QRect(words.x(), top + metrics.height(), words.width(), small_metrics.height())
        painter.setFont(small)
        if row.stale:
            dot = small_metrics.height() // 3
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(AMBER)
            painter.drawEllipse(line.x(), line.center().y() - dot // 2, dot, dot)
            line.setLeft(line.x() + 2 * dot)
        about = _("{share} · painted over") if row.stale else "{share}"
        said = about.format(share=share_of(row.area))
        painter.setPen(mixed(text, base, 0.35))
        painter.drawText(line, left, small_metrics.elidedText(said, cut, line.width()))


def row_ground(tree: Any, index: Any) -> tuple[Any, Any]:
    """The colours of a row's ground and of its words: whether it is picked, and whether it is pointed at."""
    palette, role = tree.palette(), QtGui.QPalette.ColorRole
    highlight, hovered = palette.color(role.Highlight), index.internalId() == tree.objects.hovered
    if tree.selectionModel().isSelected(index):
        return highlight.lighter(120) if hovered else highlight, palette.color(role.HighlightedText)
    base = palette.color(role.Base)
    return mixed(base, highlight, 0.35) if hovered else base, palette.color(role.Text)


def _board() -> Any:
    """A board of light and dark squares, as behind everything transparent."""
    tile = QtGui.QPixmap(2 * _SQUARES, 2 * _SQUARES)
    tile.fill(QtGui.QColor(150, 150, 150))
    painter = QtGui.QPainter(tile)
    for corner in (0, _SQUARES):
        painter.fillRect(corner, corner, _SQUARES, _SQUARES, QtGui.QColor(110, 110, 110))
    painter.end()
    return QtGui.QBrush(tile)
