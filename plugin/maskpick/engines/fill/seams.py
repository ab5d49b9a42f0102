"""Hide the seams of a patchwork: the smoothest correction that makes its pieces meet.

Gradient-domain blending (Pérez, Gangnet, Blake, *Poisson Image Editing*, SIGGRAPH 2003): steps between neighbours
that come from one piece stay as they are; where two pieces, or a piece and the picture, meet, the step is the mean of
what either would have it be. Steps that disagree widely are edges of things and not of light; they hold little, so
that no colour bleeds across them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maskpick.progress import Progress

from .levels import Level
from .springs import Springs

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EDGE = 0.03  # of white: steps that disagree by so much hold half as well as those that agree
_VOTES = 1 / 2500  # how well a pixel is held to the colour voted for; little, but it keeps the whole from drifting


def seam_correction(
    level: Level,
    copied: NDArray[np.int64],
    voted: NDArray[np.float32],
    white: float,
    progress: Progress,
) -> NDArray[np.float32]:
    """Return what to add to the copies, (h, w, c) float32, 0 outside the level's area.

    level: its image is (h, w, c) float32, 0..white. copied: for each pixel of the area, in the order of
    np.flatnonzero, the flat index of the pixel copied there. voted: (n, c) float32, the colours the patches agreed
    on. Raises Cancelled.
    """
    width, channels = level.area.shape[1], level.image.shape[2]
    colours = level.image.reshape(-1, channels)
    area, known, usable = level.area.ravel(), level.known.ravel(), level.usable.ravel()
    pixels = np.flatnonzero(area)
    shift = np.zeros(area.shape, np.int64)
    shift[pixels] = copied - pixels

    box = _box(level.area)
    grid = np.zeros(level.area.shape, np.int64)
    size = grid[box].size
    grid[box] = np.arange(size).reshape(grid[box].shape)
    place = grid.ravel()
    anchor, right, down = (np.zeros(size, np.float32) for _ in range(3))
    pull = np.zeros((size, channels), np.float32)
    anchor[place[pixels]] = _VOTES
    pull[place[pixels]] = _VOTES * (voted - colours[copied])

    def hold(disagreement: NDArray[np.float32]) -> NDArray[np.float32]:
        squares = np.mean(disagreement * disagreement, axis=1)
        return np.asarray(1 / (1 + squares / (white * _EDGE) ** 2), np.float32)

    for dy, dx, springs in ((0, 1, right), (1, 0, down), (0, -1, None), (-1, 0, None)):
        progress.check()
        here = pixels[_has_neighbour(pixels, level.area.shape, dy, dx)]
        there = here + dy * width + dx
        # The neighbour as this pixel's piece has it; a piece may end here, at what must not be copied.
        beyond = np.clip(there + shift[here], 0, area.size - 1)
        edge = known[there] & usable[beyond]
        p, q = here[edge], there[edge]
        wanted = colours[q] - colours[beyond[edge]]
        weight = hold(wanted)
        anchor[place[p]] += weight
        pull[place[p]] += weight[:, None] * wanted
        if springs is None:
            continue
        inner = area[there]
        p, q = here[inner], there[inner]
        before = np.clip(p + shift[q], 0, area.size - 1)
        beyond = beyond[inner]
        wanted = (colours[before] - colours[p + shift[p]] + colours[q + shift[q]] - colours[beyond]) / 2
        wanted[~(usable[before] & usable[beyond])] = 0
        weight = hold(wanted)
        springs[place[p]] = weight
        pull[place[p]] += weight[:, None] * wanted
        pull[place[q]] -= weight[:, None] * wanted

    correction = np.zeros(level.image.shape, np.float32)
    shape = correction[box].shape
    solved = Springs(
        anchor.reshape(shape[:2]), right.reshape(shape[:2]), down.reshape(shape[:2]), pull.reshape(shape)
    ).solve(progress)
    correction[box] = solved
    return correction


def _box(area: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.nonzero(area)
    return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)


def _has_neighbour(pixels: NDArray[np.int64], shape: tuple[int, ...], dy: int, dx: int) -> NDArray[np.bool_]:
    rows, columns = np.divmod(pixels, shape[1])
    inside: NDArray[np.bool_] = (
        (rows + dy >= 0) & (rows + dy < shape[0]) & (columns + dx >= 0) & (columns + dx < shape[1])
    )
    return inside
