"""Knows when something was done to the document in front, without looking at a pixel.

Krita tells plug-ins nothing of painting, but its list of what can be undone is drawn anew with every step; the model
behind that list is there whether the list is seen or not. Where it cannot be found, everything counts as done.
"""

from __future__ import annotations

from typing import Any

from maskpick_krita.qt import QtCore, QtWidgets

HISTORY = "History"
"""The docker with that list, as Krita calls it inside."""


class PaintWatch(QtCore.QObject):
    """``done`` comes after a step, an undo or a redo; a few times for each. ``works``: whether it ever will."""

    done = QtCore.pyqtSignal()

    def __init__(self, window: Any, parent: Any = None) -> None:
        super().__init__(parent)
        history = window.findChild(QtWidgets.QDockWidget, HISTORY)
        views = history.findChildren(QtWidgets.QListView) if history is not None else []
        self.works = bool(views)
        for view in views:
            view.model().modelReset.connect(self.done)
