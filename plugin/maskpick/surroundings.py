"""What goes on behind an object: told by whether its colours are met all round the hole, or on one side only.

A lawn in two pieces, the line across it, a railing cut in two by who stands before it: each is a mask of its own that
borders on a small part of the hole, and each is needed to fill it. A person who stands beside, or a dog elsewhere on
the lawn, is not. What tells them apart is that the lawn's colours, and the line's, are met at the hole's border in
another place too, and the neighbour's are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.masks import Box, Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from maskpick.pictures import Picture

_BINS = (16, 32, 32)  # of lightness and the two colours; what is a bin away is still of one surface
_MET = 0.6  # of an object's pixels have colours that are met at the border: it is of the same stuff
_ARC = 0.02  # of the hole's border: a shorter piece of it says nothing
_NARROW = 0.15  # of that is enough, where an object that borders on the hole is looked for on its other sides
_EDGE = 0.1  # of an object's outline on the picture's edge: it goes on beyond, as ground, sky and walls do
_MOST_SAMPLES = 3000  # pixels of an object that are looked at
_BESIDE = 3  # pixels of the border next to an object are still the object's


class Surroundings:
    """The border of a hole in a picture, and which of the picture's objects go on behind what is removed."""

    def __init__(self, ring: Mask, picture: Picture) -> None:
        """``ring``: the pixels round the hole."""
        self._box = ring.box
        self._ring = ring.inside
        self._picture = picture
        self._bins = _bins_of(picture.rgb8[ring.box.slices()])

    def hold(self, mask: Mask) -> bool:
        """Whether an object goes on behind the hole: it borders on it in two places, or is met there in another place
        than its own, or it borders on it and runs out of the picture."""
        contact = (mask.within(self._box) > 0) & self._ring
        least = max(3.0, _ARC * np.count_nonzero(self._ring))
        _, _, stats, _ = cv2.connectedComponentsWithStats(contact.astype(np.uint8), connectivity=8)
        arcs = int(np.count_nonzero(stats[1:, cv2.CC_STAT_AREA] >= least))
        if arcs > 1 or (arcs == 1 and self._runs_out(mask)):
            return True
        beside = np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8)
        elsewhere = self._ring & (cv2.dilate(contact.astype(np.uint8), beside) == 0)
        counts = np.bincount(self._bins[elsewhere], minlength=int(np.prod(_BINS))).reshape(_BINS)
        # A line that runs into the hole is narrow where it comes out again; what lies elsewhere has no such excuse.
        met = _widened(counts).ravel()[self._colours(mask)] >= (_NARROW * least if contact.any() else least)
        return float(met.mean()) >= _MET

    def _colours(self, mask: Mask) -> NDArray[np.int64]:
        """The bins of some of the object's pixels, all over it."""
        y, x = np.nonzero(mask.inside)
        some = np.s_[:: max(1, len(y) // _MOST_SAMPLES)]
        bins: NDArray[np.int64] = _bins_of(self._picture.rgb8[mask.box.slices()][y[some], x[some]][None])[0]
        return bins

    def _runs_out(self, mask: Mask) -> bool:
        canvas, inside = Box(0, 0, *self._picture.size), mask.inside
        sides = (
            (mask.box.y == canvas.y, inside[0]),
            (mask.box.bottom == canvas.bottom, inside[-1]),
            (mask.box.x == canvas.x, inside[:, 0]),
            (mask.box.right == canvas.right, inside[:, -1]),
        )
        along = sum(int(np.count_nonzero(line)) for touches, line in sides if touches)
        outline = inside & (cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0) == 0)
        return bool(along >= _EDGE * np.count_nonzero(outline))


def _widened(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pixels in each bin and those next to it."""
    for axis in range(counts.ndim):
        padded = np.pad(counts, [(int(axis == one), int(axis == one)) for one in range(counts.ndim)])
        first, middle, last = (np.take(padded, range(start, start + counts.shape[axis]), axis) for start in range(3))
        counts = first + middle + last
    return counts


def _bins_of(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The flat index of each pixel's bin, (h, w); rgb: (h, w, 3) uint8."""
    lab = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2LAB).astype(np.int64)
    lightness, green_red, blue_yellow = (lab[..., channel] * bins // 256 for channel, bins in enumerate(_BINS))
    return np.asarray((lightness * _BINS[1] + green_red) * _BINS[2] + blue_yellow, np.int64)
