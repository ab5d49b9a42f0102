"""Coverage and label maps at another size, box by box, on the canvas' own pixel grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Box, Coverage, Size

STRIP = 1 << 18
"""Pixels handled at once."""


def nearest(labels: NDArray[Any], size: Size) -> NDArray[Any]:
    """A label map (h, w) of any dtype at ``size``: each new pixel takes the old one under its centre."""
    height, width = labels.shape
    rows = (2 * np.arange(size.height) + 1) * height // (2 * size.height)
    columns = (2 * np.arange(size.width) + 1) * width // (2 * size.width)
    resized: NDArray[Any] = labels[rows][:, columns]
    return resized


def resample(box: Box, coverage: Coverage, old: Size, new: Size) -> tuple[Box, Coverage]:
    """Scale one mask from a canvas of ``old`` to one of ``new``; returns its new box and coverage.

    Downwards, each new pixel is the mean of the area it covers; upwards, it is interpolated linearly
    between pixel centres. Each axis is done on its own.
    """
    y, rows = _axis(coverage, box.y, old.height, new.height)
    x, columns = _axis(rows.T, box.x, old.width, new.width)
    values = np.clip(np.rint(columns.T, out=columns.T), 0, 255).astype(np.uint8)
    return Box(x, y, values.shape[1], values.shape[0]), values


def _axis(values: NDArray[Any], start: int, old: int, new: int) -> tuple[int, NDArray[np.float32]]:
    """Resample along the first axis: ``values`` begin at ``start`` of a canvas ``old`` long."""
    step = max(1, STRIP // len(values))
    strips = [
        _strip(values[:, left : left + step].astype(np.float32), start, old, new)
        for left in range(0, values.shape[1], step)
    ]
    return strips[0][0], np.concatenate([resampled for _, resampled in strips], axis=1)


def _strip(values: NDArray[np.float32], start: int, old: int, new: int) -> tuple[int, NDArray[np.float32]]:
    if old == new:
        return start, values
    scale = new / old
    first = max(0, math.floor((start - 0.5) * scale))
    last = min(new, math.ceil((start + len(values) + 0.5) * scale))
    if new < old:
        # The running sum, read at fractional places, gives the mean over any stretch.
        total = np.zeros((len(values) + 1, values.shape[1]), np.float64)
        np.cumsum(values, axis=0, out=total[1:], dtype=np.float64)
        ends = _read(total, np.arange(first, last + 1) / scale - start)
        return first, (np.diff(ends, axis=0) * scale).astype(np.float32)
    centres = (np.arange(first, last) + 0.5) / scale - 0.5 - start
    if start > 0:  # beyond the box coverage is 0, but beyond the canvas the last pixel goes on
        values = np.concatenate([np.zeros_like(values[:1]), values])
        centres += 1
    if start + len(values) - (start > 0) < old:
        values = np.concatenate([values, np.zeros_like(values[:1])])
    return first, _read(values, centres)


def _read(values: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """Linear interpolation of ``values`` along the first axis, held at both ends."""
    places = np.clip(places, 0, len(values) - 1)
    low = np.minimum(places.astype(np.intp), len(values) - 1)
    high = np.minimum(low + 1, len(values) - 1)
    part = (places - low)[:, None].astype(values.dtype)
    read: NDArray[Any] = values[low] * (1 - part) + values[high] * part
    return read
