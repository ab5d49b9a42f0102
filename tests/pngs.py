"""A slow and plain PNG writer: every depth, colour and filter, interlaced or not; what the fast reader is held to."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [(0, depth) for depth in (1, 2, 4, 8, 16)] + [(3, depth) for depth in (1, 2, 4, 8)]
KINDS += [(colour, depth) for colour in (2, 4, 6) for depth in (8, 16)]
"""Every pair of colour type and depth that there is."""

_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    samples: NDArray[Any],
    colour: int = 0,
    depth: int = 8,
    filters: Sequence[int] = (0,),
    interlaced: bool = False,
    extra: Sequence[tuple[bytes, bytes]] = (),
    level: int = 6,
) -> bytes:
    """A PNG of ``samples`` (h, w, channels), each below 2 ** depth; row i has filter ``filters[i % len]``.

    ``extra`` chunks stand before the pixels.
    """
    height, width, _ = samples.shape
    parts = [samples]
    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in _PASSES]
    raw = b"".join(_filtered(_packed(part, depth), filters, max(1, CHANNELS[colour] * depth // 8)) for part in parts)
    return image(
        struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced), zlib.compress(raw, level), extra
    )


def image(header: bytes, stream: bytes, extra: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """The file of a header and a compressed stream, cut into two chunks."""
    half = len(stream) // 2
    chunks = [(b"IHDR", header), *extra, (b"IDAT", stream[:half]), (b"IDAT", stream[half:]), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def _packed(samples: NDArray[Any], depth: int) -> list[bytes]:
    rows = samples.reshape(len(samples), -1) if samples.size else []
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in rows]
    packed = []
    for row in rows:
        bits = "".join(format(int(value), f"0{depth}b") for value in row)
        bits += "0" * (-len(bits) % 8)
        packed.append(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)))
    return packed


def _filtered(rows: list[bytes], filters: Sequence[int], unit: int) -> bytes:
    out = bytearray()
    above = bytes(len(rows[0])) if rows else b""
    for number, row in enumerate(rows):
        kind = filters[number % len(filters)]
        out.append(kind)
        for at, value in enumerate(row):
            left = row[at - unit] if at >= unit else 0
            corner = above[at - unit] if at >= unit else 0
            guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
            out.append((value - guess) % 256)
        above = row
    return bytes(out)


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))
