"""Selections made of coverage, seen on the canvas, and undone as one step.

Two faults of Krita's are worked round. A selection made from pixels believes that its outline is empty, and shows none
(all versions): cropping a document throws the outline away, so the selection goes through a document nobody sees. And
up to 5.2 `setSelection` cannot be undone: there, a selection mask is added to the root instead, which can.
"""

from __future__ import annotations

from typing import Any, Optional

from krita import Krita, Selection

from maskpick_bridge.session import Part
from maskpick_krita.qt import QtWidgets
from maskpick_krita.spaces import Space, scratch

REPLACE, ADD, SUBTRACT, INTERSECT = "replace", "add", "subtract", "intersect"
UNDOABLE_FROM = (5, 3)


def selection_of(part: Part) -> Any:
    """A part as a selection; it belongs to one owner only, duplicate it for more."""
    selection = Selection()
    selection.setPixelData(bytes(part.coverage), *part.box)
    return selection


def select(document: Any, part: Part, way: str = REPLACE) -> None:
    """Select a part, or combine it with what is selected: one undo step.

    In Krita 5.2 it is two steps where something was selected before, and none in a document without a window.
    """
    combined = _combined(document.selection(), selection_of(part), way)
    empty = combined is None or not (combined.width() and combined.height())
    new = None if combined is None or empty else _with_outline(combined, document)
    if version() >= UNDOABLE_FROM or not _is_active(document):
        document.setSelection(new)
    else:
        _select_undoably(document, new)
    document.waitForDone()


def version() -> tuple[int, int]:
    """Krita's version, such as (5, 2)."""
    major, minor = Krita.instance().version().split(".")[:2]
    return int(major), int(minor)


def _combined(old: Optional[Any], new: Any, way: str) -> Optional[Any]:
    if way == REPLACE:
        return new
    if old is None:
        return new if way == ADD else None
    combined = old.duplicate()
    {ADD: combined.add, SUBTRACT: combined.subtract, INTERSECT: combined.intersect}[way](new)
    return combined


def _with_outline(selection: Any, document: Any) -> Any:
    width, height = document.width(), document.height()
    with scratch(Space("GRAYA", "U8", ""), width, height) as other:
        other.setSelection(selection)
        other.crop(0, 0, width, height)
        other.waitForDone()
        cropped = other.selection()
    return cropped if cropped is None else cropped.duplicate()


def _is_active(document: Any) -> bool:
    """Whether actions of Krita's window are about this document."""
    window = Krita.instance().activeWindow()
    view = window.activeView() if window else None
    shown = view.document() if view else None
    return shown is not None and shown.rootNode().uniqueId() == document.rootNode().uniqueId()


def _select_undoably(document: Any, selection: Optional[Any]) -> None:
    if document.selection() is not None:
        Krita.instance().action("deselect").trigger()
        QtWidgets.QApplication.processEvents()
        document.waitForDone()
    if selection is None:
        return
    # The mask that Krita makes for a selection is the only kind that is in force at once. Taken out and added again,
    # it is added as a layer is; set once more, its outline is drawn.
    document.setSelection(selection.duplicate())
    root = document.rootNode()
    mask = next(node for node in reversed(root.childNodes()) if node.type() == "selectionmask")
    document.setSelection(None)
    document.waitForDone()
    root.addChildNode(mask, None)
    document.waitForDone()
    document.setSelection(selection)
