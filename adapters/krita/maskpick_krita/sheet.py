"""A sheet to draw on, over a canvas."""

from __future__ import annotations

from typing import Any

from maskpick_krita.qt import QtCore, QtWidgets


class Sheet(QtWidgets.QWidget):
    """A see-through child of the canvas that lets every event through."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        attributes = QtCore.Qt.WidgetAttribute
        for attribute in (
            attributes.WA_TransparentForMouseEvents,
            attributes.WA_NoSystemBackground,
            attributes.WA_TranslucentBackground,
        ):
            self.setAttribute(attribute)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)

    def cover(self) -> None:
        """Be as large as the canvas."""
        self.setGeometry(self.parentWidget().rect())
