"""Renaming the values of a large array by a table, in little memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIP = 1 << 20
"""Pixels handled at once: NumPy turns indices into 8 bytes each before it reads by them."""


def look_up(table: NDArray[Any], index: NDArray[Any]) -> NDArray[Any]:
    """``table[index]`` for an unsigned (h, w) ``index`` whose values all lie in the table; of the table's dtype."""
    result = np.empty(index.shape, table.dtype)
    rows = max(1, STRIP // max(1, index.shape[1]))
    for top in range(0, index.shape[0], rows):
        strip = np.s_[top : top + rows]
        np.take(table, index[strip], out=result[strip], mode="clip")
    return result
