"""One size of the picture while a hole in it is filled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .descriptors import RADIUS

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATCH = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1), np.uint8)


@dataclass(frozen=True)
class Level:
    """What is to be filled, what may be looked at, and what may be copied.

    image: (h, w, c) float32, meaningful where known. hole, known, usable: (h, w) bool. What is known may guide the
    filling; what is usable, a part of it, may be copied. Kept objects are neither hole nor known.
    """

    image: NDArray[np.float32]
    hole: NDArray[np.bool_]
    known: NDArray[np.bool_]
    usable: NDArray[np.bool_]

    @cached_property
    def area(self) -> NDArray[np.bool_]:
        """What is imagined at this size: the hole, and kept objects so near that patches of the hole see them.

        A picture that goes on behind its neighbours takes nothing of their colour.
        """
        near = cv2.dilate(self.hole.astype(np.uint8), PATCH, iterations=2) > 0
        return self.hole | (near & ~self.known)

    @cached_property
    def depth(self) -> NDArray[np.float32]:
        """The distance in pixels from each pixel of the area to what is known; beyond the picture's edge nothing is."""
        return np.asarray(cv2.distanceTransform(self.area.astype(np.uint8), cv2.DIST_L2, 3), np.float32)

    @cached_property
    def sources(self) -> NDArray[np.bool_]:
        """(h, w) bool, the pixels whose whole patch is inside the picture and usable."""
        inside = np.zeros(self.hole.shape, bool)
        inside[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
        inside &= cv2.dilate((~self.usable).astype(np.uint8), PATCH) == 0
        return inside

    def reduced(self, factor: int, *, keep_thin: bool = False) -> Level:
        """The level `factor` times smaller; the sides are rounded up.

        A pixel is the mean of what is known of it, and usable when all of it is. It is hole when part of it is and
        less than half is known, or, with keep_thin, when any part of it is.
        """
        height, width = self.hole.shape
        small = (-(-height // factor), -(-width // factor))
        margin = ((0, small[0] * factor - height), (0, small[1] * factor - width))

        def shrink(plane: NDArray[np.float32]) -> NDArray[np.float32]:
            reduced = cv2.resize(plane, small[::-1], interpolation=cv2.INTER_AREA)
            return np.asarray(reduced, np.float32).reshape(*small, *plane.shape[2:])

        def share(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
            return shrink(np.pad(mask, margin).astype(np.float32))

        known = np.pad(self.known, margin).astype(np.float32)
        image = np.zeros((*known.shape, self.image.shape[2]), np.float32)
        np.multiply(self.image, self.known[..., None], out=image[:height, :width])
        total = shrink(image)
        known_share = shrink(known)
        hole_share = shrink(np.pad(self.hole, margin, mode="edge").astype(np.float32))
        half_known = known_share >= 0.5
        hole = (hole_share > 0) & (True if keep_thin else ~half_known)
        return Level(
            np.asarray(total / np.maximum(known_share, 1e-6)[..., None], np.float32),
            hole,
            half_known & ~hole,
            share(self.usable) >= 0.9999,
        )
