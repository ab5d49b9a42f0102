"""The list of objects as both editors show it: the tree, searched and sorted; what is picked, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from maskpick_bridge.engine_words import object_name
from maskpick_bridge.maskfile import MaskInfo
from maskpick_bridge.picking import Picking
from maskpick_bridge.words import _, n_, p_

TREE, SIZE, NAME = "tree", "size", "name"
"""Orders: as the engine ranks them, the largest first, by the alphabet; in all of them parts stay under their whole."""
MOST_NAMES = 3


class Row(NamedTuple):
    """One object in the list. ``area`` is its share of the picture, 0..1; ``parent`` the id of the row above it.

    ``found`` is False for one that is only there because a part of it is what was searched for.
    """

    id: int
    depth: int
    parent: int | None
    name: str
    area: float
    stale: bool
    found: bool


def rows(
    picking: Picking, search: str = "", order: str = TREE, smallest: float = 0.0, stale: Collection[int] = ()
) -> list[Row]:
    """The objects as a tree, from top to bottom.

    ``search``: only those whose names have all these words, and what they are parts of. ``smallest``: only those that
    cover at least this share of the picture.
    """
    words = search.casefold().split()
    width, height = picking.file.size
    key = _KEYS[order]

    def below(parent: int | None, depth: int) -> Iterator[Row]:
        shown: Iterable[MaskInfo] = picking.children(parent)
        for mask in shown if key is None else sorted(shown, key=key):
            share = mask.area / (width * height)
            name = name_of(mask)
            parts = list(below(mask.id, depth + 1))
            found = share >= smallest and all(word in name.casefold() for word in words)
            if found or parts:
                yield Row(mask.id, depth, parent, name, share, mask.id in stale, found)
                yield from parts

    return list(below(None, 0))


def name_of(mask: MaskInfo) -> str:
    """What an object is called; one without a name by its number."""
    return object_name(mask.name) or _("object {id}").format(id=mask.id)


def names_of(picking: Picking, ids: Iterable[int]) -> str:
    """Several objects in few words, for the name of a layer: "cup, red shirt and 4 more"."""
    names = [name_of(picking.file.masks[id]) for id in ids]  # noqa: A001
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    first = ", ".join(names[: MOST_NAMES - 1])
    return _("{names} and {n} more").format(names=first, n=len(names) - MOST_NAMES + 1)


def share_of(area: float) -> str:
    """A share of the picture, 0..1, in per cent: enough digits to tell small from nothing."""
    percent = 100 * area
    told = f"{percent:.0f} %" if percent >= 9.5 else f"{percent:.1f} %" if percent >= 0.05 else "< 0.1 %"
    return told.replace(".", p_("decimal", "."))


def summary(picking: Picking, area: int | None) -> str:
    """What is picked: "3 objects, 12 % of the picture". ``area`` in pixels, None while it is not known."""
    if not picking:
        return _("Nothing picked")
    objects = n_("{n} object", "{n} objects", len(picking.ids))
    if area is None:
        return objects
    width, height = picking.file.size
    return _("{objects}, {share} of the picture").format(objects=objects, share=share_of(area / (width * height)))


_KEYS: dict[str, Callable[[MaskInfo], Any] | None] = {
    TREE: None,
    SIZE: lambda mask: -mask.area,
    NAME: lambda mask: name_of(mask).casefold(),
}
