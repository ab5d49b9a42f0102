"""Fill an area with few large pieces, each moved as a whole, cut where the cuts show least.

Every pixel chooses one of some offsets (Pritch, Kav-Venaki, Peleg, *Shift-Map Image Editing*, ICCV 2009). A choice
costs what it disagrees with the known surroundings and with what the search has imagined so far; two neighbours that
choose differently cost what their pieces differ there. The sum is made small by belief propagation, swept over the
area row by row and column by column. A search for patches alone wavers along lines and smears where its votes
disagree; pieces carry a line on straight and a texture on whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.progress import Progress

from .levels import PATCH, Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PIXELS = 2500
"""An area larger than this is mapped at a smaller size: the cost grows with pixels times offsets squared."""

_SURROUNDINGS = 2.0  # how much a step between a piece and what is known counts beside one between pieces
_IMAGINED = 0.02  # how much one between a piece and what was imagined does
_CUT = 30.0  # what a cut costs even where it does not show
_FAR = 10.0  # what copying from the other end costs: what is near is less likely a foreign object
_MOST = 2500.0  # squared: steps larger than this, of lightness and colour, are all alike
_BLIND = 0.25  # of that, where one of two pieces has nothing to compare
_FORBIDDEN = 1e7
_SWEEPS = 5
_WAYS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def shift_map(
    level: Level, offsets: NDArray[np.int64], imagined: NDArray[np.float32], progress: Progress
) -> NDArray[np.int64] | None:
    """The offset (down, right) each pixel of the area is best copied from, (n, 2) int64, in the order of
    np.flatnonzero(level.area); None where some pixel cannot be copied from any.

    offsets: (m, 2) int64. imagined: (h, w, c) float32, the level's image with the area filled. Raises Cancelled.
    """
    rows, columns = level.hole.shape
    y, x = np.nonzero(level.area)
    to_y, to_x = y[:, None] + offsets[:, 0], x[:, None] + offsets[:, 1]
    inside = (to_y >= 0) & (to_x >= 0) & (to_y < rows) & (to_x < columns)
    to_y, to_x = np.clip(to_y, 0, rows - 1), np.clip(to_x, 0, columns - 1)
    valid = inside & level.usable[to_y, to_x]
    if not len(offsets) or not valid.any(axis=1).all():
        return None
    progress.check()
    colours = level.image[to_y, to_x]
    differences = colours - imagined[y, x][:, None]
    cost = _IMAGINED * np.minimum(np.einsum("ijk,ijk->ij", differences, differences), _MOST)
    cost += _SURROUNDINGS * _disagreement(level, offsets)[:, y, x].T
    cost += _FAR * np.hypot(offsets[:, 0], offsets[:, 1]).astype(np.float32) / max(rows, columns)
    cost[~valid] = _FORBIDDEN
    progress.check()
    chosen = _cheapest(y, x, cost.astype(np.float32), _steps(colours, valid), progress)
    return offsets[chosen]


def _disagreement(level: Level, offsets: NDArray[np.int64]) -> NDArray[np.float32]:
    """How much a patch copied from each offset differs from what is known of it; (m, h, w) float32."""
    rows, columns = level.hole.shape
    known = level.known.astype(np.float32)
    share = cv2.blur(known, PATCH.shape)
    result = np.zeros((len(offsets), rows, columns), np.float32)
    for place, (down, right) in enumerate(offsets):
        top, bottom = max(0, -down), min(rows, rows - down)
        left, right_end = max(0, -right), min(columns, columns - right)
        if top >= bottom or left >= right_end:
            continue
        here = np.s_[top:bottom, left:right_end]
        there = np.s_[top + down : bottom + down, left + right : right_end + right]
        weight = np.zeros((rows, columns), np.float32)
        weight[here] = known[here] * level.usable[there]
        squares = np.zeros((rows, columns), np.float32)
        step = level.image[there] - level.image[here]
        squares[here] = np.minimum(np.einsum("ijk,ijk->ij", step, step), _MOST)
        seen = cv2.blur(weight, PATCH.shape)
        mean = cv2.blur(squares * weight, PATCH.shape) / np.maximum(seen, 1e-6)
        result[place] = np.where(seen > 1e-6, mean * share, 0)
    return result


def _steps(colours: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The squared difference between any two offsets' colours at each pixel, (n, m, m) float32."""
    norm = np.einsum("ijk,ijk->ij", colours, colours)
    steps = norm[:, :, None] + norm[:, None, :]
    steps -= 2 * np.matmul(colours, colours.transpose(0, 2, 1))
    np.clip(steps, 0, _MOST, out=steps)
    steps[~(valid[:, :, None] & valid[:, None, :])] = _BLIND * _MOST
    steps += _CUT / 2
    one = np.arange(colours.shape[1])
    steps[:, one, one] = 0
    return np.asarray(steps, np.float32)


def _cheapest(
    y: NDArray[np.int64],
    x: NDArray[np.int64],
    cost: NDArray[np.float32],
    steps: NDArray[np.float32],
    progress: Progress,
) -> NDArray[np.int64]:
    """The choice of each pixel (y, x) that makes the whole cheap, by min-sum belief propagation."""
    place = np.full((y.max() + 3, x.max() + 3), -1, np.int64)
    place[y + 1, x + 1] = np.arange(len(y))
    messages = {way: np.zeros_like(cost) for way in _WAYS}
    sweeps = {way: _lines(place, y, x, *way) for way in _WAYS}
    for _ in range(_SWEEPS):
        for (down, right), lines in sweeps.items():
            progress.check()
            for sender, receiver in lines:
                # All a sender knows, but for what the receiver told it.
                belief = cost[sender] + sum(messages[way][sender] for way in _WAYS if way != (-down, -right))
                told = (belief[:, :, None] + steps[sender] + steps[receiver]).min(axis=1)
                messages[down, right][receiver] = told - told.min(axis=1, keepdims=True)
    return np.asarray(np.argmin(cost + sum(messages.values()), axis=1), np.int64)


def _lines(
    place: NDArray[np.int64], y: NDArray[np.int64], x: NDArray[np.int64], down: int, right: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The pairs of pixels (sender, receiver) in the order a sweep in one way takes them, a row or column at a time."""
    sender = place[y + 1 - down, x + 1 - right]
    line = y if down else x
    order = range(int(line.min()), int(line.max()) + 1)
    lines = []
    for one in order if down + right > 0 else reversed(order):
        receiver = np.flatnonzero((sender >= 0) & (line == one))
        if len(receiver):
            lines.append((sender[receiver], receiver))
    return lines
