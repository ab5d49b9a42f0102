"""The one place that knows that there are two Qts. Everything else is written for Qt 6, which Qt 5 nearly is.

Enums are written by their full names (``Qt.MouseButton.LeftButton``), which both have, and dialogs run by ``exec``.
"""

from __future__ import annotations

import importlib
from typing import Any

from krita import DockWidgetFactoryBase, Krita

# The package that Krita's own module is made with: a machine may well have the other one, too.
_PYQT = next(base for base in Krita.__mro__ if base.__name__ == "QObject").__module__.partition(".")[0]

QtCore: Any = importlib.import_module(f"{_PYQT}.QtCore")
QtGui: Any = importlib.import_module(f"{_PYQT}.QtGui")
QtWidgets: Any = importlib.import_module(f"{_PYQT}.QtWidgets")

_sip: Any = importlib.import_module(f"{_PYQT}.sip")

QT = 6 if _PYQT == "PyQt6" else 5

# Classes that have moved between the modules.
QAction: Any = (QtGui if QT == 6 else QtWidgets).QAction
QActionGroup: Any = (QtGui if QT == 6 else QtWidgets).QActionGroup
QShortcut: Any = (QtGui if QT == 6 else QtWidgets).QShortcut

DOCK_RIGHT: Any = getattr(DockWidgetFactoryBase, "DockPosition", DockWidgetFactoryBase).DockRight


def position(event: Any) -> Any:
    """Where in its widget a mouse, wheel or pen event is: a QPointF."""
    for name in ("position", "localPos", "posF"):  # Qt 6 and all wheels; Qt 5's mouse; its pen
        if hasattr(event, name):
            return getattr(event, name)()
    return QtCore.QPointF(event.pos())


def screen_position(event: Any) -> Any:
    """Where on the screen a mouse or pen event is: a QPointF."""
    for name in ("globalPosition", "screenPos", "globalPosF"):
        if hasattr(event, name):
            return getattr(event, name)()
    return QtCore.QPointF(event.globalPos())


def is_deleted(wrapped: Any) -> bool:
    """Whether Qt has deleted what Python still holds."""
    return bool(_sip.isdeleted(wrapped))


def is_synthesized(event: Any) -> bool:
    """Whether a mouse event was made of what a pen or a finger did, by Qt or by the system."""
    if QT == 5:
        return bool(event.source() != QtCore.Qt.MouseEventSource.MouseEventNotSynthesized)
    kinds = QtGui.QInputDevice.DeviceType
    return event.deviceType() in (kinds.Stylus, kinds.Airbrush, kinds.Puck, kinds.TouchScreen)
