"""The docker: `Panel` in a dock widget of Krita's, following the document in front."""

from __future__ import annotations

from typing import Any

from krita import DockWidget

from maskpick_bridge.words import _
from maskpick_krita.desk import Desk
from maskpick_krita.panel import Panel
from maskpick_krita.qt import QtCore, QtWidgets
from maskpick_krita.settings_dialog import SettingsDialog
from maskpick_krita.studio import studio
from maskpick_krita.theme import em

NAME = "maskpick_docker"
NARROWEST = 13
"""Line heights."""


class Docker(DockWidget):
    """One for each of Krita's main windows."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(_("Maskpick"))
        self.desk = Desk(studio(), self)
        self._settings: Any = None
        self.setWidget(self._scrolling(Panel(self.desk)))
        self.desk.settings_wanted.connect(self._open_settings)

    def canvasChanged(self, canvas: Any) -> None:  # noqa: ARG002, N802 - Krita's name
        # Krita calls this in the middle of changing over: what is active then is known a moment later.
        QtCore.QTimer.singleShot(0, self._follow)

    @staticmethod
    def _scrolling(panel: Any) -> Any:
        """Around the panel: a docker that cannot be made low makes the whole window higher than a small screen."""
        area = QtWidgets.QScrollArea()
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setWidget(panel)
        area.setMinimumWidth(em(panel, NARROWEST))
        return area

    def _follow(self) -> None:
        self.desk.show_document()
        if self.desk.work is not None and self.isVisible():
            self.desk.studio.greet()

    def _open_settings(self, at_doctor: bool) -> None:
        if self._settings is None:
            self._settings = SettingsDialog(self.desk.studio, self)
        self._settings.renew()
        self._settings.show()
        self._settings.raise_()
        if at_doctor:
            self._settings.show_doctor()
