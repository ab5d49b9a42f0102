"""Shows on the canvas what is picked and pointed at in the docker, while the brush is in the hand: picking is off."""

from __future__ import annotations

from typing import Any

from maskpick_bridge.highlight import hovered
from maskpick_bridge.session import Session
from maskpick_krita.canvas import document_id, image_to_canvas, shown
from maskpick_krita.drawing import Style
from maskpick_krita.overlay import Overlay
from maskpick_krita.qt import QtCore

LOOK_EVERY = 33
"""Milliseconds between looks at where the canvas has gone."""


class Glow(QtCore.QObject):
    """An overlay that takes nothing: neither the pointer nor the keys. ``style`` may change while it is shown."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self.style = Style()
        self._document = ""
        self._overlay: Any = None
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)

    def show(self, session: Session, document: str, style: Style) -> None:
        """Show a session's objects over its document, until `hide`."""
        self._session, self._document, self.style = session, document, style
        self._timer.start()
        self.look()

    def hide(self) -> None:
        self._timer.stop()
        self._session = None
        if self._overlay is not None:
            overlay, self._overlay = self._overlay, None
            overlay.destroyed.disconnect(self._gone)
            overlay.hide()
            overlay.deleteLater()

    def look(self) -> None:
        """Follow the objects and the canvas."""
        seen = next((one for one in shown() if document_id(one.view) == self._document), None)
        if seen is None or self._session is None:
            self.hide()
            return
        if self._overlay is None:
            self._overlay = Overlay(seen.canvas)
            self._overlay.destroyed.connect(self._gone)
        self._overlay.cover()
        transform = image_to_canvas(seen.view)
        picked = self.style.of_picked(self._session)
        self._overlay.show_shapes(picked, hovered(self._session), self.style, transform)

    def _gone(self) -> None:
        """The canvas has taken its overlay along."""
        self._overlay = None
