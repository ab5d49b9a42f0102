"""What a removal is about: the hole, and what must not be copied into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from maskpick import edges
from maskpick.errors import PickError
from maskpick.masks import Mask, MaskSet, Size

if TYPE_CHECKING:
    from maskpick.pictures import Picture

GROW_SHARE = 0.004
"""A picked object's mask is grown by this share of the longer side: masks end a little inside the object, and what
is left of its edge would show as a ghost."""

SPECK_SHARE = 0.05
"""A hole in what is picked that is smaller than this share of it goes with it: it is a highlight on it, or a speck."""

RING_SHARE = 0.01
"""How far round the hole, as a share of the longer side, it is looked what borders on it."""
NEIGHBOUR_SHARE = 0.12
"""An object that makes up this share of the hole's surroundings is what goes on behind it: grass under a dog, the
saucer under a spoon. A person who merely touches the one that goes makes up less."""

GROUP_FACTOR = 16
"""A group this many times the hole still says what belongs together there; a larger one is merely half the scene."""


def default_grow(size: Size) -> float:
    """How far a picked object's mask is grown before it is filled, in pixels."""
    return max(1.0, GROW_SHARE * max(size))


def hole_and_keep_out(
    size: Size,
    masks: MaskSet | None,
    pick: Iterable[int] | Mask,
    grow: float | None,
    named: Iterable[int] = (),
    picture: Picture | None = None,
    along: Iterable[Mask] = (),
) -> tuple[Mask, Sequence[Mask]]:
    """The area to fill, and the objects nothing may be copied from.

    ``pick`` is ids of ``masks``, with which the small things go that they enclose, or a mask of one's own. Where the
    ``picture`` is given and ``grow`` is not, what the picked masks leave out of their objects goes too; so do the
    masks ``along``, such as shadows. What borders on the hole is what goes on behind it, and may be copied, with its
    parts; so may the background and, where the ``picture`` is given, what it shows to be of one stuff with them (see
    `maskpick.surroundings`). Every other object is kept out - unless that would leave less to copy from than there is
    to fill. Those whose ids are ``named`` are
    kept out in any case. Raises `PickError`.
    """
    if isinstance(pick, Mask):
        picked, radius = pick, grow or 0.0
    else:
        if masks is None:
            raise PickError("Ids were picked, but there are no masks.", "Find the objects first.")
        picked, radius = with_specks(masks.union(pick)), default_grow(size) if grow is None else grow
    whole = picked
    if picture is not None and grow is None and not isinstance(pick, Mask):
        from maskpick.rims import with_rim

        whole = with_rim(picked, picture)
    for mask in along:
        picked, whole = picked | mask, whole | mask
    hole = edges.grow(whole, radius, size)
    if not hole.area:
        raise PickError("What was picked covers no pixel.", "Pick an object, or a mask with white in it.")
    ring = edges.grow(hole, max(3.0, RING_SHARE * max(size)), size) - hole
    wished = _named(masks, named)
    keep_out = _standing_apart(masks, picked, ring) if masks is not None else []
    if picture is not None and keep_out and not ring.empty:
        from maskpick.surroundings import Surroundings

        around = Surroundings(ring, picture)
        keep_out = [mask for mask in keep_out if not around.hold(mask)]
    if not _enough_is_left(size, hole, [*keep_out, *wished]):
        keep_out = []
    keep_out += [mask for mask in wished if all(mask.id != other.id for other in keep_out)]
    return _without_biting(hole, picked, keep_out), keep_out


def _named(masks: MaskSet | None, ids: Iterable[int]) -> list[Mask]:
    """The masks the user wants kept out."""
    ids = tuple(ids)
    if masks is None and ids:
        raise PickError("Objects are to be kept out, but there are no masks.", "Find the objects first.")
    return [masks[one] for one in ids] if masks is not None else []


def with_specks(picked: Mask) -> Mask:
    """What is picked, and what small things it encloses."""
    import cv2

    around = np.pad(picked.inside, 1)  # what lies outside is one piece
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~around).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < SPECK_SHARE * picked.area
    small[[0, labels[0, 0]]] = False  # what is picked, and what lies outside
    if not small.any():
        return picked
    coverage = np.where(small[labels][1:-1, 1:-1], np.uint8(255), picked.coverage)
    return picked.replace(coverage=coverage)


def _without_biting(hole: Mask, picked: Mask, keep_out: Sequence[Mask]) -> Mask:
    """The hole, grown no further where it would take the edge off an object that stays."""
    spared = hole
    for mask in keep_out:
        if not mask.box.intersection(hole.box).empty:
            spared -= mask
    return picked | spared if spared is not hole else hole


def _standing_apart(masks: MaskSet, picked: Mask, ring: Mask) -> list[Mask]:
    """The objects that have nothing to do with what goes, nor are parts of one that does."""
    apart = {mask.id for mask in masks if not mask.background and _stands_apart(mask, picked, ring)}
    goes_on = {mask.id for mask in masks if mask.id not in apart and mask.area <= GROUP_FACTOR * picked.area}

    def is_part_of_what_goes_on(mask: Mask) -> bool:
        while mask.parent is not None and mask.parent in masks:
            mask = masks[mask.parent]
            if mask.id in goes_on:
                return True
        return False

    return [mask for mask in masks if mask.id in apart and not is_part_of_what_goes_on(mask)]


def _stands_apart(mask: Mask, picked: Mask, ring: Mask) -> bool:
    """Whether an object neither lies in what goes, nor holds it, nor borders on much of it."""
    common = (mask & picked).area
    if common >= 0.5 * max(1, picked.area) or common >= 0.5 * max(1, mask.area):
        return False
    return (mask & ring).area < NEIGHBOUR_SHARE * max(1, ring.area)


def _enough_is_left(size: Size, hole: Mask, keep_out: Sequence[Mask]) -> bool:
    """Whether at least as many pixels as the hole has are neither in it nor kept out."""
    usable = np.ones((size.height, size.width), bool)
    for mask in (hole, *keep_out):
        usable[mask.box.slices()] &= ~mask.inside
    return int(np.count_nonzero(usable)) >= hole.area
