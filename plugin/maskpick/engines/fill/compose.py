"""From a filled level to pixels: sharp copies, made to agree with their surroundings.

Voting gives the right colour everywhere but blurs; copying keeps the grain but leaves seams where pieces from
different places meet. So the coarse part of the result is taken from the votes and the fine part from the copies, the
way Burt and Adelson blend (*A Multiresolution Spline with Application to Image Mosaics*, TOG 1983).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.progress import Progress

from .synthesis import Synthesis

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLEND = 4.0  # sigma, in pixels of the level searched, that parts coarse from fine


def compose(
    pixels: NDArray[np.float32],
    hole: NDArray[np.bool_],
    small: NDArray[np.float32],
    synthesis: Synthesis,
    factor: int,
    progress: Progress,
) -> NDArray[np.float32]:
    """Return the hole's pixels, (n, c) float32, in the order of np.flatnonzero(hole).

    pixels (h, w, c) and hole (h, w) at full size; small and synthesis at the size searched, `factor` times smaller.
    """
    field = synthesis.field
    height, width = field.shape
    copies = synthesis.copies()
    correction = np.zeros(small.shape, np.float32)
    flat = correction.reshape(-1, small.shape[2])
    flat[field.area] = synthesis.mean(small) - small.reshape(-1, small.shape[2])[copies]
    weight = np.zeros((height, width), np.float32)
    weight.ravel()[field.area] = 1
    progress.check()
    coarse = np.asarray(_blur(correction) / np.maximum(_blur(weight), 1e-4)[..., None], np.float32)
    progress.check()

    shift = np.zeros((height * width, 2), np.int64)
    shift[field.area, 0] = copies // width - field.area // width
    shift[field.area, 1] = copies % width - field.area % width
    y, x = np.nonzero(hole)
    cell = (y // factor) * width + x // factor
    taken = pixels[y + factor * shift[cell, 0], x + factor * shift[cell, 1]]
    progress.check()
    if factor > 1:
        size = (factor * width, factor * height)
        enlarged = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
        coarse = np.asarray(enlarged, np.float32).reshape(size[1], size[0], -1)
    result: NDArray[np.float32] = taken + coarse[y, x]
    return result


def _blur(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    blurred = cv2.GaussianBlur(plane, (0, 0), _BLEND)
    return np.asarray(blurred, np.float32).reshape(plane.shape)
