"""Fill a hole with texture, coarse to fine, so that every patch in it exists somewhere in the picture.

Wexler, Shechtman, Irani, *Space-Time Completion of Video*, PAMI 2007: find each patch's best match, let all matches
vote for the pixels' colours, and repeat. It starts at a size where the hole is a few pixels wide and can be closed
layer by layer from its border, which is what carries lines across; each finer size starts from the coarser one's
matches. At one size in between, what was imagined so far is made of few large pieces (see `shift_map`), which the
finer sizes keep.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.progress import Progress

from .descriptors import RADIUS
from .levels import Level
from .offsets import candidates
from .patch_match import PatchField
from .shift_map import MOST_PIXELS, shift_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHIFTS = [(dy, dx) for dy in range(-RADIUS, RADIUS + 1) for dx in range(-RADIUS, RADIUS + 1)]
_COARSE_DEPTH = 3.0  # the coarsest level's hole is about this many pixels deep …
_COARSE_SIDE = 24  # … unless the level would get smaller than this, …
_COARSE_SOURCES = 50  # … or hold fewer patches to copy than this
_COARSE_ROUNDS, _MIDDLE_ROUNDS, _FINE_ROUNDS = 10, 6, 3
_ROUNDS_BEFORE_PIECES, _ROUNDS_IN_PIECES = 3, 2
_SHARP_ROUNDS = 2  # the last rounds of every level copy instead of averaging
_PEEL_SOURCES = 5000  # patches compared while the coarsest hole is closed
_TRUST = 1.3  # how much less a vote counts for every pixel deeper in the hole
_SPREAD = 0.5  # how quickly a vote loses weight with its distance
_CENTRE = 1.0  # in pixels: how near its centre a patch is copied from


@dataclass(frozen=True)
class Synthesis:
    """A filled level: where each pixel of its area is copied from, and the mean of what all patches say of it."""

    field: PatchField
    trust: NDArray[np.float32]

    def mean(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """The votes' mean for every pixel of the area, (n, c) float32, from an image (h, w, c) of this level."""
        colours = image.reshape(-1, image.shape[2])
        total = np.zeros((len(self.field.area), image.shape[2]), np.float32)
        weight = np.zeros(len(self.field.area), np.float32)
        trust = np.append(self.trust, np.float32(0))  # what place -1 finds
        for shift in _SHIFTS:
            place, pixel = self.field.suggestions(*shift)
            total += trust[place][:, None] * colours[pixel]
            weight += trust[place]
        return np.asarray(total / np.maximum(weight, 1e-30)[:, None], np.float32)

    def copies(self) -> NDArray[np.int64]:
        """The flat index of the pixel to copy to every pixel of the area: the one the best-fitting patch says."""
        best = np.full(len(self.field.area), -1, np.float32)
        source = np.zeros(len(self.field.area), np.int64)
        trust = np.append(self.trust, np.float32(-2))
        for dy, dx in _SHIFTS:
            place, pixel = self.field.suggestions(dy, dx)
            fit = trust[place] * np.float32(np.exp(-0.5 * (dy * dy + dx * dx) / _CENTRE**2))
            better = fit > best
            best[better] = fit[better]
            source[better] = pixel[better]
        return source


def synthesise(level: Level, progress: Progress, report: Callable[[float], None]) -> Synthesis | None:
    """Fill the level's area; report is told how much is done, 0..1. Returns None when it holds no whole patch that
    may be copied. Raises Cancelled."""
    if not level.sources.any():
        return None
    levels = _pyramid(level)
    mapped = next((one for one in levels if np.count_nonzero(one.area) <= MOST_PIXELS), levels[-1])
    coarse: Synthesis | None = None
    pieces = False
    for step, current in enumerate(reversed(levels)):
        finest = current is level
        report(step / len(levels))
        field = PatchField(current)
        if coarse is None:
            image, rounds = peel(current, progress), _FINE_ROUNDS if finest else _COARSE_ROUNDS
        else:
            field.start_from(coarse.field)
            image = _painted(current, Synthesis(field, np.ones(len(field.targets), np.float32)), sharp=True)
            rounds = _FINE_ROUNDS if finest else _MIDDLE_ROUNDS
        if current is mapped:
            rounds = _ROUNDS_BEFORE_PIECES
        for left in reversed(range(rounds)):
            field.search(image, 1 if finest else 2, progress, anew=not pieces)
            coarse = Synthesis(field, _trust(field, current))
            # Means agree on what goes where; once they do, copies bring back the contrast the means lost.
            image = _painted(current, coarse, sharp=left < _SHARP_ROUNDS and current is not mapped)
        if current is mapped:
            coarse = _in_pieces(current, field, image, progress)
            pieces = True
    return coarse


def _in_pieces(level: Level, field: PatchField, image: NDArray[np.float32], progress: Progress) -> Synthesis:
    """Fill the area with large pieces, near to what the search imagined in it, and let the search go on from there."""
    offsets = shift_map(level, candidates(level, field), image, progress)
    if offsets is not None:
        field.start_shifted(offsets)
        width = level.hole.shape[1]
        painted = level.image.copy()
        colours = painted.reshape(-1, painted.shape[2])
        colours[field.area] = colours[field.area + offsets @ (width, 1)]
        image = painted
    for _ in range(_ROUNDS_IN_PIECES):
        field.search(image, 2, progress, anew=False)
        synthesis = Synthesis(field, _trust(field, level))
        image = _painted(level, synthesis, sharp=True)
    return synthesis


def _pyramid(level: Level) -> list[Level]:
    """The level and its halves, down to where the hole is a few pixels deep."""
    levels = [level]
    while levels[-1].depth.max() > _COARSE_DEPTH and min(level.hole.shape) >> len(levels) >= _COARSE_SIDE:
        smaller = levels[-1].reduced(2)
        if not smaller.hole.any() or smaller.sources.sum() < _COARSE_SOURCES:
            break
        levels.append(smaller)
    return levels


def _painted(level: Level, synthesis: Synthesis, *, sharp: bool) -> NDArray[np.float32]:
    image = level.image.copy()
    colours = image.reshape(-1, image.shape[2])
    colours[synthesis.field.area] = colours[synthesis.copies()] if sharp else synthesis.mean(level.image)
    return image


def _trust(field: PatchField, level: Level) -> NDArray[np.float32]:
    """The weight of each target's vote: how well its match fits, and how near it is to what is known."""
    typical = max(1e-3, float(np.percentile(field.distance, 75)))
    fit = np.exp(-field.distance / (2 * _SPREAD * typical)) + 1e-6
    return np.asarray(fit * _TRUST ** -level.depth.ravel()[field.targets], np.float32)


def peel(level: Level, progress: Progress) -> NDArray[np.float32]:
    """Close the area layer by layer, each pixel from the patch that best fits what is known round it.

    Returns the filled image, (h, w, c) float32. The comparison is exact: every pixel of the patch, unknown ones left
    out.
    """
    width, channels = level.hole.shape[1], level.image.shape[2]
    colours = level.image.reshape(-1, channels)
    sources = np.flatnonzero(level.sources)
    sources = sources[:: -(-len(sources) // _PEEL_SOURCES)]
    patches = colours[sources[:, None] + [dy * width + dx for dy, dx in _SHIFTS]].reshape(len(sources), -1)
    squares = patches * patches
    image, known = level.image.copy(), level.known.copy()
    to_do = level.area.copy()
    while to_do.any():
        progress.check()
        reached = to_do & (cv2.dilate(known.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
        layer = np.argwhere(reached if reached.any() else to_do)
        padded = np.pad(image, ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)))
        weights = np.pad(known, RADIUS).astype(np.float32)
        seen = [(layer[:, 0] + RADIUS + dy, layer[:, 1] + RADIUS + dx) for dy, dx in _SHIFTS]
        weight = np.repeat(np.stack([weights[pixel] for pixel in seen], 1), channels, axis=1)
        wanted = np.stack([padded[pixel] for pixel in seen], 1).reshape(len(layer), -1) * weight
        best = np.argmin(weight @ squares.T - 2 * (wanted @ patches.T), axis=1)
        image[layer[:, 0], layer[:, 1]] = colours[sources[best]]
        known[layer[:, 0], layer[:, 1]] = True
        to_do[layer[:, 0], layer[:, 1]] = False
    return image
