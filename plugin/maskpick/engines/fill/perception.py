"""The picture as patches are compared in it: lightness, colour and roughness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from .descriptors import RADIUS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUGHNESS_WEIGHT = 2.0  # how much a step of roughness counts beside one of lightness


def perceive(image: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the channels patches are compared in, (h, w, 3 or 5) float32: lightness 0..100, a and b, roughness.

    image: (h, w, 1 or 3) float32, sRGB in 0..1. known: (h, w) bool. Roughness is what a coarse level of the pyramid
    would otherwise forget: it tells grass from a smooth wall of the same colour, and without it votes drift to what
    is smooth (Newson et al., *Non-Local Patch-Based Image Inpainting*, IPOL 2017).
    """
    if image.shape[2] == 1:
        channels = image * np.float32(100)
    else:
        channels = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.float32)
    return np.concatenate([channels, _roughness(channels[..., 0], known)], axis=2)


def _roughness(lightness: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How large the steps between known neighbours are on average in a patch: (h, w, 2), down and across."""
    window = (2 * RADIUS + 1, 2 * RADIUS + 1)
    roughness = np.zeros((*lightness.shape, 2), np.float32)
    for axis, first in ((0, np.s_[:-1]), (1, np.s_[:, :-1])):
        both = np.zeros(lightness.shape, np.float32)
        both[first] = known[first] & np.roll(known, -1, axis)[first]
        step = np.zeros(lightness.shape, np.float32)
        step[first] = np.abs(np.diff(lightness, axis=axis))
        mean = cv2.blur(step * both, window) / np.maximum(cv2.blur(both, window), 1e-6)
        roughness[..., axis] = _ROUGHNESS_WEIGHT * mean
    return roughness
