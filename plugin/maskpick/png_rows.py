"""The rows of a PNG: cut from the inflated stream, and their filters (RFC 2083, section 6) undone.

Only the columns that hold anything are unfiltered.
"""

from __future__ import annotations

import functools
import itertools
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.inflate import Run
from maskpick.png_writing import packed

Rows = NDArray[np.uint8]

NONE, SUB, UP = 0, 1, 2
_LAST_FILTER = 4
_BAND = 1 << 18  # bytes of rows unfiltered at a time


class DamagedRowsError(Exception):
    """A row is filtered in a way that does not exist, or cannot be decoded."""


def cut(runs: Iterator[Run], row: int) -> Iterator[tuple[Rows, int]]:
    """Cut runs into whole rows, uint8 (n, row): yields some rows, and how many times they come."""
    waiting = bytearray()
    for piece, times in runs:
        if times == 1:
            waiting += piece
            if len(waiting) >= _BAND:
                yield from _whole_rows(waiting, row)
            continue
        # Blank rows in any number look alike: go on from the same column as if all had come.
        yield from _whole_rows(waiting, row)
        begin, length = -len(waiting) % row, len(piece) * times
        blank = np.zeros((1, row), np.uint8)
        blank[0, 0] = piece[begin] if begin < len(piece) else 0
        waiting += bytes(min(begin, length))
        yield from _whole_rows(waiting, row)
        count, rest = divmod(max(0, length - begin), row)
        most = max(1, _BAND // row)
        for block, repeated in ((most, count // most), (count % most, 1)):
            if block and repeated:
                yield np.repeat(blank, block, axis=0), repeated
        waiting += blank.tobytes()[:rest]
    yield from _whole_rows(waiting, row)


def _whole_rows(waiting: bytearray, row: int) -> Iterator[tuple[Rows, int]]:
    count = len(waiting) // row
    if count:
        yield np.frombuffer(bytes(waiting[: count * row]), np.uint8).reshape(count, row), 1
        del waiting[: count * row]


def unfiltered(rows: Rows, above: Rows | None, unit: int) -> tuple[int, Rows, Rows | None]:
    """Undo the filters of ``rows``, uint8 (n, 1 + bytes), below the row ``above``.

    Only from the first byte to the last that can be other than 0. Returns the first one's place, the bytes, and the
    last row in full, None when it is all 0.
    """
    length = rows.shape[1] - 1
    held = np.bitwise_or.reduce(rows[:, 1:], axis=0)
    if above is not None:
        held = held | above
    first, end = extent(held)
    start = first // unit * unit
    stop = min(length, (max(end - 1, 0) // unit + 2) * unit)
    # To the left all is 0. To the right all is 0 if the first pixel there is, in every row: each filter makes 0 of
    # 0 with 0 at the left, above, and between. Otherwise something goes on to the edge.
    kind = int(rows[0, 0])
    alike = unit == 1 and kind <= UP and bool((rows[:, 0] == kind).all())
    decode = _summed if alike else functools.partial(_decoded, unit=unit)
    values = decode(rows, above, start, stop)
    if stop < length and values[:, -unit:].any():
        values = decode(rows, above, start, length)
    last = np.zeros(length, np.uint8)
    last[start : start + values.shape[1]] = values[-1]
    return start, values, last if last.any() else None


def _summed(rows: Rows, above: Rows | None, start: int, stop: int) -> Rows:
    """As `_decoded`, for bytes that all have the same filter, none, sub or up: running sums, faster than a decoder."""
    part = rows[:, 1 + start : 1 + stop]
    if rows[0, 0] == NONE:
        return part
    if rows[0, 0] == SUB:
        import cv2

        # A row's running sums, by way of those over all rows: cv2.integral is several times as fast as accumulate.
        return np.diff(cv2.integral(part)[:, 1:], axis=0).astype(np.uint8)
    values = part.copy()
    if above is not None:
        values[0] += above[start:stop]
    for upper, lower in itertools.pairwise(values):  # a row at a time: five times as fast as accumulate(axis=0)
        lower += upper
    return values


_AS_KIND = {1: (8, 0), 2: (16, 0), 3: (8, 2), 4: (8, 6), 6: (16, 2), 8: (16, 6)}
"""A pixel's bytes -> depth and colour type of a PNG with pixels that long."""


def _decoded(rows: Rows, above: Rows | None, start: int, stop: int, unit: int) -> Rows:
    """Bytes ``start``..``stop`` of ``rows``, unfiltered: they go through OpenCV's decoder as a PNG of their own.

    Filters look at bytes, not at what they mean, so any kind of PNG with pixels as long as ``unit`` will do.
    """
    import cv2

    if rows[:, 0].max() > _LAST_FILTER:
        raise DamagedRowsError("it has a filter that does not exist")
    extra = 0 if above is None else 1
    part = np.zeros((len(rows) + extra, 1 + stop - start), np.uint8)
    part[extra:, 0] = rows[:, 0]
    part[extra:, 1:] = rows[:, 1 + start : 1 + stop]
    if above is not None:
        part[0, 1:] = above[start:stop]
    depth, colour = _AS_KIND[unit]
    header = struct.pack(">IIBBBBB", (stop - start) // unit, len(part), depth, colour, 0, 0, 0)
    small = packed(header, zlib.compress(part.data, 0))
    try:
        decoded: NDArray[Any] | None = cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise DamagedRowsError("it cannot be decoded") from error
    if decoded is None:
        raise DamagedRowsError("it cannot be decoded")
    if decoded.ndim == 3:  # OpenCV keeps blue first
        decoded = decoded[..., [2, 1, 0, 3][: decoded.shape[2]]]
    if depth == 16:
        decoded = decoded.astype(">u2")
    values = np.ascontiguousarray(decoded).view(np.uint8).reshape(len(part), stop - start)
    return values[extra:]


def extent(values: Rows) -> tuple[int, int]:
    """The place of the first value that is not 0, and one past the last; (0, 0) where all are 0."""
    used = values != 0
    first = int(used.argmax())
    return (first, len(used) - int(used[::-1].argmax())) if used[first] else (0, 0)
