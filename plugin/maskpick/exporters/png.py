"""Writing PNGs fast: layers are written by the hundred, and are read once, by an editor.

One filter for all rows and the quickest deflate: a third larger than the smallest file, in a tenth of the time.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from maskpick.pictures import Pixels

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's number for grey, grey and alpha, RGB, RGB and alpha (PNG specification, 11.2.1), by channels."""

SUB = 1
"""The filter that stores each byte's difference from the pixel to the left."""


def encode_png(pixels: Pixels, icc: bytes | None = None) -> bytes:
    """``pixels`` as a PNG file: (h, w, 1 to 4 channels), uint8 or uint16; ``icc`` is their colour profile."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, COLOUR_TYPES[channels], 0, 0, 0)
    profile = _chunk(b"iCCP", b"icc\0\0" + zlib.compress(icc)) if icc else b""
    body = zlib.compress(_filtered(pixels).data, 1)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), profile, _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    )


def _filtered(pixels: Pixels) -> NDArray[np.uint8]:
    """Rows as deflate gets them: the filter's number, then the filtered bytes; 16-bit values high byte first."""
    height, width, channels = pixels.shape
    rows = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    step = channels * pixels.itemsize
    filtered = np.empty((height, 1 + width * step), np.uint8)
    filtered[:, 0] = SUB
    filtered[:, 1 : 1 + step] = rows[:, :step]
    np.subtract(rows[:, step:], rows[:, :-step], out=filtered[:, 1 + step :])
    return filtered


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
