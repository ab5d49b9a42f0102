"""The objects as the list's model: the bridge's rows, with their pictures."""

from __future__ import annotations

import itertools
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from maskpick_bridge.rows import Row
from maskpick_krita.qt import QtCore, QtGui

Thumbnail = Callable[[int], Optional[Tuple[int, int, Any]]]
"""Width, height and rgba8 pixels of an object's picture, None while there is none."""


class ObjectModel(QtCore.QAbstractItemModel):
    """A tree with one column. An index carries the object's id."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.hovered: int | None = None
        self._rows: Dict[int, Row] = {}
        self._order: List[Row] = []
        self._below: Dict[Optional[int], List[int]] = {}
        self._place: Dict[int, int] = {}
        self._pictures: Dict[int, Any] = {}
        self._thumbnail: Thumbnail = lambda id: None  # noqa: A006, ARG005

    # What is shown.

    def show(self, rows: list[Row], thumbnail: Thumbnail) -> bool:
        """Show other rows. True when the tree itself is another one: then open branches and selection are gone."""
        if rows == self._order and thumbnail == self._thumbnail:
            return False
        same = [(row.id, row.parent) for row in rows] == [(row.id, row.parent) for row in self._order]
        if same:
            self._take(rows, thumbnail)
            self._all_changed()
        else:
            self.beginResetModel()
            self._take(rows, thumbnail)
            self.endResetModel()
        return not same

    def forget_pictures(self) -> None:
        """The pictures are others now."""
        self._pictures.clear()

    def hover(self, id: int | None) -> None:  # noqa: A002
        """Mark the row of what is under the pointer."""
        if id != self.hovered:
            before, self.hovered = self.hovered, id
            for index in map(self.index_of, (one for one in (before, id) if one is not None)):
                if index.isValid():
                    self.dataChanged.emit(index, index)

    def row_of(self, index: Any) -> Row | None:
        return self._rows.get(index.internalId()) if index.isValid() else None

    def index_of(self, id: int | None) -> Any:  # noqa: A002
        """The index of an object; an invalid one when it is not in the list."""
        return self.createIndex(self._place[id], 0, id) if id in self._rows else QtCore.QModelIndex()

    def ids(self) -> list[int]:
        """From top to bottom."""
        return [row.id for row in self._order]

    def ids_in(self, selection: Any) -> list[int]:
        """The objects of a selection of Qt's; without an index for each, of which it would ask for much more."""
        return [id for part in selection for id in self._beside(part.parent())[part.top() : part.bottom() + 1]]  # noqa: A001

    def selection_of(self, ids: Iterable[int]) -> Any:
        """The selection of these objects, in as few ranges as it can be. Objects that are not here are passed over."""
        wanted = set(ids)
        selection = QtCore.QItemSelection()
        for below in self._below.values():
            for chosen, group in itertools.groupby(below, wanted.__contains__):
                if chosen:
                    run = list(group)
                    selection.select(self.index_of(run[0]), self.index_of(run[-1]))
        return selection

    def picture(self, id: int) -> Any:  # noqa: A002
        """The object's picture, or None while there is none."""
        if id not in self._pictures:
            told = self._thumbnail(id)
            if told is None:
                return None
            width, height, data = told
            shape = (bytes(data), width, height, 4 * width, QtGui.QImage.Format.Format_RGBA8888)
            self._pictures[id] = QtGui.QPixmap.fromImage(QtGui.QImage(*shape).copy())
        return self._pictures[id]

    # The model as Qt asks for it.

    def index(self, row: int, column: int, parent: Any = QtCore.QModelIndex()) -> Any:  # noqa: B008
        below = self._beside(parent)
        if column != 0 or not 0 <= row < len(below):
            return QtCore.QModelIndex()
        return self.createIndex(row, 0, below[row])

    def parent(self, index: Any = None) -> Any:
        if index is None:
            return super().parent()
        row = self._rows.get(index.internalId()) if index.isValid() else None
        return QtCore.QModelIndex() if row is None or row.parent is None else self.index_of(row.parent)

    def rowCount(self, parent: Any = QtCore.QModelIndex()) -> int:  # noqa: B008, N802
        return len(self._beside(parent))

    def columnCount(self, parent: Any = QtCore.QModelIndex()) -> int:  # noqa: ARG002, B008, N802
        return 1

    def data(self, index: Any, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_of(index)
        names = (QtCore.Qt.ItemDataRole.DisplayRole, QtCore.Qt.ItemDataRole.ToolTipRole)
        return row.name if row is not None and role in names else None

    def _beside(self, parent: Any) -> list[int]:
        """The objects below an index, or the outermost ones."""
        return self._below.get(parent.internalId() if parent.isValid() else None, [])

    def _take(self, rows: list[Row], thumbnail: Thumbnail) -> None:
        self._thumbnail = thumbnail
        self._order = rows
        self._rows = {row.id: row for row in rows}
        self._below, self._place = {}, {}
        for row in rows:
            below = self._below.setdefault(row.parent, [])
            self._place[row.id] = len(below)
            below.append(row.id)

    def _all_changed(self) -> None:
        for below in self._below.values():
            self.dataChanged.emit(self.index_of(below[0]), self.index_of(below[-1]))
