"""What is picked, and what can be made of it."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.rows import summary
from maskpick_bridge.words import _
from maskpick_krita import actions
from maskpick_krita.desk import Desk
from maskpick_krita.qt import QtCore, QtWidgets
from maskpick_krita.theme import em, set_icon

_SHADOW = "maskpick_with_shadow"
_ROWS = (
    (actions.SELECTION,),
    (actions.LAYERS, actions.ALL_TO_LAYERS),
    (actions.LAYER_MASKS, actions.SELECTION_MASKS),
    (actions.REMOVE, _SHADOW),
)
"""What stands beside what, where there is room."""


class Summary(QtWidgets.QWidget):
    """What is picked and its size, with all, none and the others."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._said = QtWidgets.QLabel()
        self._said.setObjectName("maskpick_summary")
        self._said.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._said, 1)
        self._buttons = [self._button(key) for key in (actions.PICK_INVERT, actions.PICK_NONE)]
        for button in self._buttons:
            row.addWidget(button)

    def renew(self) -> None:
        session = self._desk.session
        picking = session.picking if session is not None else None
        if session is None or picking is None:
            return
        text = summary(picking, session.area)
        cut = QtCore.Qt.TextElideMode.ElideRight
        self._said.setText(self._said.fontMetrics().elidedText(text, cut, max(1, self._said.width())))
        self._said.setToolTip(text)
        self._buttons[1].setEnabled(bool(picking))

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.renew()

    def _button(self, key: str) -> Any:
        button = QtWidgets.QToolButton()
        button.setObjectName(key)
        button.setAutoRaise(True)
        button.setToolTip(actions.ACTIONS[key].help())
        set_icon(button, actions.ACTIONS[key].icon)
        button.clicked.connect(lambda: self._desk.do(key))
        return button


class Results(QtWidgets.QWidget):
    """A button for everything that can be made of what is picked."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(em(self, 0.3))
        self._columns = 0
        self._parts = {key: self._check() if key == _SHADOW else self._button(key) for row in _ROWS for key in row}
        self._arrange(2)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        widest = max(part.sizeHint().width() for part in self._parts.values())
        self._arrange(2 if self.width() >= 2 * widest + self._grid.spacing() else 1)

    def _arrange(self, columns: int) -> None:
        """Two beside one another, or one, where the words would not fit."""
        if columns != self._columns:
            self._columns = columns
            rows = _ROWS if columns == 2 else [(key,) for key in self._parts]
            for row, keys in enumerate(rows):
                for column, key in enumerate(keys):
                    self._grid.addWidget(self._parts[key], row, column, 1, columns - len(keys) + 1)
            self._grid.setColumnStretch(0, 1)
            self._grid.setColumnStretch(1, columns - 1)

    def renew(self) -> None:
        for key, part in self._parts.items():
            part.setEnabled(self._desk.can(actions.REMOVE if key == _SHADOW else key))
        self._parts[_SHADOW].setChecked(self._desk.with_shadow)

    def _check(self) -> Any:
        check = QtWidgets.QCheckBox(_("with its shadow"))
        check.setObjectName(_SHADOW)
        check.setToolTip(_("Remove the shadow at its foot as well, where it can be told from the ground"))
        check.clicked.connect(self._desk.set_with_shadow)
        return check

    def _button(self, key: str) -> Any:
        action = actions.ACTIONS[key]
        button = QtWidgets.QToolButton()
        button.setObjectName(key)
        button.setText(action.label())
        button.setToolTip(actions.ACTIONS[key].help())
        button.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(em(self, 1.8))
        button.setMinimumWidth(em(self, 5))
        set_icon(button, action.icon)
        button.clicked.connect(lambda: self._desk.do(key))
        if key == actions.SELECTION:
            menu = QtWidgets.QMenu(button)
            for other in actions.SELECTION_WAYS:
                entry = menu.addAction(actions.ACTIONS[other].label(), lambda other=other: self._desk.do(other))
                set_icon(entry, actions.ACTIONS[other].icon)
            button.setMenu(menu)
            button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button
