"""Which masks lie on pixels that have changed since they were found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from maskpick.masks import Mask, MaskSet
from maskpick.pictures import Picture


def pixel_digests(masks: MaskSet, picture: Picture) -> dict[int, str]:
    """A hash (hex) of each mask's pixels, by id. ``picture`` has the size of ``masks``; costs the sum of the boxes.

    Colours count as 8 bits and alpha only where something is transparent, so that the same picture at another depth
    has the same hashes.
    """
    return {mask.id: _digest(mask, picture) for mask in masks}


def stale(known: Mapping[int, str], masks: MaskSet, picture: Picture) -> tuple[int, ...]:
    """The ids of the masks whose pixels have another hash than ``known`` tells, in the set's order.

    A mask nothing is known of counts as changed.
    """
    now = pixel_digests(masks, picture)
    return tuple(id for id in masks.ids if known.get(id) != now[id])  # noqa: A001


def _digest(mask: Mask, picture: Picture) -> str:
    here, inside = mask.box.slices(), mask.inside
    colours = picture.rgb8[here].view("V3")[:, :, 0]  # a colour as one value is picked out several times as fast
    seen = hashlib.blake2b(colours[inside].view(np.uint8).data, digest_size=8)
    if picture.alpha8 is not None:
        seen.update(picture.alpha8[here][inside].data)
    return seen.hexdigest()
