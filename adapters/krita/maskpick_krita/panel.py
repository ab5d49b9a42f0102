"""All that is in the docker, from top to bottom: find, what is to be said, the list, the edge, what becomes of it."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.session import OBJECTS, PICKS, STATE
from maskpick_krita import actions
from maskpick_krita.desk import Desk
from maskpick_krita.finding import FindBar
from maskpick_krita.object_list import ObjectList
from maskpick_krita.options import EdgeOptions
from maskpick_krita.qt import QtCore, QtWidgets
from maskpick_krita.results import Results, Summary
from maskpick_krita.saying import Card
from maskpick_krita.sayings import saying
from maskpick_krita.theme import em, renew_icons, set_icon


class Panel(QtWidgets.QWidget):
    """Shows a `Desk`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("maskpick_panel")
        self._desk = desk
        self._find, self._card = FindBar(desk), Card()
        self._list = ObjectList(desk.studio.read, desk.studio.write)
        self._summary, self._edge, self._results = Summary(desk), EdgeOptions(), Results(desk)
        self._found, self._nothing = QtWidgets.QWidget(), QtWidgets.QWidget()
        below = QtWidgets.QVBoxLayout(self._found)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(em(self, 0.4))
        below.addWidget(self._list, 1)
        for part in (self._summary, self._edge, self._results):
            below.addWidget(part)
        column = QtWidgets.QVBoxLayout(self)
        gap = em(self, 0.4)
        column.setContentsMargins(gap, gap, gap, gap)
        column.setSpacing(em(self, 0.5))
        column.addWidget(self._find)
        column.addWidget(self._card)
        column.addWidget(self._found, 1)
        column.addWidget(self._nothing, 1)
        self._edge.changed.connect(desk.set_edge)
        self._list.tree.customContextMenuRequested.connect(self._menu)
        self._due = {OBJECTS}
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._renew)
        desk.changed.connect(self._changed)
        self._renew()

    def enterEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        super().enterEvent(event)
        self._desk.point(inside=True)

    def leaveEvent(self, event: Any) -> None:  # noqa: N802
        super().leaveEvent(event)
        self._desk.point(inside=False)

    def showEvent(self, event: Any) -> None:  # noqa: N802
        super().showEvent(event)
        if self._desk.work is not None:
            self._desk.studio.greet()

    def changeEvent(self, event: Any) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QtCore.QEvent.Type.PaletteChange, QtCore.QEvent.Type.StyleChange):
            renew_icons(self)

    def _changed(self, what: str) -> None:
        """Show it in a moment, all that has come till then at once: who tells of it is not kept waiting."""
        self._due.add(what)
        self._soon.start()

    def _renew(self) -> None:
        due, self._due = self._due, set()
        session = self._desk.session
        found = session is not None and session.file is not None
        if due & {OBJECTS, STATE}:
            self._find.renew()
            self._card.say(saying(self._desk))
            self._found.setVisible(found)
            self._nothing.setVisible(not found)
        if OBJECTS in due:
            self._list.show_session(session)
            if session is not None:
                self._edge.show_edge(session.edge)
        elif PICKS in due:
            self._list.follow()
        if found:
            self._summary.renew()
            self._results.renew()

    def _menu(self, point: Any) -> None:
        """What can be done with the objects, where they are."""
        menu = QtWidgets.QMenu(self)
        for key in (
            *actions.SELECTION_WAYS,
            None,
            actions.LAYERS,
            actions.LAYER_MASKS,
            actions.SELECTION_MASKS,
            None,
            actions.REMOVE,
            None,
            actions.PICK_INVERT,
            actions.PICK_NONE,
        ):
            if key is None:
                menu.addSeparator()
                continue
            entry = menu.addAction(actions.ACTIONS[key].label(), lambda key=key: self._desk.do(key))
            set_icon(entry, actions.ACTIONS[key].icon)
            entry.setEnabled(self._desk.can(key))
        menu.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._list.tree.viewport().mapToGlobal(point))
