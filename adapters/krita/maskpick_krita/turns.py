"""Work that may wait a moment, one piece a turn of Krita's own thread, so that Krita paints and listens in between."""

from __future__ import annotations

import collections
from typing import Any, Callable, Deque

from maskpick_krita.qt import QtCore

BREATH = 10
"""Milliseconds from one piece to the next: in them what the first has changed is painted."""


class Turns(QtCore.QObject):
    """Pieces of work in the order they came in; the first comes at the next turn. One that waits already waits once."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._waiting: Deque[Callable[[], object]] = collections.deque()
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)

    @property
    def waiting(self) -> bool:
        """Whether there is something left to do."""
        return bool(self._waiting)

    def add(self, piece: Callable[[], object]) -> None:
        if piece not in self._waiting:
            self._waiting.append(piece)
            if not self._timer.isActive():
                self._timer.start(0)

    def _next(self) -> None:
        if self._waiting:
            piece = self._waiting.popleft()
            self._timer.start(BREATH)  # also after the last: the next may come at once
            piece()
