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
    """Draws the rows of an `ObjectTree`; all of them are equally tall."""

    def __init__(self, tree: Any) -> None:
        super().__init__(tree)
        self._tree = tree
        self._font: Any = None
        self._board = _board()

    def sizeHint(self, option: Any, index: Any) -> Any:  # noqa: ARG002, N802 - Qt's name
        return QtCore.QSize(em(self._tree, 6), em(self._tree, 2.3))

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        model: ObjectModel = index.model()
        row = model.row_of(index)
        if row is None:
            return
        self._measure(option.font)
        base, text = row_ground(self._tree, index)
        gap, rect = self._gap, option.rect
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        side = rect.height() - 2 * gap
        square = QtCore.QRect(rect.x() + 2 * gap, rect.y() + gap, side, side)
        self._draw_picture(painter, square, model.picture(row.id), mixed(base, text, 0.12))
        left = square.right() + 1 + 2 * gap
        words = QtCore.QRect(left, rect.y(), rect.right() - gap - left, rect.height())
        self._draw_words(painter, words, row, text if row.found else mixed(text, base, 0.5), base)
        painter.restore()

    def _measure(self, font: Any) -> None:
        """What depends on the font; it costs as much as all the rest, and seldom changes."""
        if font != self._font:
            # Copies: what the option holds goes away with it.
            self._font, self._small = QtGui.QFont(font), QtGui.QFont(font)
            self._small.setPointSizeF(font.pointSizeF() * 0.88)
            self._metrics, self._small_metrics = QtGui.QFontMetrics(font), QtGui.QFontMetrics(self._small)
            self._gap = em(self._tree, 0.2)

    def _draw_picture(self, painter: Any, square: Any, picture: Any, ground: Any) -> None:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(ground if picture is None else self._board)
        painter.setBrushOrigin(square.topLeft())
        painter.drawRoundedRect(square, 3, 3)
        if picture is not None:
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
            size = picture.size().scaled(square.size(), QtCore.Qt.AspectRatioMode.KeepAspectRatio)
            place = QtCore.QRect(QtCore.QPoint(0, 0), size)
            place.moveCenter(square.center())
            painter.drawPixmap(place, picture)

    def _draw_words(self, painter: Any, words: Any, row: Row, text: Any, base: Any) -> None:
        first, second = self._metrics.height(), self._small_metrics.height()
        top = words.y() + (words.height() - first - second) // 2
        left = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter
        cut = QtCore.Qt.TextElideMode.ElideRight
        painter.setFont(self._font)
        painter.setPen(text)
        line = QtCore.QRect(words.x(), top, words.width(), first)
        painter.drawText(line, left, self._metrics.elidedText(row.name, cut, words.width()))
        line = QtCore.QRect(words.x(), top + first, words.width(), second)
        said = share_of(row.area)
        if row.stale:
            said = _("{share} · painted over").format(share=said)
            dot = second // 3
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(AMBER)
            painter.drawEllipse(line.x(), line.center().y() - dot // 2, dot, dot)
            line.setLeft(line.x() + 2 * dot)
        painter.setFont(self._small)
        painter.setPen(mixed(text, base, 0.35))
        painter.drawText(line, left, self._small_metrics.elidedText(said, cut, line.width()))


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
