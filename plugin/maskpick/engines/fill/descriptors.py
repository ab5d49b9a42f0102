"""Short descriptors whose distance stands for the distance between patches.

A patch is 7x7 pixels. Comparing 147 numbers a patch is what makes patch search slow without a compiler; most of a
patch's energy lies in its first few cosine coefficients, so those are kept, and of everything finer only its total
strength (how *textured* the patch is). Both parts are orthogonal, so the descriptor's squared distance never exceeds
the patches' own. Keeping texture in the distance is the idea of Newson et al., *Non-Local Patch-Based Image
Inpainting*, IPOL 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 3
"""Patches are (2 * RADIUS + 1) pixels a side."""

_SIDE = 2 * RADIUS + 1
_LIGHTNESS_ORDER = 4  # cosine coefficients (u, v) with u + v up to this are kept for lightness …
_COLOUR_ORDER = 1  # … and for each of the two colour channels, where the eye sees little detail
_TEXTURE_WEIGHT = 1.0


def _cosines() -> NDArray[np.float32]:
    """The orthonormal 1-D DCT-II basis, one function a row."""
    n = np.arange(_SIDE)
    basis = np.cos(np.pi * (n + 0.5) * n[:, None] / _SIDE) * np.sqrt(2 / _SIDE)
    basis[0] /= np.sqrt(2)
    result: NDArray[np.float32] = basis.astype(np.float32)
    return result


def describe(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe the patch round every pixel.

    image: (h, w, c) float32, channel 0 lightness, the others colour; mirrored at its edges.
    Returns (h, w, d) float32, contiguous, d depending on c only.
    """
    basis = _cosines()
    planes: list[NDArray[np.float32]] = []
    for channel in range(image.shape[2]):
        plane = np.ascontiguousarray(image[..., channel])
        order = _COLOUR_ORDER if channel else _LIGHTNESS_ORDER
        kept = [_filter(plane, basis[u], basis[v]) for u in range(order + 1) for v in range(order + 1 - u)]
        if channel == 0:
            planes.append(_TEXTURE_WEIGHT * _remainder(plane, kept))
        planes += kept
    return np.asarray(cv2.merge(planes), np.float32)  # np.stack takes fifteen times as long


def _filter(plane: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.sepFilter2D(plane, cv2.CV_32F, x, y, borderType=cv2.BORDER_REFLECT_101), np.float32)


def _remainder(plane: NDArray[np.float32], kept: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The norm of what the kept coefficients leave out of each patch."""
    window = (_SIDE, _SIDE)
    total = cv2.sqrBoxFilter(plane, cv2.CV_32F, window, normalize=False, borderType=cv2.BORDER_REFLECT_101)
    energy = np.asarray(total, np.float32)
    for coefficient in kept:
        energy -= coefficient * coefficient
    return np.sqrt(np.maximum(energy, 0, out=energy), out=energy)
