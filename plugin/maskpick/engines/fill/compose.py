"""From a filled level to the pixels of the picture at full size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maskpick.progress import Progress

from .levels import Level
from .seams import seam_correction
from .synthesis import Synthesis

if TYPE_CHECKING:
    from numpy.typing import NDArray


_AT_ONCE = 1 << 18  # pixels composed between two looks at whether to go on


def compose(
    pixels: NDArray[np.float32],
    hole: NDArray[np.bool_],
    level: Level,
    synthesis: Synthesis,
    factor: int,
    white: float,
    progress: Progress,
) -> NDArray[np.float32]:
    """Return the hole's pixels, (n, c) float32, in the order of np.flatnonzero(hole).

    pixels (h, w, c) float32, 0..white, and hole (h, w) bool are at full size; level and synthesis are `factor` times
    smaller.
    """
    copied = synthesis.copies()
    progress.check()
    correction = seam_correction(level, copied, synthesis.mean(level.image), white, progress)
    cells = level.hole.shape
    shift = np.zeros((*cells, 2), np.int64)
    shift[level.area] = np.stack(np.unravel_index(copied, cells), 1) - np.argwhere(level.area)

    y, x = np.nonzero(hole)
    result = np.empty((len(y), pixels.shape[2]), np.float32)
    for start in range(0, len(y), _AT_ONCE):
        progress.check()
        some = slice(start, start + _AT_ONCE)
        result[some] = _enlarged(pixels, level, shift, correction, factor, y[some], x[some])
    return result


def _enlarged(
    pixels: NDArray[np.float32],
    level: Level,
    shift: NDArray[np.int64],
    correction: NDArray[np.float32],
    factor: int,
    y: NDArray[np.int64],
    x: NDArray[np.int64],
) -> NDArray[np.float32]:
    """The pixels (y, x), (n, c): each as the four cells nearest to it would copy and correct it, mixed bilinearly.

    Within a piece the four copy the same pixel, sharp; where pieces meet they fade into one another instead of
    showing the cells' corners.
    """
    total = np.zeros((len(y), pixels.shape[2]), np.float32)
    weights = np.zeros(len(y), np.float32)
    for row, row_weight in _nearest_two(y, factor, level.hole.shape[0]):
        for column, column_weight in _nearest_two(x, factor, level.hole.shape[1]):
            dy, dx = shift[row, column].T
            weight = row_weight * column_weight * level.area[row, column]
            # The cell of the pixel itself, moved by its neighbour's shift, may leave what is usable.
            to_y, to_x = y // factor + dy, x // factor + dx
            inside = (to_y >= 0) & (to_x >= 0) & (to_y < level.hole.shape[0]) & (to_x < level.hole.shape[1])
            weight[~inside] = 0
            weight[inside] *= level.usable[to_y[inside], to_x[inside]]
            some = np.flatnonzero(weight)
            taken = pixels[y[some] + factor * dy[some], x[some] + factor * dx[some]]
            total[some] += weight[some, None] * (taken + correction[row[some], column[some]])
            weights += weight
    return total / weights[:, None]


def _nearest_two(
    place: NDArray[np.int64], factor: int, cells: int
) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """The cells to both sides of each place along one axis, and the weights of linear interpolation between their
    centres."""
    middle = (place + 0.5) / factor - 0.5
    first = np.floor(middle).astype(np.int64)
    part = (middle - first).astype(np.float32)
    return [(np.clip(first, 0, cells - 1), 1 - part), (np.clip(first + 1, 0, cells - 1), part)]
