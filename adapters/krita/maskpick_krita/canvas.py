"""Where Krita shows pictures: the widgets it paints them on, and how these map the pictures' pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from krita import Krita

from maskpick_krita.qt import QtWidgets

CLASSES = ("KisOpenGLCanvas2", "KisQPainterCanvas")
"""What the canvas widget is, with and without graphics acceleration."""


class Shown(NamedTuple):
    """A view of a document, and the widget that it is painted on."""

    view: Any
    canvas: Any


def shown() -> Iterator[Shown]:
    """The active view of every main window; the others can be neither seen nor reached by the pointer."""
    for window in Krita.instance().windows():
        area = window.qwindow().findChild(QtWidgets.QMdiArea)
        active, view = area and area.currentSubWindow(), window.activeView()
        if not active or not active.widget() or not view:
            continue
        for widget in active.widget().findChildren(QtWidgets.QWidget):
            if widget.metaObject().className() in CLASSES:
                yield Shown(view, widget)
                break


def document_id(view: Any) -> str:
    """What tells the document of a view from others; empty for none. A document's own wrapper must not be kept."""
    document = view.document()
    root = document.rootNode() if document else None
    return str(root.uniqueId().toString()) if root else ""


def is_open(document: str) -> bool:
    """Whether any view of this document is left, seen or not."""
    return any(document_id(view) == document for view in Krita.instance().views())


def image_to_canvas(view: Any) -> Any:
    """The transform from the picture's pixels to the canvas widget: pixel (0, 0) is the square (0, 0) to (1, 1)."""
    to_flake, possible = view.flakeToImageTransform().inverted()
    return to_flake * view.flakeToCanvasTransform() if possible else view.flakeToCanvasTransform()
