"""The colours of an object without its background's: what a cut-out needs so that it has no halo.

Fast Multi-Level Foreground Estimation (Germer, Uelwer, Conrad and Harmeling 2020): the object's colours and those
behind it are both unknown, and at every pixel their mixture has to be the picture, while both change little where
coverage changes little. That is solved on a picture of a few pixels, then on larger and larger ones, each beginning
with what the one before found. Only half transparent pixels are asked; where coverage is whole, the picture itself is
the answer.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Coverage

STIFFNESS = 1e-3
"""How much a neighbour's colour counts against the picture's own, at the least."""
EDGE_WEIGHT = 0.04
"""How much more it counts for each step of alpha between the two: colours spread from where they are known."""
ROUNDS_SMALL, ROUNDS_LARGE, SMALL = 10, 6, 32
"""Rounds at a level up to `SMALL` pixels wide or high, and at larger ones."""

Plane = NDArray[np.float32]


def foreground_colours(colours: NDArray[Any], coverage: Coverage) -> NDArray[Any]:
    """The colours of what ``coverage`` covers, cleaned of what is behind it.

    ``colours`` is (h, w, channels), uint8, uint16 or floating point, ``coverage`` uint8 (h, w). Returns an array like
    ``colours``; where coverage is 255 or 0 they are the same. Raises `ValueError` when they differ in size.
    """
    if colours.shape[:2] != coverage.shape:
        raise ValueError(f"coverage of shape {coverage.shape} does not fit colours of {colours.shape}")
    soft = (coverage > 0) & (coverage < 255)
    if not soft.any():
        return colours
    whole_numbers = np.issubdtype(colours.dtype, np.integer)
    full = np.float32(np.iinfo(colours.dtype).max if whole_numbers else 1)
    found = _solve(colours.astype(np.float32) / full, coverage.astype(np.float32) / np.float32(255))[soft] * full
    cleaned = colours.copy()
    cleaned[soft] = np.rint(found) if whole_numbers else found
    return cleaned


def _solve(image: Plane, alpha: Plane) -> Plane:
    height, width = alpha.shape
    levels = max(1, int(np.ceil(np.log2(max(height, width)))))
    front = np.zeros((1, 1, image.shape[2]), np.float32)
    behind = front
    for level in range(levels + 1):
        size = (max(1, round(width ** (level / levels))), max(1, round(height ** (level / levels))))
        here, share = _resized(image, size, cv2.INTER_AREA), _resized(alpha, size, cv2.INTER_AREA)
        front, behind = (_resized(one, size, cv2.INTER_NEAREST) for one in (front, behind))
        np.copyto(front, here, where=(share == 1)[:, :, None])
        np.copyto(behind, here, where=(share == 0)[:, :, None])
        _relax(here, share, front, behind, ROUNDS_SMALL if max(size) <= SMALL else ROUNDS_LARGE)
    return front


def _relax(image: Plane, alpha: Plane, front: Plane, behind: Plane, rounds: int) -> None:
    """Solve, some rounds over, each half transparent pixel's two colours from its four neighbours' and its own."""
    height, width = alpha.shape
    rows, columns = np.nonzero((alpha > 0) & (alpha < 1))
    beside = [
        np.clip(rows + down, 0, height - 1) * width + np.clip(columns + right, 0, width - 1)
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
    ]
    shares, both = alpha.ravel(), np.concatenate([front, behind], axis=2).reshape(height * width, -1)
    pixels = rows * width + columns
    own = shares[pixels]
    weights = [STIFFNESS + EDGE_WEIGHT * np.abs(own - shares[there]) for there in beside]
    total, rest = np.add.reduce(weights), 1 - own
    # (a a + t) F + a r B = a I + f and a r F + (r r + t) B = r I + b, for each channel alike
    scale = 1 / (total * (own * own + rest * rest + total))
    front_front, mixed, behind_behind = (rest * rest + total) * scale, -own * rest * scale, (own * own + total) * scale
    seen = image.reshape(height * width, -1)[pixels]
    known = np.concatenate([own[:, None] * seen, rest[:, None] * seen], axis=1)
    channels = image.shape[2]
    for _ in range(rounds):
        right = known.copy()
        for weight, there in zip(weights, beside, strict=True):
            right += weight[:, None] * both[there]
        ahead, back = right[:, :channels], right[:, channels:]
        solved_front = front_front[:, None] * ahead + mixed[:, None] * back
        solved_behind = mixed[:, None] * ahead + behind_behind[:, None] * back
        both[pixels] = np.clip(np.concatenate([solved_front, solved_behind], axis=1), 0, 1)
    front[rows, columns], behind[rows, columns] = both[pixels, :channels], both[pixels, channels:]


def _resized(plane: Plane, size: tuple[int, int], how: int) -> Plane:
    resized = cv2.resize(plane, size, interpolation=how)
    return np.asarray(resized, np.float32).reshape(size[1], size[0], *plane.shape[2:])
