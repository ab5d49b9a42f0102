"""The colours on the canvas: what the artist has set, and the page of the settings to set it on."""

from __future__ import annotations

from typing import Any, Callable

from maskpick_bridge.highlight import HOVERED, PICKED
from maskpick_bridge.words import _
from maskpick_krita.drawing import Style
from maskpick_krita.qt import QtCore, QtGui, QtWidgets
from maskpick_krita.studio import WITH_SHADOW, Studio
from maskpick_krita.theme import em

_USUAL = {"picked": PICKED.tint, "hovered": HOVERED.tint}
_MOST = 200
"""Per cent of the usual tint, at most."""


def style(read: Callable[[str, str], str]) -> Style:
    """As the artist has set it. ``read`` gives a setting, or the second argument."""
    picked, hovered = (_colour(read(f"{name}_colour", "")) for name in _USUAL)
    try:
        opacity = float(read("opacity", "1"))
    except ValueError:
        opacity = 1.0
    return Style(picked, hovered, opacity, shadows=read(WITH_SHADOW, "") == "yes")


class LookPage(QtWidgets.QWidget):
    """Two colours and how much they cover; seen on the canvas at once."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        form = QtWidgets.QFormLayout(self)
        self._colours = {}
        for name, label in (("picked", _("Picked")), ("hovered", _("Pointed at"))):
            button = QtWidgets.QPushButton()
            button.setObjectName(f"maskpick_colour_{name}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, name=name: self._ask_colour(name))
            self._colours[name] = button
            form.addRow(label, button)
        self._opacity = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._opacity.setObjectName("maskpick_opacity")
        self._opacity.setRange(0, _MOST)
        self._opacity.valueChanged.connect(lambda value: self._set("opacity", str(value / 100)))
        form.addRow(_("Tint"), self._opacity)
        usual = QtWidgets.QPushButton(_("As at first"))
        usual.setObjectName("maskpick_look_reset")
        usual.setAutoDefault(False)
        usual.clicked.connect(self._reset)
        form.addRow("", usual)
        self._show()

    def _set(self, name: str, value: str) -> None:
        self._studio.write(name, value)
        self._studio.changed.emit()

    def _ask_colour(self, name: str) -> None:
        colour = QtWidgets.QColorDialog.getColor(self._now(name), self)
        if colour.isValid():
            self._set(f"{name}_colour", colour.name())
            self._show()

    def _now(self, name: str) -> Any:
        rgb = getattr(style(self._studio.read), name) or _USUAL[name][:3]
        return QtGui.QColor(*(round(255 * value) for value in rgb))

    def _show(self) -> None:
        for name, button in self._colours.items():
            swatch = QtGui.QPixmap(em(self, 4), em(self, 1))
            swatch.fill(self._now(name))
            button.setIcon(QtGui.QIcon(swatch))
            button.setIconSize(swatch.size())
        blocked = QtCore.QSignalBlocker(self._opacity)
        self._opacity.setValue(round(100 * style(self._studio.read).opacity))
        blocked.unblock()

    def _reset(self) -> None:
        for name in ("picked_colour", "hovered_colour", "opacity"):
            self._studio.write(name, "")
        self._show()
        self._studio.changed.emit()


def _colour(text: str) -> tuple[float, float, float] | None:
    colour = QtGui.QColor(text)
    return (colour.redF(), colour.greenF(), colour.blueF()) if text and colour.isValid() else None
