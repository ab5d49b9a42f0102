"""Which known patch looks most like each patch that touches the hole: the field of best matches.

PatchMatch (Barnes et al., *PatchMatch: A Randomized Correspondence Algorithm*, SIGGRAPH 2009) in the parallel form
used on graphics cards: every target tries its neighbours' answers at once, from far to near, then random places ever
closer to its own. One try is a few array operations over all targets, which is what makes it quick in numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.progress import Progress

from .descriptors import RADIUS, describe
from .levels import PATCH, Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

_JUMPS = (4, 2, 1)  # propagation distances; at most 2 * RADIUS, see PatchField.search
_COHERENCE = 0.6  # a neighbour's answer is taken when its distance times this is smaller: larger pieces, fewer seams
_BRUTE_FORCE = 30_000_000  # up to this many pairs every target is compared with every source
_MARGIN = 2 * RADIUS


class PatchField:
    """The best source found so far for every target of one level.

    Pixels are named by their flat index y * w + x. *Targets* are the pixels whose patch touches the level's area;
    *sources* are the pixels whose patch lies inside the picture and is usable throughout. `source` holds the answer
    for each target, `distance` its squared descriptor distance; `table` describes the patch round every pixel.
    """

    def __init__(self, level: Level) -> None:
        self.shape: tuple[int, int] = level.hole.shape
        self.width = self.shape[1]
        self.area = np.flatnonzero(level.area)
        self.targets = np.flatnonzero(cv2.dilate(level.area.astype(np.uint8), PATCH))
        self._is_source = level.sources.ravel()
        self.sources = np.flatnonzero(self._is_source)
        self.table = describe(level.image).reshape(level.hole.size, -1)
        self._rows, self._columns = np.divmod(self.targets, self.width)
        # The place of each pixel in `targets`; -1 elsewhere, and in a margin so that short shifts need no bounds check.
        self._place = np.full((self.shape[0] + 2 * _MARGIN, self.width + 2 * _MARGIN), -1, np.int32)
        self._place[self._rows + _MARGIN, self._columns + _MARGIN] = np.arange(len(self.targets))
        self.source = self._anywhere()
        self.distance = np.full(len(self.targets), np.inf, np.float32)

    def places(self, pixels: NDArray[np.int64], dy: int, dx: int) -> NDArray[np.int32]:
        """The place in `targets` of each pixel shifted by (dy, dx), at most 2 * RADIUS each; -1 where that is no
        target."""
        rows, columns = np.divmod(pixels, self.width)
        place: NDArray[np.int32] = self._place[rows + (_MARGIN + dy), columns + (_MARGIN + dx)]
        return place

    def start_from(self, coarse: PatchField) -> None:
        """Begin with the answers found at half the size; where they do not fit, anywhere."""
        rows, columns = self._rows // 2, self._columns // 2
        place = coarse.places(rows * coarse.width + columns, 0, 0)
        source = coarse.source[place]
        y = 2 * (source // coarse.width - rows) + self._rows
        x = 2 * (source % coarse.width - columns) + self._columns
        self._start_at(np.where(place >= 0, y, -1), x)

    def start_shifted(self, offsets: NDArray[np.int64]) -> None:
        """Begin with each target shifted as the area's pixel nearest to it; offsets: (n, 2) int64, one a pixel of the
        area. Where that does not fit, keep what there is."""
        outside = np.ones(self.shape, np.uint8)
        outside.ravel()[self.area] = 0
        _, nearest = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
        labels = nearest.ravel()
        offset_of = np.zeros((int(labels.max()) + 1, 2), np.int64)
        offset_of[labels[self.area]] = offsets
        down, right = offset_of[labels[self.targets]].T
        self._start_at(self._rows + down, self._columns + right)

    def search(self, image: NDArray[np.float32], rounds: int, progress: Progress, *, anew: bool = True) -> None:
        """Improve every target's source. image: (h, w, c) float32, the area filled as well as known so far. Where
        there is little to compare, everything is, and what was found before forgotten, unless it is not `anew`."""
        wanted = self._describe_targets(image)
        if anew and len(self.targets) * len(self.sources) <= _BRUTE_FORCE:
            self._search_all(wanted, progress)
            return
        self.distance = _squared(wanted, self.table[self.source])
        rng = np.random.default_rng(0)
        for _ in range(rounds):
            for jump in _JUMPS:
                for dy, dx in ((0, -jump), (-jump, 0), (0, jump), (jump, 0)):
                    progress.check()
                    place = self.places(self.targets, dy, dx)
                    # A source is RADIUS away from every edge: a jump of at most 2 * RADIUS ends inside, or in the
                    # strip without sources on the other side of the row, or beyond the first or last row, which the
                    # clip puts in such a strip.
                    there = self.source[place] - (dy * self.width + dx)
                    self._try(np.where(place >= 0, there, self.source), wanted, _COHERENCE)
            reach = max(self.shape) // 2
            while reach >= 1:
                progress.check()
                y = self.source // self.width + rng.integers(-reach, reach + 1, len(self.targets))
                x = self.source % self.width + rng.integers(-reach, reach + 1, len(self.targets))
                self._try(np.clip(y, 0, self.shape[0] - 1) * self.width + np.clip(x, 0, self.width - 1), wanted)
                reach //= 3

    def suggestions(self, dy: int, dx: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """What the patch centred (-dy, -dx) away would copy to each pixel of the area.

        Returns the patch's place in `targets`, -1 beyond the picture, and the flat index of the pixel to copy.
        """
        place = self.places(self.area, -dy, -dx)
        return place, np.where(place >= 0, self.source[place] + (dy * self.width + dx), 0)

    def _start_at(self, y: NDArray[np.int64], x: NDArray[np.int64]) -> None:
        """Take the sources (y, x) where they are some."""
        found = (y >= 0) & (x >= 0) & (y < self.shape[0]) & (x < self.width)
        pixel = np.where(found, y * self.width + x, 0)
        self.source = np.where(found & self._is_source[pixel], pixel, self.source)

    def _anywhere(self) -> NDArray[np.int64]:
        rng = np.random.default_rng(1)
        return self.sources[rng.integers(len(self.sources), size=len(self.targets))]

    def _describe_targets(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        top, left = (max(0, int(v.min()) - 2 * RADIUS) for v in (self._rows, self._columns))
        bottom, right = (int(v.max()) + 2 * RADIUS + 1 for v in (self._rows, self._columns))
        box = describe(image[top:bottom, left:right])
        wanted: NDArray[np.float32] = box[self._rows - top, self._columns - left]
        return wanted

    def _try(self, candidate: NDArray[np.int64], wanted: NDArray[np.float32], bias: float = 1.0) -> None:
        candidate = np.clip(candidate, 0, len(self._is_source) - 1)
        new = np.flatnonzero(self._is_source[candidate] & (candidate != self.source))
        candidate = candidate[new]
        distance = _squared(wanted[new], self.table[candidate])
        better = bias * distance < self.distance[new]
        self.source[new[better]] = candidate[better]
        self.distance[new[better]] = distance[better]

    def _search_all(self, wanted: NDArray[np.float32], progress: Progress) -> None:
        known = self.table[self.sources]
        norm = np.einsum("ij,ij->i", known, known)
        step = max(1, 4_000_000 // len(known))
        for start in range(0, len(wanted), step):
            progress.check()
            some = slice(start, start + step)
            nearest = np.argmin(norm - 2 * (wanted[some] @ known.T), axis=1)
            self.source[some] = self.sources[nearest]
            self.distance[some] = _squared(wanted[some], known[nearest])


def _squared(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    difference = a - b
    squared: NDArray[np.float32] = np.einsum("ij,ij->i", difference, difference)
    return squared
