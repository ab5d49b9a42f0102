"""Coverage and label maps at another size, box by box, on the canvas' own pixel grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Box, Coverage, Size


def nearest(labels: NDArray[Any], size: Size) -> NDArray[Any]:
    """A label map (h, w) of any dtype at ``size``: each new pixel takes the old one under its centre."""
    height, width = labels.shape
    rows = np.minimum((np.arange(size.height) + 0.5) * height / size.height, height - 1).astype(np.intp)
    columns = np.minimum((np.arange(size.width) + 0.5) * width / size.width, width - 1).astype(np.intp)
    resized: NDArray[Any] = labels[np.ix_(rows, columns)]
    return resized


def resample(box: Box, coverage: Coverage, old: Size, new: Size) -> tuple[Box, Coverage]:
    """Scale one mask from a canvas of ``old`` to one of ``new``; returns its new box and coverage.

    Downwards, each new pixel is the mean of the area it covers; upwards, it is interpolated linearly
    between pixel centres. Each axis is done on its own.
    """
    y, rows = _axis(coverage.astype(np.float32), box.y, old.height, new.height)
    x, columns = _axis(rows.T, box.x, old.width, new.width)
    values = np.clip(np.rint(columns.T), 0, 255).astype(np.uint8)
    return Box(x, y, values.shape[1], values.shape[0]), values


def _axis(values: NDArray[np.float32], start: int, old: int, new: int) -> tuple[int, NDArray[np.float32]]:
    """Resample along the first axis: ``values`` begin at ``start`` of a canvas ``old`` long."""
    if old == new:
        return start, values
    scale = new / old
    first = max(0, math.floor((start - 0.5) * scale))
    last = min(new, math.ceil((start + len(values) + 0.5) * scale))
    targets = np.arange(first, last)
    if new < old:
        # The running sum, read at fractional places, gives the mean over any stretch.
        total = np.zeros((len(values) + 1, values.shape[1]), np.float64)
        np.cumsum(values, axis=0, out=total[1:], dtype=np.float64)
        ends = _read(total, np.arange(first, last + 1) / scale - start)
        return first, (np.diff(ends, axis=0) * scale).astype(np.float32)
    centres = (targets + 0.5) / scale - 0.5 - start
    if start > 0:  # beyond the box coverage is 0, but beyond the canvas the last pixel goes on
        values = np.concatenate([np.zeros_like(values[:1]), values])
        centres += 1
    if start + len(values) - (start > 0) < old:
        values = np.concatenate([values, np.zeros_like(values[:1])])
    return first, _read(values, centres).astype(np.float32)


def _read(values: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """Linear interpolation of ``values`` along the first axis, held at both ends."""
    places = np.clip(places, 0, len(values) - 1)
    low = np.minimum(places.astype(np.intp), len(values) - 1)
    high = np.minimum(low + 1, len(values) - 1)
    part = (places - low)[:, None]
    read: NDArray[Any] = values[low] * (1 - part) + values[high] * part
    return read
