"""A scenario: what Krita's own menu and its list of shortcuts call the actions."""

from driver.qt import QtCore, QtWidgets
from krita import Krita

from maskpick_krita import actions

SHORTCUTS = 1
"""Which page of Krita's settings has them."""


def listed(dialog):
    """All names in a dialog's trees: of shortcuts, among others."""
    found = []
    for tree in dialog.findChildren(QtWidgets.QTreeWidget):
        waiting = [tree.invisibleRootItem()]
        while waiting:
            item = waiting.pop()
            found.append(item.text(0))
            waiting += [item.child(row) for row in range(item.childCount())]
    return found


def steps(drive):
    yield from drive.fill_screen()
    menu = drive.window().findChild(QtWidgets.QMenu, actions.MENU)
    menu.popup(drive.window().mapToGlobal(drive.window().rect().center() / 2))
    yield from drive.photograph_at_rest("menu")
    drive.record("menu", [action.text() for action in menu.actions()])
    menu.close()
    dialogs = []

    def opened():
        dialogs[:] = [
            one
            for one in QtWidgets.QApplication.topLevelWidgets()
            if isinstance(one, QtWidgets.QDialog) and one.isVisible() and one.isModal()
        ]
        return dialogs

    QtCore.QTimer.singleShot(0, Krita.instance().action("options_configure").trigger)  # which stays until it is closed
    yield from drive.until(opened, "the settings are open")
    pages = next(
        one
        for one in dialogs[0].findChildren(QtWidgets.QAbstractItemView)
        if one.metaObject().className().endswith("KPageListView")
    )
    pages.setCurrentIndex(pages.model().index(SHORTCUTS, 0))
    yield from drive.until(lambda: listed(dialogs[0]), "the shortcuts are listed")
    drive.record("listed", listed(dialogs[0]))
    del pages
    dialogs.pop().reject()
