"""The filled areas above a layer: whoever goes on removing from it wants to see what was removed before.

Krita has no place for a note on a layer; the document keeps one, which tells the patches of every layer by their ids.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Tuple

from maskpick_krita.spaces import Space, converted, scratch

_NOTE = "maskpick/patches"
_ABOUT = "Which layers hold what was filled in on others"


def add(document: Any, layer: Any, patch: Any) -> None:
    """Note that ``patch`` covers what was removed from ``layer``."""
    note = _read(document)
    note.setdefault(_key(layer), []).append(_key(patch))
    modified = document.modified()
    document.setAnnotation(_NOTE, _ABOUT, json.dumps(note).encode())
    document.setModified(modified)


def pixels(document: Any, layer: Any, box: Tuple[int, int, int, int]) -> Tuple[Any, Space]:
    """What a box of a layer shows, its patches included, and the space of these pixels."""
    space = Space.of(layer)
    data = layer.projectionPixelData(*box)
    shown = [patch for patch in above(document, layer) if patch.visible()]
    if not shown:
        return data, space
    _, _, width, height = box
    with scratch(space, width, height) as pile:
        layers = []
        for patch in (None, *shown):
            pixels = data
            if patch is not None:
                pixels = converted(patch.projectionPixelData(*box), width, height, Space.of(patch), space)
            one = pile.createNode("", "paintlayer")
            one.setPixelData(pixels, 0, 0, width, height)
            layers.append(one)
        pile.rootNode().setChildNodes(layers)
        pile.refreshProjection()
        pile.waitForDone()
        data = pile.pixelData(0, 0, width, height)
        del layers, one
    return data, space


def above(document: Any, layer: Any) -> List[Any]:
    """The patches of a layer that still lie above it, beside it; bottom to top."""
    ids = _read(document).get(_key(layer), [])
    if not ids:
        return []
    beside = layer.parentNode().childNodes()
    later = beside[[_key(node) for node in beside].index(_key(layer)) + 1 :]
    return [node for node in later if _key(node) in ids]


def owner(document: Any, node: Any) -> Any:
    """The layer that a patch belongs to; any other layer is its own."""
    ids = [layer for layer, patches in _read(document).items() if _key(node) in patches]
    beside = node.parentNode().childNodes() if ids else []
    return next((one for one in beside if _key(one) in ids), node)


def _key(node: Any) -> str:
    return str(node.uniqueId().toString())


def _read(document: Any) -> Dict[str, List[str]]:
    """The note; empty where there is none, or somebody else's."""
    try:
        note = json.loads(bytes(document.annotation(_NOTE)) or b"{}")
    except ValueError:
        return {}
    good = isinstance(note, dict) and all(isinstance(ids, list) for ids in note.values())
    return note if good else {}
