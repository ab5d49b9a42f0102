"""Results, into the document: each as one undo step, and nothing that was there before is changed.

Everything new is built before it is attached, for what is attached piece by piece takes a step, and half a second, a
piece. It belongs above what it was made of: above the layer with the id ``layer`` (see `documents.Reading`), in that
layer's group; or, without one, above all that is seen.

All raise `Unfit`, and then nothing has happened.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, List, NamedTuple, Sequence

from maskpick_bridge.session import Filled, Node, Part
from maskpick_bridge.words import _
from maskpick_krita import patches
from maskpick_krita.documents import current_layer, layer_of, refuse_animation, refuse_locked
from maskpick_krita.selections import select, selection_of
from maskpick_krita.spaces import Space, converted, space_of

__all__ = ["add_filled", "add_layer_masks", "add_layers", "add_selection_masks", "mask_layer", "select"]


class _Place(NamedTuple):
    """Between the nodes of ``parent``, right above ``below``."""

    parent: Any
    below: Any


def add_layers(document: Any, nodes: Sequence[Node], layer: Any = None) -> None:
    """Add a group of cut-outs: ``nodes`` as `Session.layers` gives them for what `read_original` read.

    A single object is one layer, without a group around it. Where the layer is blended in its own way or is half
    transparent, so is the group: it looks as the layer does, once that is hidden.
    """
    with _adding(document, layer) as place:
        built = [_cut_out(document, node) for node in nodes]
        single = len(built) == 1
        new = built[0] if single else document.createGroupLayer(_("Objects"))
        if not single:
            new.setChildNodes(built)
        below = layer_of(document, layer)
        if below is not None:
            new.setBlendingMode(below.blendingMode())
            new.setOpacity(below.opacity())
        place.parent.addChildNode(new, place.below)


def add_layer_masks(document: Any, parts: Sequence[Part], layer: Any = None) -> None:
    """Add a duplicate of the layer for each part, with a transparency mask that shows the part alone.

    The duplicates hold all of the layer's pixels, at their full depth: what a mask hides can be painted back in. They
    share its memory until they are painted on. Without ``layer``, the duplicates are of all that is seen.
    """
    with _adding(document, layer) as place:
        source = layer_of(document, layer)
        first = _visible_image(document) if source is None else source.duplicate()
        copies = [first if not number else first.duplicate() for number in range(len(parts))]
        for part, copy in zip(parts, copies):
            copy.setName(part.name)
            copy.addChildNode(_transparency_mask(document, part), None)
        new = copies[0]
        if len(copies) > 1:
            new = document.createGroupLayer(_("Objects"))
            new.setChildNodes(copies)
        # A mask that came with its layer is not looked at before all is drawn anew; and what of the layer was seen till
        # then would be there again when it is redone after more than this was undone, but not in a copy of the layer.
        place.parent.addChildNode(new.duplicate(), place.below)
        document.refreshProjection()


def mask_layer(document: Any, part: Part, layer: Any = None) -> None:
    """Let the layer, without one the current layer, show a part alone, by a transparency mask on it."""
    owner = layer_of(document, layer) or current_layer(document)
    refuse_locked(owner)
    owner.addChildNode(_transparency_mask(document, part), None)
    document.waitForDone()


def add_selection_masks(document: Any, parts: Sequence[Part], layer: Any = None) -> None:
    """Keep the parts as selection masks with their names, on the layer, or with the whole picture.

    Several of them come in a group of their own, so that they are one step; it shows nothing itself.
    """
    with _adding(document, layer) as place:
        masks = []
        for part in parts:
            mask = document.createSelectionMask(part.name)
            mask.setSelection(selection_of(part))
            masks.append(mask)
        source = layer_of(document, layer)
        if len(masks) == 1:
            owner = document.rootNode() if source is None else source
            owner.addChildNode(masks[0], None)
        else:
            group = document.createGroupLayer(_("Selections"))
            group.setChildNodes(masks)
            place.parent.addChildNode(group, place.below)


def add_filled(document: Any, filled: Filled, layer: Any = None) -> None:
    """Add a layer with what was filled in. A later `read` of the same layer sees it, for as long as it is shown."""
    with _adding(document, layer) as place:
        patch = _paint_layer(document, filled.name)
        made, here = space_of(filled.format, filled.linear), Space.of(document)
        data = converted(bytes(filled.data), filled.box.width, filled.box.height, made, here)
        patch.setPixelData(data, *filled.box)
        place.parent.addChildNode(patch, place.below)
        source = layer_of(document, layer)
        if source is not None:
            patches.add(document, source, patch)


@contextlib.contextmanager
def _adding(document: Any, layer: Any) -> Iterator[_Place]:
    """Where to add, and time to show it. Raises `Unfit` where nothing may be added."""
    refuse_animation(document)
    source = layer_of(document, layer)
    if source is None:
        root = document.rootNode()
        # A selection of the whole picture is a mask at the very top, and layers must not come above it.
        place = _Place(root, _last([node for node in root.childNodes() if not node.type().endswith("mask")]))
    else:
        refuse_locked(source.parentNode())
        place = _Place(source.parentNode(), _last([source, *patches.above(document, source)]))
    yield place
    document.waitForDone()


def _last(nodes: List[Any]) -> Any:
    return nodes[-1] if nodes else None


def _cut_out(document: Any, node: Node) -> Any:
    if node.nodes is not None:
        group = document.createGroupLayer(node.name)
        group.setChildNodes([_cut_out(document, one) for one in node.nodes])
        group.setCollapsed(True)
        return group
    layer = _paint_layer(document, node.name)
    assert node.data is not None
    layer.setPixelData(bytes(node.data), *node.box)
    return layer


def _paint_layer(document: Any, name: str) -> Any:
    return document.createNode(name, "paintlayer")


def _visible_image(document: Any) -> Any:
    whole = (0, 0, document.width(), document.height())
    layer = _paint_layer(document, "")
    layer.setPixelData(document.pixelData(*whole), *whole)
    return layer


def _transparency_mask(document: Any, part: Part) -> Any:
    mask = document.createTransparencyMask(part.name)
    mask.setSelection(selection_of(part))
    return mask
