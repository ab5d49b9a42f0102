"""The edge of what is picked: soft, hard or fine, grown or shrunk, feathered. The canvas shows it as it is changed."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.session import Edge
from maskpick_bridge.words import _
from maskpick_krita.edges import FINE, HARD, LABELS, SOFT, edge_of, kind_of
from maskpick_krita.qt import QtCore, QtGui, QtWidgets
from maskpick_krita.theme import em, quiet, set_icon

MOST_GROW, MOST_FEATHER = 50.0, 50.0
"""Pixels, of the slider; the number beside it takes more."""
STEPS = 10
"""Of the slider in a pixel."""


class EdgeOptions(QtWidgets.QWidget):
    """Shows an `Edge`. ``changed(edge)`` comes with every change of the artist's."""

    changed = QtCore.pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._edge = Edge()
        helps = {
            SOFT: _("Edges as they were found, half covered where they should be"),
            HARD: _("Every pixel in or out, for pixel art and flat colours"),
            FINE: _("Looked up in the picture, strand by strand: for hair, fur, leaves, and what is out of focus"),
        }
        self._kinds = {kind: QtWidgets.QRadioButton(label()) for kind, label in LABELS.items()}
        group = QtWidgets.QButtonGroup(self)
        for kind, button in self._kinds.items():
            button.setObjectName(f"maskpick_{kind}")
            button.setToolTip(helps[kind])
            group.addButton(button)
            button.clicked.connect(self._moved)
        self._said = QtWidgets.QLabel()
        self._said.setObjectName("maskpick_fine_said")
        self._said.setWordWrap(True)
        self._reset = QtWidgets.QToolButton()
        self._reset.setObjectName("maskpick_edge_reset")
        self._reset.setAutoRaise(True)
        self._reset.setToolTip(_("Edges as they were found"))
        set_icon(self._reset, "edit-undo")
        self._reset.clicked.connect(lambda: self._set(Edge()))
        self._grow = Amount("maskpick_grow", -MOST_GROW, MOST_GROW)
        self._feather = Amount("maskpick_feather", 0.0, MOST_FEATHER)
        kinds = QtWidgets.QHBoxLayout()
        kinds.setSpacing(em(self, 0.3))
        for button in self._kinds.values():
            kinds.addWidget(button)
        kinds.addStretch(1)
        kinds.addWidget(self._reset)
        form = QtWidgets.QGridLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(em(self, 0.4))
        form.setVerticalSpacing(em(self, 0.2))
        form.setColumnStretch(1, 1)
        form.addWidget(QtWidgets.QLabel(_("Edge")), 0, 0)
        form.addLayout(kinds, 0, 1)
        form.addWidget(self._said, 1, 1)
        for row, (label, amount) in enumerate(((_("Grow"), self._grow), (_("Feather"), self._feather)), 2):
            form.addWidget(QtWidgets.QLabel(label), row, 0)
            form.addWidget(amount, row, 1)
            amount.changed.connect(self._moved)
        self._show(self._edge)
        self._colour()

    def changeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        palette = QtGui.QPalette(self.palette())
        palette.setColor(QtGui.QPalette.ColorRole.WindowText, quiet(palette))
        self._said.setPalette(palette)

    def show_edge(self, edge: Edge, looking: bool) -> None:
        """Show another edge, without telling. One that is shown is left alone: its number may just be written.

        ``looking``: a fine one is being looked for, and the outline is still soft.
        """
        said = _("Looking the edge up in the picture…") if looking else _("For hair, fur, leaves, and blur.")
        self._said.setText(said)
        if edge != self._edge:
            self._show(edge)

    def _show(self, edge: Edge) -> None:
        self._edge = edge
        self._kinds[kind_of(edge)].setChecked(True)
        self._said.setVisible(edge.fine)
        self._grow.show_value(edge.grow)
        self._feather.show_value(edge.feather)
        self._reset.setEnabled(edge != Edge())

    def _moved(self, *_: Any) -> None:
        kind = next(kind for kind, button in self._kinds.items() if button.isChecked())
        self._set(edge_of(kind)._replace(grow=self._grow.value(), feather=self._feather.value()))

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
        self._slider.setRange(round(least * STEPS), round(most * STEPS))
        self._slider.setPageStep(STEPS)
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
        self._slider.valueChanged.connect(lambda value: self._number.setValue(value / STEPS))
        self._number.valueChanged.connect(self._told)

    def value(self) -> float:
        return float(self._number.value())

    def show_value(self, value: float) -> None:
        """Show another value, without telling."""
        blocked = [QtCore.QSignalBlocker(one) for one in (self._slider, self._number)]
        self._number.setValue(value)
        self._slider.setValue(round(value * STEPS))
        for one in blocked:
            one.unblock()

    def _told(self, value: float) -> None:
        blocked = QtCore.QSignalBlocker(self._slider)
        self._slider.setValue(round(value * STEPS))
        blocked.unblock()
        self.changed.emit()
