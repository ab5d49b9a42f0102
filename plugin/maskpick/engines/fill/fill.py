"""The embedded remover on plain arrays."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from maskpick.errors import EngineError
from maskpick.progress import Progress

from .compose import compose
from .descriptors import RADIUS
from .levels import Level
from .perception import perceive
from .regions import Region, regions
from .smooth import membrane
from .synthesis import synthesise

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEARCH_AREA = 1 << 20
"""Pixels of surroundings searched at full size; larger surroundings are searched at a smaller size."""

_SEARCH_HOLE = 50_000  # pixels of hole filled by search at most
_CALM = 2 / 255  # of white: where no step between neighbours is larger, there is no texture to copy
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
    for region in regions(hole, usable):
        _fill_region(result, region, usable[region.rows, region.columns], search_area, progress)
    return result


def _fill_region(
    result: NDArray[np.uint8] | NDArray[np.uint16],
    region: Region,
    usable: NDArray[np.bool_],
    search_area: int,
    progress: Progress,
) -> None:
    crop = result[region.rows, region.columns]
    colours = crop.shape[2] - (crop.shape[2] in (2, 4))
    pixels = crop[..., :colours].astype(np.float32)
    filled = _textured(pixels, np.iinfo(result.dtype).max, region.hole, usable, search_area, progress)
    if filled is None:
        filled = membrane(pixels, usable, progress)[region.hole]
    limit = np.iinfo(result.dtype).max
    crop[..., :colours][region.hole] = np.clip(filled + 0.5, 0, limit).astype(result.dtype)


def _textured(
    pixels: NDArray[np.float32],
    white: int,
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    search_area: int,
    progress: Progress,
) -> NDArray[np.float32] | None:
    """The hole's pixels copied from patches of the crop, or None where a smooth surface does better."""
    level = Level(pixels, hole, usable, usable)
    if level.depth.max() <= _THIN or _is_smooth(level, white):
        return None
    factor = 1
    while hole.size > search_area * factor**2 or hole.sum() > _SEARCH_HOLE * factor**2:
        factor *= 2
    if factor > 1:
        level = level.reduced(factor, keep_thin=True)
    seen = dataclasses.replace(level, image=perceive(level.image / np.float32(white), level.known))
    synthesis = synthesise(seen, progress)
    if synthesis is None:
        return None
    return compose(pixels, hole, level, synthesis, factor, white, progress)


def _is_smooth(level: Level, white: int) -> bool:
    """Whether the surroundings of the hole are a smooth surface, without even grain."""
    reach = 4 * RADIUS
    box = tuple(slice(max(0, int(line.min()) - reach), int(line.max()) + reach + 1) for line in np.nonzero(level.area))
    known, image = level.known[box], level.image[box]
    steps = [np.abs(np.diff(image, axis=axis))[_both(known, axis)] for axis in (0, 1)]
    largest = max((float(step.max()) for step in steps if step.size), default=np.inf)
    return largest <= _CALM * white


def _both(known: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Where a pixel and the next along the axis are known."""
    return known[1:] & known[:-1] if axis == 0 else known[:, 1:] & known[:, :-1]
