"""Masks in PNG files (RFC 2083), of any kind, read at the cost of the object's box rather than of the canvas.

The stream is inflated a few hundred kilobytes at a time (`maskpick.inflate`), blank rows are passed over, and of the
others only the columns that hold anything are unfiltered (`maskpick.png_rows`). A canvas is never held unless the
object fills it. `maskpick.png_writing` is the way back.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.inflate import DamagedStreamError, Run, inflated
from maskpick.masks import NOWHERE, Box, Coverage, Size
from maskpick.png_rows import DamagedRowsError, cut, extent, unfiltered
from maskpick.png_writing import SIGNATURE

MOST_PIXELS = 200_000_000
LONGEST_SIDE = 1 << 20
"""A PNG that says it has more pixels, or a longer side, is refused before any of it is inflated."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE = 3


class DamagedPngError(Exception):
    """Says what is wrong with a PNG, as the end of a sentence that begins with its name: "is cut short"."""


class Header(NamedTuple):
    """What a PNG says it is.

    ``depth`` is bits a sample; ``colour`` is 0 for grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
    """

    size: Size
    depth: int
    colour: int
    interlaced: bool

    @property
    def channels(self) -> int:
        return _CHANNELS[self.colour]

    @property
    def unit(self) -> int:
        """The bytes a filter looks back by: those of a pixel, at least 1."""
        return max(1, self.channels * self.depth // 8)

    def row(self, width: int) -> int:
        """The bytes of a row of ``width`` pixels, with its filter type."""
        return 1 + (width * self.channels * self.depth + 7) // 8


class Drawing(NamedTuple):
    """What a PNG of ``size`` shows as a mask: ``coverage``, uint8 (box.height, box.width), and 0 outside ``box``."""

    size: Size
    box: Box
    coverage: Coverage


def read_header(data: bytes) -> Header:
    """What the first 33 bytes of a PNG say. Raises `DamagedPngError`."""
    if not data.startswith(SIGNATURE):
        raise DamagedPngError("is not a PNG picture")
    if len(data) < 33:
        raise DamagedPngError("is cut short")
    length, kind, width, height, depth, colour, method, filters, interlace, crc = struct.unpack(
        ">I4sIIBBBBBI", data[8:33]
    )
    if length != 13 or kind != b"IHDR" or zlib.crc32(data[12:29]) != crc:
        raise DamagedPngError("is damaged at its beginning")
    if depth not in _DEPTHS.get(colour, ()) or method or filters or interlace > 1 or not width or not height:
        raise DamagedPngError("is of a kind that does not exist")
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise DamagedPngError(f"says it is {width} x {height} pixels, which is more than any picture here may have")
    return Header(Size(width, height), depth, colour, bool(interlace))


def read_coverage(data: bytes) -> Drawing:
    """Read a mask from a PNG of any kind: 0 black .. 255 white; transparent pixels count as black.

    Raises `DamagedPngError` for whatever is torn, has a wrong checksum, or has more than `MOST_PIXELS`.
    """
    header = read_header(data)
    chunks = _chunks(data)
    shades = _Shades(header, chunks)
    if header.interlaced:
        return _read_interlaced(header, chunks.stream, shades)
    row, height = header.row(header.size.width), header.size.height
    with contextlib.suppress(DamagedStreamError, DamagedRowsError):
        return _read(header, inflated(chunks.stream, row * height, row), shades)
    # Perhaps only a leap went wrong; what does not inflate without leaps either is damaged.
    with _in_words():
        return _read(header, inflated(chunks.stream, row * height), shades)


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (DamagedStreamError, DamagedRowsError) as error:
        raise DamagedPngError(f"is damaged: {error}") from error


class _Chunks(NamedTuple):
    stream: bytes
    palette: bytes
    transparency: bytes


def _chunks(data: bytes) -> _Chunks:
    """The parts of a PNG that matter, each with its checksum verified."""
    view = memoryview(data)
    found: dict[bytes, list[memoryview]] = {b"IDAT": [], b"PLTE": [], b"tRNS": []}
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise DamagedPngError("is cut short")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            raise DamagedPngError("is cut short")
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            raise DamagedPngError("is damaged: a checksum does not agree")
        if kind in found:
            found[kind].append(view[at + 8 : end])
        elif kind == b"IEND":
            break
        at = end + 4
    return _Chunks(*(b"".join(found[kind]) for kind in (b"IDAT", b"PLTE", b"tRNS")))


class _Shades:
    """Turns unfiltered bytes into coverage."""

    def __init__(self, header: Header, chunks: _Chunks) -> None:
        self._header = header
        self._table: NDArray[np.uint8] | None = None
        if header.colour == _PALETTE:
            if not chunks.palette or len(chunks.palette) % 3 or len(chunks.palette) > 768:
                raise DamagedPngError("has no palette, or half of one")
            colours = np.zeros((256, 3), np.uint8)
            colours[: len(chunks.palette) // 3] = np.frombuffer(chunks.palette, np.uint8).reshape(-1, 3)
            alpha = np.full(256, 255, np.uint8)
            given = np.frombuffer(chunks.transparency[:256], np.uint8)
            alpha[: len(given)] = given
            self._table = _seen(_luminance(colours), alpha)
        elif header.depth < 8:
            step = 255 // ((1 << header.depth) - 1)
            self._table = np.minimum(np.arange(256) * step, 255).astype(np.uint8)

    @property
    def of_zero(self) -> int:
        """The coverage of a pixel whose bytes are all 0."""
        return 0 if self._table is None else int(self._table[0])

    def coverage(self, rows: NDArray[np.uint8]) -> Coverage:
        """Coverage (h, pixels) of unfiltered ``rows``, uint8 (h, bytes): whole pixels, or bytes of several."""
        height = len(rows)
        depth, channels = self._header.depth, self._header.channels
        if depth < 8:
            shifts = np.arange(8 - depth, -1, -depth, dtype=np.uint8)
            rows = (rows[:, :, None] >> shifts & np.uint8((1 << depth) - 1)).reshape(height, -1)
        if self._table is not None:
            return self._table[rows]
        if depth == 16:
            wide = rows.reshape(height, -1, 2)
            # 257 = 65535 / 255; half of it rounds.
            rows = (((wide[..., 0].astype(np.uint32) << 8 | wide[..., 1]) + 128) // 257).astype(np.uint8)
        if channels == 1:
            return rows
        samples = rows.reshape(height, -1, channels)
        grey = samples[..., 0] if channels == 2 else _luminance(samples)
        return grey if channels == 3 else _seen(grey, samples[..., -1])


def _luminance(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ITU-R BT.601 luma of (..., 3 or more) uint8, in 16-bit fractions that add up to 1."""
    red, green, blue = (colours[..., channel].astype(np.uint32) for channel in range(3))
    return ((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16).astype(np.uint8)


def _seen(grey: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return ((grey.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)


_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: first column, first row, and the steps from there, of the seven pictures that an interlaced one is made of."""


def _read_interlaced(header: Header, stream: bytes, shades: _Shades) -> Drawing:
    width, height = header.size
    passes = []
    for x, y, dx, dy in _PASSES:
        size = Size(len(range(x, width, dx)), len(range(y, height, dy)))
        if size.width and size.height:
            passes.append((header._replace(size=size), (slice(y, None, dy), slice(x, None, dx))))
    canvas = np.zeros((height, width), np.uint8)
    with _in_words():
        pieces = _Pieces(inflated(stream, sum(part.row(part.size.width) * part.size.height for part, _ in passes)))
        for part, places in passes:
            drawing = _read(part, pieces.take(part.row(part.size.width) * part.size.height), shades)
            if not drawing.box.empty:
                canvas[places][drawing.box.slices()] = drawing.coverage
        pieces.end()
    return Drawing(header.size, Box(0, 0, width, height), canvas)


class _Pieces:
    """Deals out an inflated stream in portions."""

    def __init__(self, runs: Iterator[Run]) -> None:
        self._runs = runs
        self._rest = b""

    def take(self, count: int) -> Iterator[Run]:
        while count:
            piece = self._rest or next(self._runs).piece
            self._rest = piece[count:]
            count -= len(piece) - len(self._rest)
            yield Run(piece[: len(piece) - len(self._rest)], 1)

    def end(self) -> None:
        """Inflate to the end, where the checksum stands."""
        for _ in self._runs:
            pass


class _Band(NamedTuple):
    """Coverage of some rows and columns; [0, 0] is pixel (x, y)."""

    x: int
    y: int
    coverage: Coverage


def _read(header: Header, runs: Iterator[Run], shades: _Shades) -> Drawing:
    if shades.of_zero:  # what is blank in the file is not blank in the mask: a canvas it is
        canvas = np.full((header.size.height, header.size.width), shades.of_zero, np.uint8)
        for band in _bands(header, runs, shades):
            height, width = band.coverage.shape
            canvas[band.y : band.y + height, band.x : band.x + width] = band.coverage
        return Drawing(header.size, Box(0, 0, *header.size), canvas)
    bands = [_trimmed(band) for band in _bands(header, runs, shades)]
    bands = [band for band in bands if band.coverage.size]
    if not bands:
        return Drawing(header.size, NOWHERE, np.zeros((0, 0), np.uint8))
    left, top = min(band.x for band in bands), bands[0].y
    right = max(band.x + band.coverage.shape[1] for band in bands)
    bottom = bands[-1].y + len(bands[-1].coverage)
    coverage = np.zeros((bottom - top, right - left), np.uint8)
    for band in bands:
        height, width = band.coverage.shape
        coverage[band.y - top : band.y - top + height, band.x - left : band.x - left + width] = band.coverage
    return Drawing(header.size, Box(left, top, right - left, bottom - top), coverage)


def _trimmed(band: _Band) -> _Band:
    """Without the empty columns at both sides, so that what is kept until the end is about the box."""
    first, end = extent(np.bitwise_or.reduce(band.coverage, axis=0))
    return _Band(band.x + first, band.y, np.ascontiguousarray(band.coverage[:, first:end]))


def _bands(header: Header, runs: Iterator[Run], shades: _Shades) -> Iterator[_Band]:
    """The parts of the picture that are not all 0, from top to bottom."""
    width = header.size.width
    pixels_a_byte = max(1, 8 // (header.depth * header.channels))
    above: NDArray[np.uint8] | None = None  # the last row, unfiltered; None when it is all 0
    y = 0
    for rows, times in cut(runs, header.row(width)):
        if above is None and not rows[:, 1:].any() and rows[:, 0].max() <= 4:
            y += len(rows) * times
            continue
        for _ in range(times):
            start, values, above = unfiltered(rows, above, header.unit)
            coverage = shades.coverage(values)
            x = start // header.unit * pixels_a_byte
            yield _Band(x, y, coverage[:, : width - x])
            y += len(rows)
