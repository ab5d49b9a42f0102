"""Offsets worth copying a hole from: by which a picture repeats, along which its lines run.

Most patches of a picture find their likeness at one of a few offsets (He and Sun, *Statistics of Patch Offsets for
Image Completion*, ECCV 2012): a fence's by its pickets' distance, an edge's along the edge. A line that runs into the
hole gives offsets along itself, so that it goes on straight (in the spirit of Huang et al., *Image Completion Using
Planar Structure Guidance*, SIGGRAPH 2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from .descriptors import RADIUS
from .levels import Level
from .patch_match import PatchField

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Offset = tuple[int, int]  # down, right

_FOUND, _REPEATED = 16, 28  # offsets taken at most of those the search found, and of those the picture repeats by
_PATCHES, _COMPARED = 1500, 8000  # patches that look for their likeness, and among how many
_ROUND = 3.0  # depths of the hole: how far from it what repeats is looked for
_NEAR = 15  # an offset shorter than this part of the longer side says only that pictures are smooth
_SPREAD = 1.2  # pixels: offsets nearer to each other are one
_LEAST_COVER = 0.05  # of the area must be usable at an offset
_LINES, _STEPS = 6, 2  # lines at most, and offsets along each, to either side
_LEAST_LENGTH = 8.0  # pixels of a line
_SAME_DIRECTION = 0.035  # sine of the angle below which two lines have one direction
_OFF_LINE = 0.3  # pixels an offset, of whole pixels, may leave its line by


def candidates(level: Level, field: PatchField) -> NDArray[np.int64]:
    """The offsets (down, right) the level's area may be copied from in large pieces, (n, 2) int64, n at most 68."""
    offsets = dict.fromkeys([*_found(level, field), *_along_lines(level), *_repeated(level, field)])
    return np.array(list(offsets), np.int64).reshape(-1, 2)


def covered(level: Level, offset: _Offset) -> float:
    """The share of the area that is usable at the offset."""
    rows, columns = level.hole.shape
    y, x = (place + step for place, step in zip(np.nonzero(level.area), offset, strict=True))
    inside = (y >= 0) & (x >= 0) & (y < rows) & (x < columns)
    return float(np.count_nonzero(level.usable[y[inside], x[inside]])) / max(1, len(y))


def _found(level: Level, field: PatchField) -> list[_Offset]:
    """Those most of the area's patches were found at."""
    inside = level.area.ravel()[field.targets]
    to, origin = (np.stack(np.divmod(place[inside], field.width), 1) for place in (field.source, field.targets))
    offsets, counts = np.unique(to - origin, axis=0, return_counts=True)
    often = np.argsort(-counts, kind="stable")[:_FOUND]
    return [(int(y), int(x)) for y, x in offsets[often]]


def _repeated(level: Level, field: PatchField) -> list[_Offset]:
    """The peaks of the histogram of offsets between likenesses, near the hole."""
    rows, columns = level.hole.shape
    away = _away(level).ravel()
    depth = max(4.0, float(level.depth.max()))
    sources = _some(field.sources, _COMPARED)
    asking = _some(field.sources[away[field.sources] < _ROUND * depth + 2 * RADIUS], _PATCHES)
    if not len(asking):
        return []
    votes = np.zeros((2 * rows - 1, 2 * columns - 1), np.float32)
    known = field.table[sources]
    norm = np.einsum("ij,ij->i", known, known)
    y, x = np.divmod(sources, columns)
    least = max(4.0, max(rows, columns) / _NEAR)
    for start in range(0, len(asking), 256):
        part = asking[start : start + 256]
        here_y, here_x = np.divmod(part, columns)
        distance = norm - 2 * (field.table[part] @ known.T)
        distance[(np.abs(y - here_y[:, None]) < least) & (np.abs(x - here_x[:, None]) < least)] = np.inf
        best = np.argmin(distance, axis=1)
        down, right = y[best] - here_y, x[best] - here_x
        weight = 1 / (1 + away[part] / depth)
        np.add.at(votes, (rows - 1 + down, columns - 1 + right), weight)
        np.add.at(votes, (rows - 1 - down, columns - 1 - right), weight)
    smooth = np.asarray(cv2.GaussianBlur(votes, (0, 0), _SPREAD), np.float32)
    peaks = np.argwhere((smooth >= cv2.dilate(smooth, np.ones((5, 5), np.uint8))) & (smooth > 1e-6))
    heights = smooth[peaks[:, 0], peaks[:, 1]]
    highest = np.argsort(-heights, kind="stable")[: 8 * _REPEATED]
    rated = []
    for place in highest:
        offset = (int(peaks[place, 0]) - rows + 1, int(peaks[place, 1]) - columns + 1)
        cover = covered(level, offset)
        if cover > _LEAST_COVER:
            rated.append((float(heights[place]) * cover**0.5, offset))
    return [offset for _, offset in sorted(rated, key=lambda pair: -pair[0])[:_REPEATED]]


def _along_lines(level: Level) -> list[_Offset]:
    """Offsets along the lines that run into the hole, the longest lines first."""
    area = np.argwhere(level.area)
    offsets: list[_Offset] = []
    for down, right in _directions(level):
        along = area @ np.array([down, right])
        for sign in (1, -1):
            rated = []
            for length in range(5, int(1.5 * np.ptp(along)) + 6):
                offset = (round(sign * length * down), round(sign * length * right))
                off_line = abs(offset[0] * right - offset[1] * down)
                if off_line < _OFF_LINE and (cover := covered(level, offset)) > 2 * _LEAST_COVER:
                    rated.append((cover - 0.5 * off_line, offset))
            taken: list[_Offset] = []
            for _, offset in sorted(rated, reverse=True):
                if all(abs(offset[0] - one[0]) + abs(offset[1] - one[1]) > 4 for one in taken):
                    taken.append(offset)
            offsets += taken[:_STEPS]
    return offsets


def _directions(level: Level) -> list[tuple[float, float]]:
    """The directions (down, right), of length 1, of the lines that run into the hole, no two alike."""
    lightness = np.where(level.known, level.image[..., 0] * 2.55, 0)
    found: object = cv2.createLineSegmentDetector(0).detect(np.clip(lightness, 0, 255).astype(np.uint8))[0]
    if found is None:
        return []
    away = _away(level)
    edge = np.array(level.hole.shape) - 1
    lines = []
    for x0, y0, x1, y1 in np.asarray(found, np.float64).reshape(-1, 4):
        first, last = np.array([y0, x0]), np.array([y1, x1])
        length = float(np.hypot(*(last - first)))
        middle = tuple(np.clip((first + last) / 2, 0, edge).astype(int))
        if length < _LEAST_LENGTH or away[middle] < RADIUS:  # nearer, it is the hole's own outline
            continue
        way = (last - first) / length
        beyond = np.arange(2, 10)[:, None] * way
        for ahead in (first - beyond, last + beyond):
            y, x = np.clip(np.rint(ahead).astype(int), 0, edge).T
            if level.area[y, x].mean() > 0.5:
                lines.append((length, float(way[0]), float(way[1])))
                break
    directions: list[tuple[float, float]] = []
    for _, down, right in sorted(lines, reverse=True):
        if all(abs(down * one[1] - right * one[0]) > _SAME_DIRECTION for one in directions):
            directions.append((down, right))
    return directions[:_LINES]


def _away(level: Level) -> NDArray[np.float32]:
    """The distance of every pixel to the area."""
    return np.asarray(cv2.distanceTransform((~level.area).astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _some(pixels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the pixels, spread over all of them by chance (steps would miss some phases of a pattern)."""
    if len(pixels) <= most:
        return pixels
    return np.sort(np.random.default_rng(0).choice(pixels, most, replace=False))
