"""The light on a plain surface: a sky, a wall, a backdrop that grows darker to one side.

Patches copied on such a surface are a little too light or too dark wherever they come from elsewhere, and however well
their borders are blended, it shows as blotches. So where a polynomial describes all that is round a hole but its
grain, the polynomial goes on across the hole, and what is filled by search is the grain alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEGREE = 3
_NEAR = 0.5  # of the square root of the hole's area: how far round it the surface is looked at …
_LEAST_NEAR = 16  # … and at least, in pixels
_MOST_PIXELS = 60_000  # of a reduced picture are fitted
_SMOOTHED = 2.0  # pixels of that: what is left after so much blur is no grain
_OFF = 1.2 / 255  # of white: the surface may be off by so much …
_OFF_IN_GRAIN = 1.2  # … and by so many standard deviations of the grain, …
_FEW = 0.01  # … but for few of its pixels
_MOST_GRAIN = 8 / 255  # of white: what is rougher is a texture, to which the light does not matter so much
_BEYOND = 0.25  # of the range of what is known: a surface that leaves it by more is not known well in the hole
_ENOUGH = 1.0  # times the hole's area should be there to copy from


@dataclass(frozen=True)
class Shading:
    """surface: (h, w, c) float32, the picture without its grain. near: (h, w) bool, where it holds, and in the hole."""

    surface: NDArray[np.float32]
    near: NDArray[np.bool_]


def shading_of(
    pixels: NDArray[np.float32], hole: NDArray[np.bool_], usable: NDArray[np.bool_], white: float
) -> Shading | None:
    """The surface a hole lies in, or None where it lies in none. pixels: (h, w, c) float32, 0..white; hole, usable:
    (h, w) bool."""
    area = int(np.count_nonzero(hole))
    reach = max(_LEAST_NEAR, _NEAR * area**0.5)
    near = np.asarray(cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, 3)) <= reach
    known = near & usable
    count = int(np.count_nonzero(known))
    if count < _ENOUGH * area:
        return None
    step = max(1, round((count / _MOST_PIXELS) ** 0.5))
    small, weight = _reduced(pixels, known, step)
    rows, columns = (_powers(np.arange(side) * step + (step - 1) / 2, full) for side, full in _sides(small, pixels))
    y, x = np.nonzero(weight > 0.5)
    terms = (rows[y][:, :, None] * columns[x][:, None, :]).reshape(len(y), -1)
    terms = terms[:, _kept()]
    solved, *_ = np.linalg.lstsq(terms.T @ terms, terms.T @ small[y, x].astype(np.float64), rcond=None)
    off = np.zeros(small.shape, np.float32)
    off[y, x] = small[y, x] - terms @ solved
    grain = float(off[y, x].std())
    blotches = np.abs(_smoothed(off, weight > 0.5)).max(axis=1)
    if grain > _MOST_GRAIN * white or np.mean(blotches > _OFF * white + _OFF_IN_GRAIN * grain) > _FEW:
        return None
    coefficients = np.zeros(((_DEGREE + 1) ** 2, pixels.shape[2]))
    coefficients[_kept()] = solved
    down, across = (_powers(np.arange(full), full) for full in pixels.shape[:2])
    by_row = np.einsum("yi,ijc->yjc", down, coefficients.reshape(_DEGREE + 1, _DEGREE + 1, -1)).astype(np.float32)
    surface = np.stack([by_row[..., c] @ across.T.astype(np.float32) for c in range(pixels.shape[2])], axis=2)
    lowest, highest = (edge(small[y, x], axis=0) for edge in (np.min, np.max))
    margin = _BEYOND * (highest - lowest) + _OFF * white
    inside = surface[hole]
    if (inside < lowest - margin).any() or (inside > highest + margin).any():
        return None
    return Shading(surface, near)


def _sides(small: NDArray[np.float32], pixels: NDArray[np.float32]) -> list[tuple[int, int]]:
    return list(zip(small.shape[:2], pixels.shape[:2], strict=True))


def _powers(place: NDArray[np.float64] | NDArray[np.int64], side: int) -> NDArray[np.float64]:
    """1, t, t², … of places along a side, which is -1 to 1."""
    scaled = 2 * np.asarray(place, np.float64) / max(1, side - 1) - 1
    return np.asarray(scaled[:, None] ** np.arange(_DEGREE + 1), np.float64)


def _kept() -> NDArray[np.int64]:
    """Which products of powers there are: those of a degree up to `_DEGREE`."""
    down, across = np.divmod(np.arange((_DEGREE + 1) ** 2), _DEGREE + 1)
    return np.flatnonzero(down + across <= _DEGREE)


def _reduced(
    pixels: NDArray[np.float32], known: NDArray[np.bool_], step: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The means of what is known of blocks of pixels, and how much of each that is."""
    height, width = (side // step * step for side in known.shape)
    size = (width // step, height // step)
    weight = known[:height, :width].astype(np.float32)
    total = cv2.resize(pixels[:height, :width] * weight[..., None], size, interpolation=cv2.INTER_AREA)
    share = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
    mean = total.reshape(*share.shape, -1) / np.maximum(share, 1e-6)[..., None]
    return np.asarray(mean, np.float32), share


def _smoothed(off: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What is off where something is known, (n, c), without its grain."""
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), _SMOOTHED)
    blurred = cv2.GaussianBlur(off, (0, 0), _SMOOTHED).reshape(off.shape)
    return np.asarray(blurred[known] / np.maximum(weight[known], 1e-6)[:, None], np.float32)
