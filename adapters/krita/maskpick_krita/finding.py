"""The head of the docker: *Find objects*, where and with which engine; while something runs, how far it is."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.words import _
from maskpick_krita import actions
from maskpick_krita.actions import CANCEL, FIND, PICK
from maskpick_krita.desk import Desk
from maskpick_krita.documents import LAYER, SELECTION, VISIBLE
from maskpick_krita.qt import QtCore, QtWidgets
from maskpick_krita.theme import Switch, em, set_icon

WIDE = 19
"""Line heights from which on the two choices stand side by side."""


class FindBar(QtWidgets.QWidget):
    """Shows a `Desk`, and tells it what is wanted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stack = QtWidgets.QStackedLayout()
        self._stack.addWidget(self._idle())
        self._stack.addWidget(self._busy())
        self._choices = QtWidgets.QBoxLayout(QtWidgets.QBoxLayout.Direction.TopToBottom)
        self._choices.setSpacing(em(self, 0.3))
        self._source, self._engine = _choice("maskpick_source"), _choice("maskpick_engine")
        self._source.setToolTip(_("Where to look for objects"))
        self._engine.setToolTip(_("What finds the objects"))
        for key, label in sources():
            self._source.addItem(label, key)
        self._choices.addWidget(self._source, 4)
        self._choices.addWidget(self._engine, 5)  # titles of engines are longer
        self._source.activated.connect(lambda _index: desk.set_source(self._source.currentData()))
        self._engine.activated.connect(lambda _index: desk.studio.choose("engine", self._engine.currentData()))
        self._settings = QtWidgets.QToolButton()
        self._settings.setObjectName("maskpick_settings_button")
        self._settings.setAutoRaise(True)
        self._settings.setToolTip(_("Settings"))
        set_icon(self._settings, "configure")
        self._settings.clicked.connect(desk.open_settings)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(em(self, 0.3))
        row.addLayout(self._choices, 1)
        row.addWidget(self._settings, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Fixed)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.4))
        column.addLayout(self._stack)
        column.addLayout(row)

    def renew(self) -> None:
        """Show the desk as it is now."""
        desk, session = self._desk, self._desk.session
        busy = desk.working
        self._stack.setCurrentIndex(1 if busy else 0)
        if busy and session is not None:
            self._say(session.stage or _("Starting"), session.fraction)
        found = session is not None and session.file is not None
        self._find.setText(_("Find again") if found else _("Find objects"))
        self._find.setEnabled(desk.can(FIND))
        self._pick.setEnabled(found)
        self._pick.setChecked(desk.picking)
        for choice in (self._source, self._engine):
            choice.setEnabled(not busy)
        self._source.setCurrentIndex(self._source.findData(desk.source))
        self._show_engines()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        direction = QtWidgets.QBoxLayout.Direction
        wide = self.width() >= em(self, WIDE)
        self._choices.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def _show_engines(self) -> None:
        desk = self._desk
        told = [(engine.title, engine.name) for engine in desk.studio.finders]
        shown = [(self._engine.itemText(row), self._engine.itemData(row)) for row in range(self._engine.count())]
        if told != shown:
            self._engine.clear()
            for title, name in told:
                self._engine.addItem(title, name)
        self._engine.setCurrentIndex(self._engine.findData(desk.studio.finder))
        self._engine.setVisible(bool(told))

    def _idle(self) -> Any:
        self._find = QtWidgets.QPushButton(_("Find objects"))
        self._find.setObjectName("maskpick_find")
        set_icon(self._find, "tools-wizard")
        font = self._find.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.1)
        self._find.setFont(font)
        self._find.clicked.connect(lambda: self._desk.do(FIND))
        self._pick = Switch()
        self._pick.setObjectName("maskpick_pick")
        set_icon(self._pick, "select")
        self._pick.clicked.connect(self._desk.set_picking)
        for button, action in ((self._find, FIND), (self._pick, PICK)):
            button.setMinimumHeight(em(self, 2.1))
            button.setToolTip(actions.ACTIONS[action].help())
        self._pick.setMinimumWidth(em(self, 2.4))
        return _row(self._find, self._pick)

    def _busy(self) -> Any:
        self._stage = QtWidgets.QLabel()
        self._stage.setObjectName("maskpick_stage")
        # A long stage must not widen the docker.
        self._stage.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self._progress = QtWidgets.QProgressBar()
        self._progress.setObjectName("maskpick_progress")
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 1000)
        self._progress.setFixedHeight(em(self, 0.5))
        said = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(said)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.2))
        column.addWidget(self._stage)
        column.addWidget(self._progress)
        self._cancel = QtWidgets.QPushButton(_("Cancel"))
        self._cancel.setObjectName("maskpick_cancel")
        self._cancel.setMinimumHeight(em(self, 2.1))
        self._cancel.clicked.connect(lambda: self._desk.do(CANCEL))
        return _row(said, self._cancel)

    def _say(self, stage: str, fraction: float) -> None:
        cut = QtCore.Qt.TextElideMode.ElideRight
        self._stage.setText(self._stage.fontMetrics().elidedText(stage, cut, max(1, self._stage.width())))
        self._stage.setToolTip(stage)
        self._progress.setRange(0, 1000 if fraction > 0 else 0)  # 0..0 is a bar that only says: something goes on
        self._progress.setValue(round(1000 * fraction))


def sources() -> list[tuple[str, str]]:
    """What objects can be looked for in, and how it is called."""
    return [(VISIBLE, _("Visible image")), (LAYER, _("Current layer")), (SELECTION, _("Selected area"))]


def _choice(name: str) -> Any:
    """A list to choose from that may be narrower than what stands in it."""
    choice = QtWidgets.QComboBox()
    choice.setObjectName(name)
    choice.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
    choice.setMinimumWidth(em(choice, 6))
    return choice


def _row(wide: Any, narrow: Any) -> Any:
    row = QtWidgets.QWidget()
    layout = QtWidgets.QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(em(row, 0.3))
    layout.addWidget(wide, 1)
    layout.addWidget(narrow)
    return row
