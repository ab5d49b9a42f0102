"""Putting what a remover made into the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maskpick.masks import INSIDE, Mask

if TYPE_CHECKING:
    from maskpick.pictures import Picture, Pixels


def blended(picture: Picture, hole: Mask, pixels: Pixels) -> Picture:
    """``picture`` with ``pixels``, which are of its shape and dtype, where the hole covers half or more; fainter ones
    are mixed, and those it does not cover are as they were. ``pixels`` may be changed."""
    box = hole.box.slices()
    share = np.minimum(hole.coverage.astype(np.float32) / INSIDE, 1)[..., None]
    old, new = picture.pixels[box], pixels[box]
    mixed = np.rint(old * (1 - share) + new * share).astype(pixels.dtype)
    pixels[box] = np.where(share > 0, mixed, old)
    return picture.replace(pixels=pixels)
