"""Counting and renaming the values of large arrays, in little memory.

NumPy turns numbers into 8 bytes each before it counts them or reads by them, so this goes strip by strip.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIP = 1 << 20
"""Pixels handled at once."""


def look_up(table: NDArray[Any], index: NDArray[Any]) -> NDArray[Any]:
    """``table[index]`` for an unsigned (h, w) ``index`` whose values all lie in the table; of the table's dtype."""
    result = np.empty(index.shape, table.dtype)
    for strip in _strips(index):
        np.take(table, index[strip], out=result[strip], mode="clip")
    return result


def rename(index: NDArray[Any], table: NDArray[Any], where: NDArray[np.bool_]) -> None:
    """``index[where] = table[index[where]]``, in place; as `look_up` otherwise."""
    for strip in _strips(index):
        np.copyto(index[strip], np.take(table, index[strip], mode="clip"), where=where[strip])


def count(index: NDArray[Any], length: int, where: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """How often each of 0..length-1 occurs in an unsigned (h, w) ``index``, whose values are all below ``length``;
    or only ``where`` it is to be looked at.
    """
    counts = np.zeros(length, np.int64)
    for strip in _strips(index):
        looked_at = index[strip].ravel() if where is None else index[strip][where[strip]]
        counts += np.bincount(looked_at, minlength=length)
    return counts


def _strips(index: NDArray[Any]) -> Iterator[slice]:
    height, width = index.shape
    rows = max(1, STRIP // max(1, width))
    return (slice(top, top + rows) for top in range(0, height, rows))
