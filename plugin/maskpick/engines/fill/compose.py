"""From a filled level to the pixels of the picture at full size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.progress import Progress

from .levels import Level
from .seams import seam_correction
from .synthesis import Synthesis

if TYPE_CHECKING:
    from numpy.typing import NDArray


_AT_ONCE = 1 << 17  # pixels composed between two looks at whether to go on
_EDGE = 0.1  # of white: copy and picture that differ by so much at the border are drawn together half as strongly
_DEEPEST = 6.0  # of the reach inwards: deeper, nothing is left of a difference at the border
_ALONG, _INWARD = 1.5, 2.0  # cells: how far a difference at the border is averaged along it, and reaches inwards


@dataclass(frozen=True)
class Patchwork:
    """A filled level, and what it says of the picture `factor` times larger.

    pixels: (h, w, c) float32, the picture. shift: (rows, columns, 2) int64, from each cell of the level's area to
    the one it copies; correction: (rows, columns, c) float32, what is added to the copies.
    """

    pixels: NDArray[np.float32]
    level: Level
    shift: NDArray[np.int64]
    correction: NDArray[np.float32]
    factor: int

    def at(self, y: NDArray[np.int64], x: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The pixels (y, x), (n, c): as the four cells nearest to each would copy and correct it, mixed bilinearly.

        Within a piece the four copy the same pixel, sharp; where pieces meet they fade into one another instead of
        showing the cells' corners. Also returns the weight (n,) of the cells that had something to say; pixels where
        it is 0 are 0.
        """
        rows, columns = self.level.hole.shape
        (top, upper), (bottom, lower) = _nearest_two(y, self.factor, rows)
        (left, lefter), (right, righter) = _nearest_two(x, self.factor, columns)
        total = np.zeros((len(y), self.pixels.shape[2]), np.float32)
        weights = np.zeros(len(y), np.float32)
        corners = [
            (row, column, row_weight * column_weight)
            for row, row_weight in ((top, upper), (bottom, lower))
            for column, column_weight in ((left, lefter), (right, righter))
        ]
        whole = self._whole[top, left] & (bottom > top) & (right > left)
        one = np.flatnonzero(whole)
        dy, dx = self.shift[top[one], left[one]].T
        total[one] = self.pixels[y[one] + self.factor * dy, x[one] + self.factor * dx]
        for row, column, weight in corners:
            total[one] += weight[one, None] * self.correction[row[one], column[one]]
        weights[one] = 1
        seam = np.flatnonzero(~whole)
        for row, column, weight in corners:
            colours, may = self._said(row[seam], column[seam], y[seam], x[seam])
            share = weight[seam] * may
            total[seam] += share[:, None] * colours
            weights[seam] += share
        return np.asarray(total / np.maximum(weights, 1e-6)[:, None], np.float32), weights

    def _said(
        self, row: NDArray[np.int64], column: NDArray[np.int64], y: NDArray[np.int64], x: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What the cells (row, column) say of the pixels (y, x), (n, c), and whether they may, (n,)."""
        rows, columns = self.level.hole.shape
        dy, dx = self.shift[row, column].T
        # The cell of the pixel itself, moved by its neighbour's shift, may leave what is usable.
        to_row, to_column = y // self.factor + dy, x // self.factor + dx
        may = (to_row >= 0) & (to_column >= 0) & (to_row < rows) & (to_column < columns) & self.level.area[row, column]
        may[may] = self.level.usable[to_row[may], to_column[may]]
        colours = np.zeros((len(y), self.pixels.shape[2]), np.float32)
        taken = self.pixels[y[may] + self.factor * dy[may], x[may] + self.factor * dx[may]]
        colours[may] = taken + self.correction[row[may], column[may]]
        return colours, may

    @cached_property
    def _whole(self) -> NDArray[np.bool_]:
        """(rows, columns) bool, where a cell and the next ones, right and down, copy one piece, all of it usable."""
        same = np.zeros(self.level.area.shape, bool)
        first, shift = np.s_[:-1, :-1], self.shift
        same[first] = self.level.area[first]
        for other in (np.s_[1:, :-1], np.s_[:-1, 1:], np.s_[1:, 1:]):
            same[first] &= self.level.area[other] & (shift[other] == shift[first]).all(axis=2)
        return same


def compose(
    pixels: NDArray[np.float32],
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    level: Level,
    synthesis: Synthesis,
    factor: int,
    white: float,
    progress: Progress,
) -> NDArray[np.float32]:
    """Return the hole's pixels, (n, c) float32, in the order of np.flatnonzero(hole).

    pixels (h, w, c) float32, 0..white, hole and usable (h, w) bool are at full size; level and synthesis are
    `factor` times smaller.
    """
    copied = synthesis.copies()
    progress.check()
    correction = seam_correction(level, copied, synthesis.mean(level.image), white, progress)
    cells = level.hole.shape
    shift = np.zeros((*cells, 2), np.int64)
    shift[level.area] = np.stack(np.unravel_index(copied, cells), 1) - np.argwhere(level.area)
    patchwork = Patchwork(pixels, level, shift, correction, factor)

    y, x = np.nonzero(hole)
    result = np.empty((len(y), pixels.shape[2]), np.float32)
    for start in range(0, len(y), _AT_ONCE):
        progress.check()
        some = slice(start, start + _AT_ONCE)
        result[some], _ = patchwork.at(y[some], x[some])
    if factor > 1:
        progress.check()
        result += _border_correction(patchwork, hole, usable, white)
    return result


def _border_correction(
    patchwork: Patchwork, hole: NDArray[np.bool_], usable: NDArray[np.bool_], white: float
) -> NDArray[np.float32]:
    """What makes the copies meet the picture at the hole's border, which cuts through cells: (n, c) float32."""
    rows, columns = np.nonzero(hole)
    top, left = max(0, int(rows.min()) - 1), max(0, int(columns.min()) - 1)
    frame = np.s_[top : rows.max() + 2, left : columns.max() + 2]
    border = (cv2.dilate(hole[frame].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & usable[frame]
    y, x = np.nonzero(border)
    copy, weight = patchwork.at(y + top, x + left)
    difference = patchwork.pixels[frame][border] - copy
    hold = (weight > 0) / (1 + np.mean(difference * difference, axis=1) / (white * _EDGE) ** 2)

    spread = np.zeros((*border.shape, difference.shape[1] + 1), np.float32)
    spread[border] = np.concatenate([difference * hold[:, None], hold[:, None]], axis=1)
    y, x = rows - top, columns - left
    depth = np.asarray(cv2.distanceTransform(hole[frame].astype(np.uint8), cv2.DIST_L2, 3), np.float32)[y, x]
    near = np.flatnonzero(depth < _DEEPEST * _INWARD * patchwork.factor)
    blurred = _blurred(spread, _ALONG * patchwork.factor, patchwork.factor // 2)[y[near], x[near]]
    fade = np.exp(-depth[near] / (_INWARD * patchwork.factor)) / np.maximum(blurred[:, -1], 1e-6)
    correction = np.zeros((len(y), difference.shape[1]), np.float32)
    correction[near] = blurred[:, :-1] * fade[:, None]
    return correction


def _blurred(planes: NDArray[np.float32], sigma: float, step: int) -> NDArray[np.float32]:
    """Planes (h, w, c) float32, blurred in a size `step` times smaller, of which a wide blur shows nothing."""
    height, width = planes.shape[:2]
    small = (-(-width // step), -(-height // step))
    padded = cv2.copyMakeBorder(planes, 0, small[1] * step - height, 0, small[0] * step - width, cv2.BORDER_CONSTANT)
    shrunk = cv2.resize(padded, small, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(shrunk, (0, 0), sigma / step)
    large = cv2.resize(blurred, (small[0] * step, small[1] * step), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)[:height, :width]


def _nearest_two(
    place: NDArray[np.int64], factor: int, cells: int
) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """The cells to both sides of each place along one axis, and the weights of linear interpolation between their
    centres."""
    middle = (place + 0.5) / factor - 0.5
    first = np.floor(middle).astype(np.int64)
    part = (middle - first).astype(np.float32)
    return [(np.clip(first, 0, cells - 1), 1 - part), (np.clip(first + 1, 0, cells - 1), part)]
