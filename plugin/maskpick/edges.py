"""The edge of one mask: grow, shrink, feather. Each costs the mask's box and is exact to a pixel's part.

Edges that are looked up in the picture - hair, fur, leaves, blur - are found by `maskpick.matting`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from maskpick.errors import PictureError
from maskpick.masks import INSIDE, Box, Coverage, Mask, MaskSet, Size
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.pictures import Picture


@dataclass(frozen=True)
class Edge:
    """How an edge is wanted: looked up in the picture, then grown (or, negative, shrunk), feathered, made hard.

    ``grow`` and ``feather`` are in pixels.
    """

    grow: float = 0.0
    feather: float = 0.0
    hard: bool = False
    fine: bool = False

    @property
    def leaves_all(self) -> bool:
        return self == Edge()

    def of(self, mask: Mask, size: Size, picture: Picture | None = None, progress: Progress | None = None) -> Mask:
        """The mask, on a canvas of ``size``, with this edge; a fine one needs the ``picture``.

        Raises `ValueError` where that is missing, and for fine edges what `maskpick.matting.matte` raises.
        """
        if self.fine:
            from maskpick.matting import matte

            if picture is None:
                raise ValueError("fine edges are looked up in the picture, and there is none")
            mask = matte(mask, picture, progress or Progress())
        mask = grow(mask, self.grow, size) if self.grow >= 0 else shrink(mask, -self.grow, size)
        mask = feather(mask, self.feather, size)
        return harden(mask) if self.hard else mask

    def of_all(self, masks: MaskSet, picture: Picture, progress: Progress | None = None) -> MaskSet:
        """The same masks, each with this edge. Raises `PictureError` when the picture has another size, `Cancelled`."""
        if masks.size != picture.size:
            raise PictureError(
                "The picture has another size than its masks.", "Find the objects of this picture first."
            )
        if self.leaves_all:
            return masks
        progress = progress or Progress()
        changed = []
        for number, mask in enumerate(masks):
            progress.report("Refining edges", number, len(masks))
            changed.append(self.of(mask, masks.size, picture, progress))
        return masks.with_masks(changed)


def grow(mask: Mask, radius: float, size: Size) -> Mask:
    """Push the edge outwards by ``radius`` pixels (Euclidean), on a canvas of ``size``.

    The edge runs half a pixel beyond the centres of the outermost pixels that are at least half covered, and a
    pixel is covered as far as the new edge reaches over it: growing a straight edge by 1 adds one full row. What
    was soft stays at least as covered as it was.
    """
    if radius <= 0 or mask.empty:
        return mask
    box = mask.box.grown(math.ceil(radius) + 1).intersection(Box(0, 0, *size))
    coverage = mask.within(box)
    ramp = _ramp(radius + 1 - _distance(coverage < INSIDE))
    return mask.replace(box=box, coverage=np.maximum(coverage, ramp))


def shrink(mask: Mask, radius: float, size: Size) -> Mask:
    """Pull the edge inwards by ``radius`` pixels; the picture's own border does not count as an edge."""
    if radius <= 0 or mask.empty:
        return mask
    # One ring of "outside" round the box, but none where the box ends at the picture's border.
    around = mask.box.grown(1).intersection(Box(0, 0, *size))
    coverage = mask.within(around)
    ramp = _ramp(_distance(coverage >= INSIDE) - radius)
    return mask.replace(box=around, coverage=np.minimum(coverage, ramp))


def feather(mask: Mask, radius: float, size: Size) -> Mask:
    """Soften the edge over about ``radius`` pixels to both sides: a Gaussian of sigma radius / 2."""
    import cv2

    if radius <= 0 or mask.empty:
        return mask
    box = mask.box.grown(math.ceil(1.5 * radius) + 1).intersection(Box(0, 0, *size))
    # At the picture's border the mask goes on as it is there, so a cut object keeps its full edge.
    soft = cv2.GaussianBlur(mask.within(box), (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE)
    return mask.replace(box=box, coverage=soft.astype(np.uint8, copy=False))


def harden(mask: Mask) -> Mask:
    """Every pixel wholly in or wholly out."""
    return mask.replace(coverage=np.where(mask.inside, np.uint8(255), np.uint8(0)))


def _distance(outside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """For each True pixel the distance to the nearest False one, in pixels; infinite where there is none."""
    import cv2

    if outside.all():
        return np.full(outside.shape, np.inf, np.float32)
    return cv2.distanceTransform(outside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).astype(
        np.float32, copy=False
    )


def _ramp(part: NDArray[np.float32]) -> Coverage:
    """0..1 as coverage, held at both ends."""
    return np.rint(np.clip(part, 0, 1) * 255).astype(np.uint8)
