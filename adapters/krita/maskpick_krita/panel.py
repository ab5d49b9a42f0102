"""All that is in the docker, from top to bottom: find, what is to be said, the list, the edge, what becomes of it."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.session import OBJECTS, PICKS, PREVIEW, STATE
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
        self._found, self._below, self._nothing = QtWidgets.QWidget(), QtWidgets.QWidget(), QtWidgets.QWidget()
        self._stack(self._below, self._summary, self._edge, self._results)
        self._stack(self._found, self._list, self._below).setStretch(0, 1)
        # It is shown a moment after the list, which is not to be drawn twice for that.
        keep = self._below.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._below.setSizePolicy(keep)
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
        self._parts = {
            STATE: (self._show_head, self._show_below),
            OBJECTS: (self._show_head, self._show_list, self._show_below),
            PICKS: (self._list.follow, self._show_below),
            PREVIEW: (self._show_below,),
        }
        desk.changed.connect(self._changed)
        self._changed(OBJECTS)

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
        """Show it in a moment, and a part at a time: all at once would take longer than a frame of the screen."""
        for show in self._parts[what]:
            self._desk.turns.add(show)

    def _show_head(self) -> None:
        self._find.renew()
        self._card.say(saying(self._desk))

    def _show_list(self) -> None:
        self._found.setVisible(self._has_objects)
        self._nothing.setVisible(not self._has_objects)
        self._list.show_session(self._desk.session)

    def _show_below(self) -> None:
        session = self._desk.session
        self._below.setVisible(self._has_objects)
        if session is not None and self._has_objects:
            self._edge.show_edge(session.edge, session.looking_for_edge)
            self._summary.renew()
            self._results.renew()

    @property
    def _has_objects(self) -> bool:
        session = self._desk.session
        return session is not None and session.file is not None

    def _stack(self, around: Any, *parts: Any) -> Any:
        """Parts one below the other."""
        column = QtWidgets.QVBoxLayout(around)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.4))
        for part in parts:
            column.addWidget(part)
        return column

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
