"""What Krita gets to know: the docker, the actions with their menu, and when documents and Krita itself close."""

from __future__ import annotations

from typing import Any

from krita import DockWidgetFactory, Extension, Krita

from maskpick_bridge.logfile import open_log
from maskpick_bridge.words import _, use
from maskpick_krita import actions, documents
from maskpick_krita.docker import NAME, Docker
from maskpick_krita.qt import DOCK_RIGHT, QtCore, QtWidgets
from maskpick_krita.studio import studio

PLACE = "tools/scripts"


class Plugin(Extension):
    """Makes the actions of every window; watches what closes."""

    def setup(self) -> None:
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.imageClosed.connect(_closed)
        notifier.viewClosed.connect(_closed)
        notifier.applicationClosing.connect(lambda: studio().close())

    def createActions(self, window: Any) -> None:  # noqa: N802 - Krita's name
        top = window.createAction(actions.MENU, _("Maskpick"), PLACE)
        menu = QtWidgets.QMenu(_("Maskpick"), window.qwindow())
        menu.setObjectName(actions.MENU)
        top.setMenu(menu)
        for key, about in actions.ACTIONS.items():
            action = window.createAction(key, about.label(), f"{PLACE}/{actions.MENU}")
            action.setToolTip(about.help())
            action.triggered.connect(lambda _checked=False, key=key: _do(key))


def install() -> None:
    """Make everything known to Krita."""
    open_log("krita")
    use(QtCore.QLocale().name())
    krita = Krita.instance()
    krita.addExtension(Plugin(krita))
    krita.addDockWidgetFactory(DockWidgetFactory(NAME, DOCK_RIGHT, Docker))


def _do(key: str) -> None:
    """Do an action in the window it was asked for in."""
    window = Krita.instance().activeWindow()
    docker = window.qwindow().findChild(QtWidgets.QDockWidget, NAME) if window else None
    if docker is None:
        return
    if key in (actions.DOCKER, actions.FIND, actions.SETTINGS):
        docker.setVisible(True)
        docker.raise_()
    docker.desk.do(key)


def _closed(*_: Any) -> None:
    # The document is still there while this is told.
    QtCore.QTimer.singleShot(0, _forget_closed)


def _forget_closed() -> None:
    studio().keep_only({documents.id_of(document) for document in Krita.instance().documents()})
