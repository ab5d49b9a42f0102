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
_MOST_PIXELS = 20_000  # of the hole: in a larger one, and round it, only every so many are looked at
_SMOOTHED = 2.0  # of those: what is left after so much blur is no grain
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
    step = max(1, round((area / _MOST_PIXELS) ** 0.5))
    some = np.s_[step // 2 :: step, step // 2 :: step]
    small, known = pixels[some], _near(hole[some], reach / step) & usable[some]
    if np.count_nonzero(known) * step**2 < _ENOUGH * area:
        return None
    rows, columns = (_powers(np.arange(full)[step // 2 :: step], full) for full in hole.shape)
    y, x = np.nonzero(known)
    terms = (rows[y][:, :, None] * columns[x][:, None, :]).reshape(len(y), -1)
    terms = terms[:, _kept()]
    solved, *_ = np.linalg.lstsq(terms.T @ terms, terms.T @ small[y, x].astype(np.float64), rcond=None)
    off = np.zeros(small.shape, np.float32)
    off[y, x] = small[y, x] - terms @ solved
    grain = float(off[y, x].std())
    blotches = np.abs(_smoothed(off, known)).max(axis=1)
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
    return Shading(surface, _near(hole, reach))


def _near(hole: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    """The hole, and what lies within reach of it."""
    return np.asarray(cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, 3) <= reach)


def _powers(place: NDArray[np.float64] | NDArray[np.int64], side: int) -> NDArray[np.float64]:
    """1, t, t², … of places along a side, which is -1 to 1."""
    scaled = 2 * np.asarray(place, np.float64) / max(1, side - 1) - 1
    return np.asarray(scaled[:, None] ** np.arange(_DEGREE + 1), np.float64)


def _kept() -> NDArray[np.int64]:
    """Which products of powers there are: those of a degree up to `_DEGREE`."""
    down, across = np.divmod(np.arange((_DEGREE + 1) ** 2), _DEGREE + 1)
    return np.flatnonzero(down + across <= _DEGREE)


def _smoothed(off: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What is off where something is known, (n, c), without its grain."""
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), _SMOOTHED)
    blurred = cv2.GaussianBlur(off, (0, 0), _SMOOTHED).reshape(off.shape)
    return np.asarray(blurred[known] / np.maximum(weight[known], 1e-6)[:, None], np.float32)
