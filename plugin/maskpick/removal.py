"""What a removal is about: the hole, and what must not be copied into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maskpick import edges
from maskpick.errors import PickError
from maskpick.masks import Mask, MaskSet, Size

GROW_SHARE = 0.004
"""A picked object's mask is grown by this share of the longer side: masks end a little inside the object, and what
is left of its edge would show as a ghost."""


def default_grow(size: Size) -> float:
    """How far a picked object's mask is grown before it is filled, in pixels."""
    return max(1.0, GROW_SHARE * max(size))


def hole_and_keep_out(
    size: Size, masks: MaskSet | None, pick: Iterable[int] | Mask, grow: float | None
) -> tuple[Mask, Sequence[Mask]]:
    """The area to fill, and the objects nothing may be copied from.

    ``pick`` is ids of ``masks`` or a mask of one's own. Every object is kept out but the background, what holds most
    of the hole (the ground the object stands on is the very thing to copy), and what lies in the hole anyhow.
    Raises `PickError`.
    """
    if isinstance(pick, Mask):
        hole = edges.grow(pick, grow or 0.0, size)
    else:
        if masks is None:
            raise PickError("Ids were picked, but there are no masks.", "Find the objects first.")
        hole = edges.grow(masks.union(pick), default_grow(size) if grow is None else grow, size)
    if not hole.area:
        raise PickError("What was picked covers no pixel.", "Pick an object, or a mask with white in it.")
    keep_out = [mask for mask in masks or () if not mask.background and _stands_apart(mask, hole)]
    return hole, keep_out


def _stands_apart(mask: Mask, hole: Mask) -> bool:
    common = (mask & hole).area
    return common < 0.5 * hole.area and common < 0.5 * max(1, mask.area)
