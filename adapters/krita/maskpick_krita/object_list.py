"""The list of the objects: a tree with pictures, searched and sorted, in step with what happens on the canvas."""

from __future__ import annotations

from typing import Any, Callable

from maskpick_bridge import ADD, INTERSECT, REPLACE, SUBTRACT
from maskpick_bridge.rows import NAME, SIZE, TREE, rows
from maskpick_bridge.session import Session
from maskpick_bridge.words import _
from maskpick_krita.object_delegate import ObjectDelegate, row_ground
from maskpick_krita.object_model import ObjectModel
from maskpick_krita.qt import QActionGroup, QtCore, QtGui, QtWidgets
from maskpick_krita.theme import em, set_icon

SMALL = 0.002
"""Objects that cover less of the picture are those that "hide small ones" hides."""
MOST_OPEN = 60
"""In longer lists only the outermost objects are shown at first."""
REST = 200
"""Milliseconds that the pointer rests on an object of the canvas before the list runs to it."""


class ObjectTree(QtWidgets.QTreeView):
    """Tells what is pointed at and clicked: ``pointed(id or None)``, ``picked(operation, ids)``."""

    pointed = QtCore.pyqtSignal(object)
    picked = QtCore.pyqtSignal(str, list)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("maskpick_objects")
        self.objects = ObjectModel(self)
        self.setModel(self.objects)
        self.setItemDelegate(ObjectDelegate(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(em(self, 0.9))
        self.setMinimumHeight(em(self, 7))
        self.setMouseTracking(True)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self._following = False
        self.entered.connect(lambda index: self.pointed.emit(index.internalId()))
        self.viewportEntered.connect(lambda: self.pointed.emit(None))
        self.selectionModel().selectionChanged.connect(self._selected)

    def select(self, ids: tuple[int, ...]) -> None:
        """Follow what is picked elsewhere. Objects the list does not have are passed over."""
        if set(ids) == set(self.selected()):
            return
        flags = QtCore.QItemSelectionModel.SelectionFlag
        self._following = True
        self.selectionModel().select(self.objects.selection_of(ids), flags.ClearAndSelect)
        last = next((index for index in map(self.objects.index_of, reversed(ids)) if index.isValid()), None)
        if last is not None:
            self.selectionModel().setCurrentIndex(last, flags.NoUpdate)
            self.scrollTo(last)
        self._following = False

    def selected(self) -> list[int]:
        return self.objects.ids_in(self.selectionModel().selection())

    def sizeHint(self) -> Any:  # noqa: N802 - Qt's name
        # No higher than it must be: the docker scrolls as soon as its parts wish for more than there is.
        return QtCore.QSize(super().sizeHint().width(), self.minimumHeight())

    def drawRow(self, painter: Any, option: Any, index: Any) -> None:  # noqa: N802
        # The ground of the whole row; the style would leave out the branches.
        painter.fillRect(option.rect, row_ground(self, index)[0])
        super().drawRow(painter, option, index)

    def drawBranches(self, painter: Any, rect: Any, index: Any) -> None:  # noqa: N802
        """A small triangle before what has parts; it points down where they are shown."""
        if not self.objects.hasChildren(index):
            return
        side = em(self, 0.22)
        middle = QtCore.QPointF(rect.right() - self.indentation() / 2 + 1, rect.center().y() + 0.5)
        corners = [(-0.7, -1), (0.7, 0), (-0.7, 1)] if not self.isExpanded(index) else [(-1, -0.7), (1, -0.7), (0, 0.7)]
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(row_ground(self, index)[1])
        painter.drawPolygon(QtGui.QPolygonF([middle + QtCore.QPointF(x * side, y * side) for x, y in corners]))
        painter.restore()

    def mousePressEvent(self, event: Any) -> None:  # noqa: N802
        modifiers, key = event.modifiers(), QtCore.Qt.KeyboardModifier
        index = self.indexAt(event.pos())
        if index.isValid() and modifiers & key.AltModifier:  # as on the canvas; lists know nothing of it
            operation = INTERSECT if modifiers & key.ShiftModifier else SUBTRACT
            self.picked.emit(operation, [index.internalId()])
            return
        super().mousePressEvent(event)

    def leaveEvent(self, event: Any) -> None:  # noqa: N802
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _selected(self, more: Any, less: Any) -> None:
        if self._following:
            return
        added, taken = map(self.objects.ids_in, (more, less))
        now = self.selected()
        if taken and now and not added:
            self.picked.emit(SUBTRACT, taken)
        elif added and not taken and len(now) > len(added):
            self.picked.emit(ADD, added)
        else:
            order = {id: place for place, id in enumerate(self.objects.ids())}  # noqa: A001
            self.picked.emit(REPLACE, sorted(now, key=order.__getitem__))


class ObjectList(QtWidgets.QWidget):
    """The list with its search. ``changed`` is called when the pointer or a pick changed something here."""

    def __init__(self, read: Callable[[str, str], str], write: Callable[[str, str], object]) -> None:
        """``read`` and ``write`` keep the order and what is hidden: name and text."""
        super().__init__()
        self._session: Session | None = None
        self._shown: Any = None
        self._write = write
        self.tree = ObjectTree()
        self.search = QtWidgets.QLineEdit()
        self.search.setObjectName("maskpick_search")
        self.search.setPlaceholderText(_("Search"))
        self.search.setClearButtonEnabled(True)
        self._orders = self._menu(read("order", TREE), read("hide_small", "") == "yes")
        head = QtWidgets.QHBoxLayout()
        head.setSpacing(em(self, 0.2))
        head.addWidget(self.search, 1)
        head.addWidget(self._orders)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(em(self, 0.3))
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        self._rest = QtCore.QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._run_to)
        self.search.textChanged.connect(self.renew)
        self.tree.pointed.connect(self._pointed)
        self.tree.picked.connect(self._picked)

    def show_session(self, session: Session | None) -> None:
        """Show a picture's objects, or none."""
        if session is not self._session:
            self._session = session
            self._shown = None
        self.renew()
        self.tree.viewport().update()  # the pictures may have come

    def renew(self) -> None:
        """The objects, their pictures, or what is stale may be others now."""
        picking = self._session.picking if self._session is not None else None
        model = self.tree.objects
        if picking is None or self._session is None:
            model.show([], lambda id: None)  # noqa: A006, ARG005
            return
        if picking is not self._shown:
            self._shown = picking
            model.forget_pictures()
        smallest = SMALL if self._small.isChecked() else 0.0
        order = self._order.checkedAction().data()
        if model.show(rows(picking, self.search.text(), order, smallest, self._session.stale), self._session.thumbnail):
            self._open_branches()
        self.follow()

    def follow(self) -> None:
        """What is hovered or picked may be something else now."""
        picking = self._session.picking if self._session is not None else None
        if picking is None:
            return
        if picking.hovered != self.tree.objects.hovered:
            self.tree.objects.hover(picking.hovered)
            self._rest.start()
        self.tree.select(picking.ids)

    def _open_branches(self) -> None:
        if self.search.text() or self.tree.objects.rowCount() == 0 or len(self.tree.objects.ids()) <= MOST_OPEN:
            self.tree.expandAll()

    def _run_to(self) -> None:
        """Bring what is hovered on the canvas into view."""
        model = self.tree.objects
        index = model.index_of(model.hovered)
        if index.isValid() and not self.tree.viewport().underMouse():
            self.tree.scrollTo(index)

    def _pointed(self, id: int | None) -> None:  # noqa: A002
        picking = self._session.picking if self._session is not None else None
        if picking is not None and self._session is not None and picking.hovered != id:
            picking.leave()  # so that the canvas notices the pointer when it comes back
            picking.hovered = id
            self._session.hovered()

    def _picked(self, operation: str, ids: list[int]) -> None:
        picking = self._session.picking if self._session is not None else None
        if picking is not None and self._session is not None:
            if picking.pick(ids, operation):
                self._session.picked()
            else:
                self.tree.select(picking.ids)

    def _menu(self, order: str, hide_small: bool) -> Any:
        button = QtWidgets.QToolButton()
        button.setObjectName("maskpick_order")
        button.setAutoRaise(True)
        button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(_("Sort and filter"))
        set_icon(button, "view-filter")
        menu = QtWidgets.QMenu(button)
        self._order = QActionGroup(menu)
        for key, label in ((TREE, _("Best first")), (SIZE, _("Largest first")), (NAME, _("By name"))):
            action = menu.addAction(label)
            action.setCheckable(True)
            action.setData(key)
            action.setChecked(key == order)
            self._order.addAction(action)
        if self._order.checkedAction() is None:
            self._order.actions()[0].setChecked(True)
        menu.addSeparator()
        self._small = menu.addAction(_("Hide small ones"))
        self._small.setCheckable(True)
        self._small.setChecked(hide_small)
        menu.addSeparator()
        menu.addAction(_("Open all"), self.tree.expandAll)
        menu.addAction(_("Close all"), self.tree.collapseAll)
        menu.triggered.connect(self._ordered)
        button.setMenu(menu)
        return button

    def _ordered(self) -> None:
        self._write("order", self._order.checkedAction().data())
        self._write("hide_small", "yes" if self._small.isChecked() else "")
        self.renew()
