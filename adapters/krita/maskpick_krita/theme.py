"""How the docker's parts are drawn: measured by the font, coloured by Krita's theme, with Krita's own icons."""

from __future__ import annotations

from typing import Any

from krita import Krita

from maskpick_krita.qt import QtCore, QtGui, QtWidgets

_NAME = "maskpick_icon"

RED, AMBER, BLUE = QtGui.QColor(218, 68, 83), QtGui.QColor(246, 166, 35), QtGui.QColor(61, 139, 220)


def em(widget: Any, times: float = 1.0) -> int:
    """So many line heights of the widget's font, in pixels: what all lengths are measured by."""
    return round(widget.fontMetrics().height() * times)


def mixed(one: Any, other: Any, share: float) -> Any:
    """``share`` (0..1) of the colour ``other`` in ``one``."""
    return QtGui.QColor(*(round(a + (b - a) * share) for a, b in zip(one.getRgb(), other.getRgb())))


def quiet(palette: Any) -> Any:
    """The colour for what is said beside the point."""
    role = QtGui.QPalette.ColorRole
    return mixed(palette.color(role.WindowText), palette.color(role.Window), 0.35)


def icon(name: str) -> Any:
    """One of Krita's icons, in the shade that the theme in use asks for."""
    return Krita.instance().icon(name)


def set_icon(owner: Any, name: str) -> None:
    """Give a button or an action an icon that follows the theme; see `renew_icons`."""
    owner.setProperty(_NAME, name)
    owner.setIcon(icon(name))


def renew_icons(widget: Any) -> None:
    """Draw the icons of all that is in a widget anew, after the theme has changed."""
    for one in widget.findChildren(QtCore.QObject):
        name = one.property(_NAME)
        if name:
            one.setIcon(icon(name))


class Switch(QtWidgets.QToolButton):
    """A button that stays down, and is seen to: in the theme's colour of what is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        if not (self.isChecked() and self.isEnabled()):
            super().paintEvent(event)
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QtGui.QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        place = QtCore.QRect(QtCore.QPoint(0, 0), self.iconSize())
        place.moveCenter(self.rect().center())
        self.icon().paint(painter, place)
        painter.end()
