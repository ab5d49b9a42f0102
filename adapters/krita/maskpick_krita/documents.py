"""The pixels of a document: read for the engine, or refused in words before anything happens.

Reading blocks Krita's window, for its API has no other way: 12 megapixels of 8-bit RGB take some 0.03 s. What has to
be converted (other models, other profiles) takes up to a second more.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Tuple

from maskpick_bridge import Coverage, Pixels, WorkerError
from maskpick_bridge.words import _
from maskpick_krita import patches
from maskpick_krita.spaces import Space, converted

VISIBLE, LAYER, SELECTION = "visible", "layer", "selection"
"""Where objects are looked for: in all that is seen, in the current layer, in what is seen of the selected area."""

LEAST_SIDE = 8
"""Pixels; what is smaller holds no objects."""
_MASK = "mask"
_MOVING = ("filtermask", "transformmask")
_WITHOUT_PIXELS = ("filterlayer", "filllayer")


class Unfit(WorkerError):  # noqa: N818 - a state of the document
    """Why a document or a layer cannot be worked on; ``happened`` and ``advice`` are for the artist."""

    def __init__(self, happened: str, advice: str = "") -> None:
        super().__init__("Unfit", happened, advice)


class Reading(NamedTuple):
    """What was read: ``pixels``, the selected ``area`` of them, and the ``layer`` they are of by its id, if of one."""

    pixels: Pixels
    area: Optional[Coverage]
    layer: Any


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def id_of(document: Any) -> str:
    """What tells an open document from others; of the wrapper, which must not be kept, a new one comes every time."""
    return str(document.rootNode().uniqueId().toString())


def read(document: Any, source: str = VISIBLE, layer: Any = None) -> Reading:
    """The pixels as the artist sees them, in a format that the engine reads. Raises `Unfit`.

    For ``LAYER``, ``layer`` may be the id of another one than the current: of one that was read before.
    """
    return _read(document, source, layer, for_engine=True)


def read_original(document: Any, source: str = VISIBLE, layer: Any = None) -> Reading:
    """The very pixels, in the document's own colour space, for layers to be cut from. Raises `Unfit`."""
    return _read(document, source, layer, for_engine=False)


def area_of(document: Any) -> Optional[Coverage]:
    """What is selected on the canvas; None when nothing is. Raises `Unfit` where that lies beside the canvas."""
    selection = document.selection()
    if selection is None:
        return None
    around = Box(selection.x(), selection.y(), selection.width(), selection.height())
    box = _common(around, Box(0, 0, document.width(), document.height()))
    if not (box.width and box.height):
        raise Unfit(_("The selected area lies outside the picture."), _("Select a part of it, or nothing."))
    return Coverage(selection.pixelData(*box), box)


def current_layer(document: Any) -> Any:
    """The layer that the artist works on: of a mask or of a filled area, the layer it belongs to. Raises `Unfit`."""
    node = document.activeNode()
    while node is not None and node.type().endswith(_MASK):
        node = node.parentNode()
    if node is None or node.parentNode() is None:
        raise Unfit(_("No layer is chosen."), _("Choose a layer, or work on the visible image."))
    return patches.owner(document, node)


def layer_of(document: Any, layer: Any) -> Any:
    """A layer by the id that a `Reading` has; None where it is gone, or where there was none."""
    return None if layer is None else document.nodeByUniqueID(layer)


def layers_of(document: Any) -> List[Any]:
    """All layers, groups and masks."""
    found, waiting = [], list(document.rootNode().childNodes())
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.childNodes()
    return found


def refuse_animation(document: Any) -> None:
    """Raise `Unfit` where layers move: a still layer, added, would show in every frame."""
    if any(node.animated() for node in layers_of(document)):
        raise Unfit(
            _("This picture is animated: what is added would show in every frame."),
            _("Copy the frame to a new image, and work there. Selections can be made here."),
        )


def refuse_locked(node: Any) -> None:
    """Raise `Unfit` where a layer, or a group around it, is locked."""
    while node is not None and node.parentNode() is not None:
        if node.locked():
            raise Unfit(_("“{name}” is locked.").format(name=node.name()), _("Unlock it, or choose another layer."))
        node = node.parentNode()


def _read(document: Any, source: str, id: Any, for_engine: bool) -> Reading:  # noqa: A002
    if document is None:
        raise Unfit(_("There is no picture."), _("Open one, or make a new one."))
    document.waitForDone()  # what is just being painted belongs to the picture
    area = None
    if source == SELECTION:
        area = area_of(document)
        if area is None:
            raise Unfit(_("Nothing is selected."), _("Select the area to look in, or look in the visible image."))
    layer = None
    if source == LAYER:
        layer = current_layer(document) if id is None else layer_of(document, id)
        if layer is None:
            raise Unfit(_("The layer with these objects is gone."), _("Find the objects of another one."))
    canvas = (document.width(), document.height())
    box = Box(0, 0, *canvas) if layer is None else _box_of(layer, canvas)
    if min(box.width, box.height) < LEAST_SIDE:
        raise Unfit(_("The picture is too small to hold objects."), _("Work on a larger one."))
    here = Space.of(document)
    data, space = (document.pixelData(*box), here) if layer is None else patches.pixels(document, layer, box)
    wanted = here.for_engine if for_engine else here
    pixels = Pixels(
        converted(data, box.width, box.height, space, wanted),
        box.width,
        box.height,
        wanted.format,
        linear=wanted.linear,
        offset=(box.x, box.y),
        canvas=canvas,
    )
    return Reading(pixels, area, None if layer is None else layer.uniqueId())


def _box_of(layer: Any, canvas: Tuple[int, int]) -> Box:
    """What of a layer lies on the canvas. Raises `Unfit` where it has no pixels of its own there."""
    name = layer.name()
    if layer.type() in _WITHOUT_PIXELS:
        raise Unfit(
            _("“{name}” has no pixels of its own.").format(name=name),
            _("Choose a paint layer, or work on the visible image."),
        )
    if layer.animated():
        raise Unfit(_("“{name}” is animated.").format(name=name), _("Work on the visible image, which is one frame."))
    if not layer.visible():
        raise Unfit(_("“{name}” is hidden.").format(name=name), _("Show it, or work on the visible image."))
    whole, bounds = Box(0, 0, *canvas), layer.bounds()
    around = Box(bounds.x(), bounds.y(), bounds.width(), bounds.height())
    # Filters and transformations, which are masks, move what they are on; only the whole canvas is sure to hold it.
    moved = any(child.type() in _MOVING for child in layer.childNodes())
    box = whole if moved else _common(around, whole)
    if not (box.width and box.height):
        raise Unfit(
            _("“{name}” is empty, or lies outside the picture.").format(name=name),
            _("Choose another layer, or work on the visible image."),
        )
    return box


def _common(one: Box, other: Box) -> Box:
    x, y = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.x + one.width, other.x + other.width), min(one.y + one.height, other.y + other.height)
    return Box(x, y, max(0, right - x), max(0, bottom - y))
