"""The embedded remover on plain arrays."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maskpick.errors import EngineError
from maskpick.progress import Progress

from .compose import compose
from .descriptors import RADIUS
from .levels import Level
from .perception import perceive
from .regions import regions
from .shading import shading_of
from .smooth import membrane
from .synthesis import synthesise

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEARCH_AREA = 1 << 20
"""Pixels of surroundings searched at full size; larger surroundings are searched at a smaller size."""

_SEARCH_HOLE = 50_000  # pixels of hole filled by search at most
_CALM = 2 / 255  # of white: where no step between neighbours is larger, there is no texture to copy
_ROWS = 64  # looked at in one go
_THIN = 2.0  # a hole nowhere deeper than this, in pixels, is closed smoothly


def fill_array(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    hole: NDArray[np.bool_],
    forbidden: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
    search_area: int = SEARCH_AREA,
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return a copy of the picture with the hole filled from its surroundings.

    pixels: (h, w, c) uint8 or uint16; c is 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha. hole, forbidden: (h, w)
    bool, what to fill and what never to copy from. search_area: see SEARCH_AREA. Every pixel outside the hole, and
    alpha everywhere, is as it was. The same input gives the same result. Raises EngineError when nothing is left to
    copy from, Cancelled when progress was told to stop.
    """
    progress = progress or Progress()
    result = pixels.copy()
    if not hole.any():
        return result
    usable = ~hole
    if forbidden is not None:
        usable &= ~forbidden
    if pixels.shape[2] in (2, 4):
        usable &= pixels[..., -1] > 0
    if not usable.any():
        raise EngineError(
            "Nothing is left to fill the hole with: all of the picture is removed, kept out or transparent.",
            "Remove less, or keep less out.",
        )
    white = int(np.iinfo(pixels.dtype).max)
    colours = pixels.shape[2] - (pixels.shape[2] in (2, 4))
    total, done = int(hole.sum()), 0
    for region in regions(hole, usable):
        area = int(region.hole.sum())
        crop = result[region.rows, region.columns, :colours]
        usable_crop = usable[region.rows, region.columns]
        job = _Job(region.hole, usable_crop, white, search_area, progress, done / total, area / total)
        filled = job.fill(crop.astype(np.float32))
        crop[region.hole] = np.clip(filled + 0.5, 0, white).astype(result.dtype)
        done += area
    return result


@dataclass(frozen=True)
class _Job:
    """One hole to fill. It is the share `start` .. `start + share` of the whole work."""

    hole: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    white: int
    search_area: int
    progress: Progress
    start: float
    share: float

    def fill(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """The hole's pixels, (n, c) float32. pixels: (h, w, c) float32, 0..white."""
        self.report(0.0)
        shading = shading_of(pixels, self.hole, self.usable, self.white)
        if shading is None:
            return self._filled(pixels)
        self.progress.check()
        light = shading.surface - shading.surface[self.hole].mean(axis=0)
        grain = dataclasses.replace(self, usable=self.usable & shading.near)
        return np.asarray(grain._filled(pixels - light) + light[self.hole], np.float32)

    def _filled(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        filled = self._textured(pixels)
        if filled is None:
            filled = membrane(pixels, self.usable, self.progress)[self.hole]
        return filled

    def report(self, fraction: float) -> None:
        self.progress.report("Filling", self.start + self.share * fraction)

    def _textured(self, pixels: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The hole's pixels copied from patches of the crop, or None where a smooth surface does better."""
        level = Level(pixels, self.hole, self.usable, self.usable)
        if level.depth.max() <= _THIN or _is_smooth(level, self.white):
            return None
        self.progress.check()
        factor = 1
        while max(self.hole.size / self.search_area, self.hole.sum() / _SEARCH_HOLE) > factor**2:
            factor *= 2
        if factor > 1:
            level = level.reduced(factor, keep_thin=True)
            self.progress.check()
        seen = dataclasses.replace(level, image=perceive(level.image / np.float32(self.white), level.known))
        synthesis = synthesise(seen, self.progress, self.report)
        if synthesis is None:
            return None
        return compose(pixels, self.hole, self.usable, level, synthesis, factor, self.white, self.progress)


def _is_smooth(level: Level, white: int) -> bool:
    """Whether the surroundings of the hole are a smooth surface, without even grain."""
    reach = 4 * RADIUS
    box = tuple(slice(max(0, int(line.min()) - reach), int(line.max()) + reach + 1) for line in np.nonzero(level.area))
    known, image = level.known[box], level.image[box]
    seen = False
    for start in range(0, len(known), _ROWS):  # most pictures are known to be rough after the first few rows
        rows = np.s_[start : start + _ROWS + 1]
        for axis in (0, 1):
            steps = np.abs(np.diff(image[rows], axis=axis))[_both(known[rows], axis)]
            if steps.size and float(steps.max()) > _CALM * white:
                return False
            seen |= bool(steps.size)
    return seen


def _both(known: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Where a pixel and the next along the axis are known."""
    return known[1:] & known[:-1] if axis == 0 else known[:, 1:] & known[:, :-1]
