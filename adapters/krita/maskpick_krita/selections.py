"""Selections made of coverage, seen on the canvas, and undone as one step.

Two faults of Krita's are worked round. A selection made from pixels believes that its outline is empty, and shows none
(all versions): cropping a document throws the outline away, so the selection goes through a document nobody sees.

And up to 5.2 `setSelection` cannot be undone. There, everything is selected by Krita's own action, which can, and then
that selection's pixels are replaced: undoing the action lets go of the selection whatever is in it, and doing it again
brings back what was in it at last. What was selected before has to be deselected first, a step of its own:

- The pixels of a selection that was there before must not be replaced, for Krita undoes by the number of changes, and
  one that it does not know of would make the artist's earlier steps come back wrongly. A step that leaves them alone,
  between the old and the new, does not help: it is one change more, too.
- A selection mask that is added to the document, which would be one step, and wins over the one below it, leaves that
  one in the document: it comes back when the artist deselects. Krita also loses track of such a mask once it has been
  deselected and that was undone.
- *Select Opaque* is one step, and takes its pixels from the active layer. One made for the purpose can come and
  go without a step (`setChildNodes` of a layer without masks), but Krita can make it the active one only later, out of
  our hands, changing the artist's tool and choice of layers on the way.
- No other of Krita's actions puts a selection in the place of another (seen in 5.2.9).
"""

from __future__ import annotations

from typing import Any, Optional

from krita import Krita, Selection

from maskpick_bridge.session import Part
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
        _do(document, "deselect")
    if selection is None or document.selection() is not None:  # that of a layer, which comes first, was deselected
        document.setSelection(selection)
        return
    _do(document, "select_all")
    document.selection().replace(selection)
    document.setSelection(document.selection())  # the same, for the canvas to hear of it


def _do(document: Any, name: str) -> None:
    """Do one of Krita's own actions, all of it."""
    action = Krita.instance().action(name)
    action.setEnabled(True)  # as it should be; Krita sees to that some time later
    action.trigger()
    document.waitForDone()
