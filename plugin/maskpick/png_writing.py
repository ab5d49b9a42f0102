"""Write masks and label maps as grey PNGs, at the cost of the rows of their box."""

from __future__ import annotations

import functools
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.inflate import Run, adler32
from maskpick.masks import Box, Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY = 0
_UP = 2  # the filter: each byte is stored as its difference from the one above
_STRIPE = 1 << 20  # bytes of rows compressed at a time


def write_grey(size: Size, box: Box, values: NDArray[Any], level: int = 1) -> bytes:
    """A grey PNG of ``size`` that is 0 but for ``box``, which holds ``values``: uint8 or uint16.

    ``values`` is (box.height, box.width), ``level`` zlib's, 1..9. Costs the box' rows: blank ones are compressed once
    in the life of the process.
    """
    unit = values.dtype.itemsize
    row = 1 + size.width * unit
    body = _Deflated(level)
    body.blank(box.y * row)
    raw = values.astype(">u2").view(np.uint8) if unit == 2 else values
    count = max(1, _STRIPE // row)
    above = np.zeros(raw.shape[1], np.uint8)
    for first in range(0, box.height, count):
        part = raw[first : first + count]
        rows = np.zeros((len(part), row), np.uint8)
        rows[:, 0] = _UP
        change = rows[:, 1 + box.x * unit : 1 + box.right * unit]
        np.subtract(part[0], above, out=change[0])
        np.subtract(part[1:], part[:-1], out=change[1:])
        above = part[-1]
        body.add(rows.data)
    body.blank((size.height - box.bottom) * row)
    return packed(struct.pack(">IIBBBBB", *size, 8 * unit, _GREY, 0, 0, 0), body.end())


class _Deflated:
    """A zlib stream that is put together."""

    def __init__(self, level: int) -> None:
        self._parts = [b"\x78\x01"]
        self._level = level
        self._checksum = 1

    def add(self, data: bytes | memoryview) -> None:
        self._parts.append(_block(data, self._level))
        self._checksum = zlib.adler32(data, self._checksum)

    def blank(self, length: int) -> None:
        """Add so many zeros."""
        self._checksum = adler32(Run(b"\0", length), self._checksum)
        while length >= _SMALLEST_BLANK:
            power = min(length.bit_length() - 1, _LARGEST_BLANK)
            self._parts.append(_blank_block(power))
            length -= 1 << power
        if length:
            self._parts.append(_block(bytes(length), self._level))

    def end(self) -> bytes:
        """Close the stream: an empty last block, and the checksum."""
        return b"".join((*self._parts, b"\x03\x00", self._checksum.to_bytes(4, "big")))


_SMALLEST_BLANK = 1 << 12
_LARGEST_BLANK = 22


def _block(data: bytes | memoryview, level: int) -> bytes:
    """Deflated data that ends at a whole byte and looks back on nothing, so that any other may stand before it."""
    squeeze = zlib.compressobj(level, wbits=-15)
    return squeeze.compress(data) + squeeze.flush(zlib.Z_FULL_FLUSH)


@functools.cache
def _blank_block(power: int) -> bytes:
    return _block(bytes(1 << power), 9)


def packed(header: bytes, stream: bytes) -> bytes:
    """A PNG file of an IHDR chunk's content and a zlib stream."""
    return b"".join((SIGNATURE, *_chunk(b"IHDR", header), *_chunk(b"IDAT", stream), *_chunk(b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return len(data).to_bytes(4, "big"), kind, data, checksum.to_bytes(4, "big")
