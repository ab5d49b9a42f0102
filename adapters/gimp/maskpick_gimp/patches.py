"""The filled areas above a layer: whoever goes on removing from it wants to see what was removed before.

Each patch keeps, in the XCF as well, which layers it covers; a layer is known by its tattoo, which no other has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from gi.repository import Gimp

NAME = "maskpick-patch-of"


def note(patch: Gimp.Layer, layers: Sequence[Gimp.Layer]) -> None:
    """Keep with ``patch`` that it covers what was removed from layers."""
    if layers:
        data = json.dumps([layer.get_tattoo() for layer in layers]).encode()
        patch.attach_parasite(Gimp.Parasite.new(NAME, Gimp.PARASITE_PERSISTENT, data))


def above(layers: Iterable[Gimp.Layer]) -> list[Gimp.Layer]:
    """The patches of layers that still lie above them, beside them."""
    found = []
    for layer in layers:
        parent = layer.get_parent()
        beside = layer.get_image().get_layers() if parent is None else parent.get_children()
        higher = beside[: layer.get_image().get_item_position(layer)]
        found += [one for one in higher if one not in found and layer.get_tattoo() in _covered(one)]
    return found


def _covered(patch: Gimp.Layer) -> list[int]:
    """The tattoos of the layers it covers; none where it is no patch."""
    parasite = patch.get_parasite(NAME)
    try:
        told = json.loads(bytes(parasite.get_data())) if parasite is not None else []
    except ValueError:
        return []
    return told if isinstance(told, list) else []
