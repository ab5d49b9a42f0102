"""Inflate the rows of a PNG piece by piece, leaping over long runs of blank rows.

A mask is mostly nothing: thousands of rows of zeros, which deflate stores as one code pair ("copy 258 bytes from
just before") tens of thousands of times, and zlib writes every byte of them. Where the *compressed* bytes repeat with
a period, and a period was seen to inflate to blank rows only while all that deflate can look back on was blank, the
next period inflates to the same: it is counted and not inflated.

A stream could be made to fool this argument. So the checksum at the stream's end (Adler-32, RFC 1950), carried
across leaps as well, decides: where it does not agree, inflate again without leaping.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

STEP = 256
"""Compressed bytes inflated at a time. Deflate makes at most 1032 bytes of one, so a piece has at most 264 KB."""

_WINDOW = 32768  # how far back deflate can copy from
_KEY = 64  # so many compressed bytes must come again to be called a repetition
_LONGEST_PERIOD = 1024
_WIDEST_ROW = 1 << 16
_ADLER = 65521


class DamagedStreamError(Exception):
    """A zlib stream is torn, wrong, or of another length than promised."""


class Run(NamedTuple):
    """The bytes ``piece``, ``times`` times in a row. Where ``times`` > 1 they are blank rows, or parts of such.

    A row is blank when all its bytes but the first, a PNG's filter type, are 0.
    """

    piece: bytes
    times: int


def inflated(stream: bytes, size: int, row: int = 0) -> Iterator[Run]:
    """Inflate a zlib ``stream`` that must hold exactly ``size`` bytes, in rows of ``row`` bytes.

    With 0 for ``row`` nothing is leapt over. Raises `DamagedStreamError`, at the very end too: nothing that was
    yielded is to be trusted before the iterator has ended.
    """
    source = _Source(stream)
    blank = _BlankTail(row) if 0 < row <= _WIDEST_ROW else None
    checksum, done = 1, 0
    while not source.ended:
        for run in [Run(source.take(STEP), 1)] if blank is None else _next_runs(source, blank):
            checksum = adler32(run, checksum)
            done += len(run.piece) * run.times
            if done > size:
                raise DamagedStreamError("it holds more than its size allows")
            yield run
    if done < size:
        raise DamagedStreamError("it holds less than its size asks for")
    if source.checksum() != checksum:
        raise DamagedStreamError("its checksum does not agree")


class _Source:
    """The compressed bytes, and how far they are inflated."""

    def __init__(self, stream: bytes) -> None:
        # RFC 1950: method 8, window up to 32 KB, no preset dictionary, and a check that makes it a multiple of 31.
        head = int.from_bytes(stream[:2], "big")
        if len(stream) < 2 or head % 31 or head >> 8 & 15 != 8 or head >> 12 > 7 or head & 32:
            raise DamagedStreamError("it does not begin as it should")
        self.stream = stream
        self.at = 2
        self._inflater = zlib.decompressobj(wbits=-15)
        self._run_end = 0
        self._period = 0

    @property
    def ended(self) -> bool:
        return self._inflater.eof

    def take(self, count: int) -> bytes:
        """Inflate the next ``count`` compressed bytes."""
        if self.at >= len(self.stream):
            raise DamagedStreamError("it is cut short")
        try:
            piece = self._inflater.decompress(self.stream[self.at : self.at + count])
        except zlib.error as error:
            raise DamagedStreamError("it cannot be inflated") from error
        self.at += count
        return piece

    def checksum(self) -> int:
        """The Adler-32 that stands behind the inflated bytes."""
        tail = min(self.at, len(self.stream)) - len(self._inflater.unused_data)
        if len(self.stream) < tail + 4:
            raise DamagedStreamError("it is cut short")
        return int.from_bytes(self.stream[tail : tail + 4], "big")

    def repetition(self) -> tuple[int, int]:
        """The period with which the bytes from here on repeat, and where that ends; (0, ...) when they do not."""
        if self.at >= self._run_end:
            key = self.stream[self.at : self.at + _KEY]
            again = self.stream.find(key, self.at + 1, self.at + _LONGEST_PERIOD + _KEY)
            self._period = again - self.at if again > 0 and len(key) == _KEY else 0
            self._run_end = _end_of_run(self.stream, self.at, self._period) if self._period else 0
        return self._period, self._run_end


def _end_of_run(stream: bytes, start: int, period: int) -> int:
    """The first place from ``start`` on that differs from the one a period before it."""
    values = np.frombuffer(stream, np.uint8)
    place, stretch = start + period, 1024
    while place < len(values):
        here = values[place : place + stretch]
        differs = here != values[place - period : place - period + len(here)]
        first = int(differs.argmax())
        if differs[first]:
            return place + first
        place += len(here)
        stretch *= 2
    return len(values)


class _BlankTail:
    """Knows how many bytes at the end of what was inflated are blank rows, all with the same filter type."""

    def __init__(self, row: int) -> None:
        self._row = row
        self._column = 0
        self._filter = -1
        self.length = 0

    def see(self, piece: bytes) -> None:
        begin = -self._column % self._row
        kind = piece[begin] if begin < len(piece) else self._filter
        if kind < 0 or piece != _blank_rows(self._row, kind)[self._column : self._column + len(piece)]:
            self.length = 0
        elif kind == self._filter:
            self.length += len(piece)
        else:
            self.length = max(0, len(piece) - begin)
        self._filter = kind
        self._column = (self._column + len(piece)) % self._row

    def repeats(self, piece: bytes) -> bool:
        """Whether blank rows go on in the same phase after any number of this blank piece."""
        return self._filter == 0 or len(piece) % self._row == 0


@functools.lru_cache(maxsize=4)
def _blank_rows(row: int, kind: int) -> bytes:
    """As many blank rows as the longest piece and a row are long."""
    return (bytes([kind]) + bytes(row - 1)) * (2 + STEP * 1032 // row + 1)


def _next_runs(source: _Source, blank: _BlankTail) -> list[Run]:
    period, end = source.repetition()
    # One or two bytes need not be a whole number of code pairs, but pairs of 1 to 6, 8 or 10 bits fit into 15 of them.
    step = 15 * period if period <= 2 else period
    if not period or end - source.at < 4 * step:
        piece = source.take(STEP)
        blank.see(piece)
        return [Run(piece, 1)]
    if blank.length < _WINDOW:
        piece = source.take(min(_KEY, end - source.at))
        blank.see(piece)
        return [Run(piece, 1)]
    one, two = source.take(step), source.take(step)
    blank.see(one)
    blank.see(two)
    if one != two or source.ended or blank.length < _WINDOW or not blank.repeats(two):
        return [Run(one, 1), Run(two, 1)]
    leap = (end - source.at) // step
    source.at += leap * step
    return [Run(one, 2 + leap)]


def adler32(run: Run, before: int) -> int:
    """Adler-32 after ``run``: what its bytes add to both sums is the same each time, so a series adds it up."""
    piece, times = run
    if times == 1:
        return zlib.adler32(piece, before)
    low, high = before & 0xFFFF, before >> 16
    alone = zlib.adler32(piece, 0)  # both sums from 0: the bytes' sum, and their sum weighted by place
    plain, weighted = alone & 0xFFFF, alone >> 16
    high += times * (len(piece) * low + weighted) + len(piece) * plain * (times * (times - 1) // 2)
    return (high % _ADLER) << 16 | (low + times * plain) % _ADLER
