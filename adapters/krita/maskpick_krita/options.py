"""The edge of what is picked: soft or hard, grown or shrunk, feathered. The canvas shows it while it is changed."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.session import Edge
from maskpick_bridge.words import _
from maskpick_krita.qt import QtCore, QtWidgets
from maskpick_krita.theme import em, set_icon

MOST_GROW, MOST_FEATHER = 50.0, 50.0
"""Pixels, of the slider; the number beside it takes more."""
FINE = 10
"""Steps of the slider in a pixel."""


class EdgeOptions(QtWidgets.QWidget):
    """Shows an `Edge`. ``changed(edge)`` comes with every change of the artist's."""

    changed = QtCore.pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._edge = Edge()
        self._soft, self._hard = QtWidgets.QRadioButton(_("Soft")), QtWidgets.QRadioButton(_("Hard"))
        self._soft.setObjectName("maskpick_soft")
        self._hard.setObjectName("maskpick_hard")
        self._soft.setToolTip(_("Edges as fine as they were found, half covered where they should be"))
        self._hard.setToolTip(_("Every pixel in or out, for pixel art and flat colours"))
        group = QtWidgets.QButtonGroup(self)
        for button in (self._soft, self._hard):
            group.addButton(button)
            button.clicked.connect(self._moved)
        self._reset = QtWidgets.QToolButton()
        self._reset.setObjectName("maskpick_edge_reset")
        self._reset.setAutoRaise(True)
        self._reset.setToolTip(_("Edges as they were found"))
        set_icon(self._reset, "edit-undo")
        self._reset.clicked.connect(lambda: self._set(Edge()))
        self._grow = Amount("maskpick_grow", -MOST_GROW, MOST_GROW)
        self._feather = Amount("maskpick_feather", 0.0, MOST_FEATHER)
        kinds = QtWidgets.QHBoxLayout()
        kinds.setSpacing(em(self, 0.7))
        kinds.addWidget(self._soft)
        kinds.addWidget(self._hard)
        kinds.addStretch(1)
        kinds.addWidget(self._reset)
        form = QtWidgets.QGridLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(em(self, 0.4))
        form.setVerticalSpacing(em(self, 0.2))
        form.setColumnStretch(1, 1)
        form.addWidget(QtWidgets.QLabel(_("Edge")), 0, 0)
        form.addLayout(kinds, 0, 1)
        for row, (label, amount) in enumerate(((_("Grow"), self._grow), (_("Feather"), self._feather)), 1):
            form.addWidget(QtWidgets.QLabel(label), row, 0)
            form.addWidget(amount, row, 1)
            amount.changed.connect(self._moved)
        self._show(self._edge)

    def show_edge(self, edge: Edge) -> None:
        """Show another edge, without telling. One that is shown is left alone: its number may just be written."""
        if edge != self._edge:
            self._show(edge)

    def _show(self, edge: Edge) -> None:
        self._edge = edge
        (self._hard if edge.hard else self._soft).setChecked(True)
        self._grow.show_value(edge.grow)
        self._feather.show_value(edge.feather)
        self._reset.setEnabled(edge != Edge())

    def _moved(self, *_: Any) -> None:
        self._set(Edge(self._grow.value(), self._feather.value(), self._hard.isChecked()))

    def _set(self, edge: Edge) -> None:
        if edge != self._edge:
            self._show(edge)
            self.changed.emit(edge)


class Amount(QtWidgets.QWidget):
    """A slider and a number, in pixels. ``changed`` comes with every change of the artist's."""

    changed = QtCore.pyqtSignal()

    def __init__(self, name: str, least: float, most: float) -> None:
        super().__init__()
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setObjectName(f"{name}_slider")
        self._slider.setRange(round(least * FINE), round(most * FINE))
        self._slider.setPageStep(FINE)
        self._number = QtWidgets.QDoubleSpinBox()
        self._number.setObjectName(name)
        self._number.setRange(10 * least, 10 * most)
        self._number.setDecimals(1)
        self._number.setSuffix(_(" px"))
        self._number.setFixedWidth(em(self, 4.6))
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(em(self, 0.3))
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self._slider.valueChanged.connect(lambda value: self._number.setValue(value / FINE))
        self._number.valueChanged.connect(self._told)

    def value(self) -> float:
        return float(self._number.value())

    def show_value(self, value: float) -> None:
        """Show another value, without telling."""
        blocked = [QtCore.QSignalBlocker(one) for one in (self._slider, self._number)]
        self._number.setValue(value)
        self._slider.setValue(round(value * FINE))
        for one in blocked:
            one.unblock()

    def _told(self, value: float) -> None:
        blocked = QtCore.QSignalBlocker(self._slider)
        self._slider.setValue(round(value * FINE))
        blocked.unblock()
        self.changed.emit()
