"""Least squares on a grid of pixels: the values that come closest to the wanted values and steps.

Solved coarse to fine, by conjugate gradients preconditioned with the diagonal at each size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maskpick.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ITERATIONS = 24


@dataclass(frozen=True)
class Springs:
    """Least squares on a grid: right and down hold the steps to the neighbours, anchor the values themselves.

    anchor, right, down: (h, w) float32 weights; right's last column and down's last row are 0. pull: (h, w, c)
    float32, the sum of weight times wanted value or step at each pixel.
    """

    anchor: NDArray[np.float32]
    right: NDArray[np.float32]
    down: NDArray[np.float32]
    pull: NDArray[np.float32]

    def solve(self, progress: Progress) -> NDArray[np.float32]:
        """The values that fit best, (h, w, c) float32. Raises Cancelled."""
        start = np.zeros_like(self.pull)
        height, width = self.anchor.shape
        if min(height, width) > 2:
            start = self._halved().solve(progress).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
        return self._relaxed(start, progress)

    def _halved(self) -> Springs:
        """The same springs between blocks of 2x2 pixels, each of one value."""
        height, width = self.anchor.shape
        margin = ((0, height % 2), (0, width % 2))
        anchor, right, down = (np.pad(a, margin) for a in (self.anchor, self.right, self.down))
        pull = np.pad(self.pull, (*margin, (0, 0)))
        return Springs(
            anchor[::2, ::2] + anchor[1::2, ::2] + anchor[::2, 1::2] + anchor[1::2, 1::2],
            right[::2, 1::2] + right[1::2, 1::2],
            down[1::2, ::2] + down[1::2, 1::2],
            pull[::2, ::2] + pull[1::2, ::2] + pull[::2, 1::2] + pull[1::2, 1::2],
        )

    def _force(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        force = self.anchor[..., None] * x
        across = self.right[:, :-1, None] * (x[:, 1:] - x[:, :-1])
        force[:, 1:] += across
        force[:, :-1] -= across
        along = self.down[:-1, :, None] * (x[1:] - x[:-1])
        force[1:] += along
        force[:-1] -= along
        return force

    def _relaxed(self, x: NDArray[np.float32], progress: Progress) -> NDArray[np.float32]:
        stiffness = self.anchor + self.right + self.down
        stiffness[:, 1:] += self.right[:, :-1]
        stiffness[1:] += self.down[:-1]
        ease = (1 / np.maximum(stiffness, 1e-6))[..., None].astype(np.float32)
        rest = self.pull - self._force(x)
        way = ease * rest
        size = np.sum(rest * way, axis=(0, 1))
        for _ in range(_ITERATIONS):
            progress.check()
            force = self._force(way)
            step = size / np.maximum(np.sum(way * force, axis=(0, 1)), 1e-20)
            x = x + step * way
            rest = rest - step * force
            eased = ease * rest
            new = np.sum(rest * eased, axis=(0, 1))
            way = eased + (new / np.maximum(size, 1e-20)) * way
            size = new
        return x
