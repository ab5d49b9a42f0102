"""Reading mask files (``.maskpick``) with the standard library alone; ``docs/mask-file.md`` describes the layout."""

from __future__ import annotations

import array
import contextlib
import json
import math
import mmap
import os
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple

MAGIC = b"\x89MSK\r\n\x1a\n"
VERSION, LEANING = 1, 2
"""Files that are whole by themselves, and those that lean on another one beside them."""
PROLOGUE = struct.Struct("<8sIIQII")
ALIGNMENT = 64
MAPPED_FROM = 1 << 20
"""Smaller files are read into memory, so that on Windows they can be replaced while they are in use."""
MOST_PIXELS = 1 << 28
MOST_TABLE = 1 << 24
FORMATS: dict[str, Literal["B", "H", "I"]] = {"u1": "B", "u2": "H", "u4": "I"}


class MaskFileError(Exception):
    """A mask file cannot be read; the message is for the artist."""


class Box(NamedTuple):
    """A rectangle of whole pixels: its left top pixel, its width and height."""

    x: int
    y: int
    width: int
    height: int


class MaskInfo(NamedTuple):
    """What is known of one mask, but for its pixels. ``area`` counts the pixels that are at least half covered."""

    id: int
    box: Box
    area: int
    confidence: float
    name: str
    parent: int | None
    alternate_of: int | None
    background: bool


class MaskFile:
    """One mask file, held open. Close it, or use it in a ``with``: on Windows an open one cannot be replaced.

    ``size`` is the picture's width and height, ``digest`` its hash, ``masks`` maps ids to `MaskInfo`, best first.
    """

    def __init__(self, data: bytes | mmap.mmap, folder: Path | None = None) -> None:
        """Read a mask file's bytes, such as a document keeps, or a mapped one. Raises `MaskFileError`.

        ``folder`` is where another file is looked for that it may lean on.
        """
        self._data = [data]
        self._folder = folder
        self._views: list[memoryview] = []
        try:
            with _in_words():
                self._read()
        except MaskFileError:
            self.close()
            raise

    def _read(self) -> None:
        header, self._blocks, _ = self._opened(self._data[0])
        self._below = self._base_blocks(header)
        width, height = _integers(header["size"], 2, low=1)
        if width * height > MOST_PIXELS:
            raise ValueError("its picture is too large")
        self.size: tuple[int, int] = (width, height)
        self.visual_id = str(header["visual_id"])
        self.digest = str(header["digest"])
        self.masks: dict[int, MaskInfo] = {}
        self._coverage: dict[int, dict[str, Any]] = {}
        for fields in header["masks"]:
            self._add(fields)
        regions = header["regions"]
        self._starts, self._ids = (self._table(regions[name]) for name in ("starts", "ids"))
        starts = list(self._starts)
        if starts[:2] != [0, 0] or starts[-1] != len(self._ids) or starts != sorted(starts):
            raise ValueError("its table of regions is damaged")
        if not self.masks.keys() >= set(self._ids):
            raise ValueError("its table of regions names a mask that is not there")
        self._index = self._values(regions["index"], ("u2", "u4"), (height, width))

    def _opened(self, data: bytes | mmap.mmap) -> tuple[dict[str, Any], memoryview, int]:
        """The header, the blocks and the checksum of a file."""
        file = self._kept(memoryview(data))
        header, at, checksum = _header(file)
        return header, self._kept(file[at:]), checksum

    def _base_blocks(self, header: dict[str, Any]) -> memoryview:
        """The blocks of the file that is leaned on; nothing where none is."""
        if "base" not in header:
            return memoryview(b"")
        name = str(header["base"]["file"])
        if self._folder is None or Path(name).name != name:
            raise ValueError("it is not whole by itself")
        self._data.append(_mapped(self._folder / name))
        below, blocks, checksum = self._opened(self._data[1])
        if checksum != header["base"]["checksum"] or "base" in below:
            raise ValueError(f"the file {name} that it leans on has changed")
        return blocks

    @classmethod
    def open(cls, path: str | Path) -> MaskFile:
        """Open a file: a large one is mapped, a small one read. Raises `MaskFileError`."""
        return cls(_mapped(Path(path)), Path(path).parent)

    def region(self, x: int, y: int) -> int:
        """The number of the region at a pixel: while it stays the same, so does the stack. 0 outside the picture."""
        width, height = self.size
        if not (0 <= x < width and 0 <= y < height):
            return 0
        return int(self._index[y * width + x])

    def stack(self, region: int) -> tuple[int, ...]:
        """The ids of the masks in a region, smallest first. Raises `MaskFileError` when the file is damaged."""
        if region + 1 >= len(self._starts):
            raise MaskFileError("The mask file is damaged: its region map has no such row. Find the objects again.")
        return tuple(self._ids[self._starts[region] : self._starts[region + 1]])

    def stacks(self) -> tuple[tuple[int, ...], ...]:
        """The stacks of all regions that have any."""
        return tuple(self.stack(region) for region in range(1, len(self._starts) - 1))

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The ids of the masks at a pixel, smallest first; none outside the picture."""
        return self.stack(self.region(x, y))

    def coverage(self, id: int) -> memoryview:  # noqa: A002
        """The coverage of a mask, 0..255, row by row of its box, one byte a pixel. Raises `KeyError`.

        A view into the file where the file is not compressed: release it before the file is closed.
        """
        box = self.masks[id].box
        with _in_words():
            return self._values(self._coverage[id], ("u1",), (box.height, box.width), kept=False)

    def close(self) -> None:
        """Let go of the file. A view that is still held keeps it open until it is released."""
        for view in reversed(self._views):
            view.release()
        self._views.clear()
        for data in self._data:
            if isinstance(data, mmap.mmap):
                with contextlib.suppress(BufferError):
                    data.close()

    def __enter__(self) -> MaskFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, fields: dict[str, Any]) -> None:
        box = Box(*_integers(fields["box"], 4))
        number = _integers([fields["id"]], 1, low=1)[0]
        if number in self.masks:
            raise ValueError(f"it holds two masks number {number}")
        if box.x + box.width > self.size[0] or box.y + box.height > self.size[1]:
            raise ValueError(f"mask {number} reaches outside the picture")
        self._coverage[number] = fields["coverage"]
        self.masks[number] = MaskInfo(
            id=number,
            box=box,
            area=_integers([fields["area"]], 1)[0],
            confidence=float(fields["confidence"]),
            name=str(fields["name"]),
            parent=None if fields["parent"] is None else _integers([fields["parent"]], 1)[0],
            alternate_of=None if fields["alternate_of"] is None else _integers([fields["alternate_of"]], 1)[0],
            background=fields["background"] is True,
        )

    def _table(self, block: dict[str, Any]) -> memoryview:
        length = _integers(block["shape"], 1)
        if length[0] > MOST_TABLE:
            raise ValueError("its table of regions is too long")
        return self._values(block, ("u4",), tuple(length))

    def _values(
        self, block: dict[str, Any], dtypes: tuple[str, ...], shape: tuple[int, ...], kept: bool = True
    ) -> memoryview:
        """The numbers of a block, flat; it must hold exactly ``shape``. ``kept`` ones are released by `close`."""
        if block["dtype"] not in dtypes or block["shape"] != list(shape):
            raise ValueError("one of its blocks has another size than the rest demands")
        offset, length = _integers([block["offset"], block["length"]], 2)
        blocks = self._below if block.get("base") is True else self._blocks
        if offset + length > len(blocks):
            raise ValueError("one of its blocks reaches beyond its end")
        format = FORMATS[block["dtype"]]  # noqa: A001
        wanted = math.prod(shape) * struct.calcsize(format)
        data = blocks[offset : offset + length]
        if block["codec"] == "zlib":
            with data:
                # One byte more than wanted tells a block that is too long from one that ends where it should.
                data = memoryview(zlib.decompressobj().decompress(data, wanted + 1))
        elif block["codec"] != "raw":
            raise ValueError(f"it uses the unknown codec {block['codec']!r}")
        if len(data) != wanted:
            raise ValueError("one of its blocks has a wrong length")
        if kept:
            self._kept(data)
        if format == "B":
            return data
        if sys.byteorder == "big":
            swapped = array.array(format, data.tobytes())
            swapped.byteswap()
            return memoryview(swapped)
        numbers = data.cast(format)
        return self._kept(numbers) if kept else numbers

    def _kept(self, view: memoryview) -> memoryview:
        self._views.append(view)
        return view


def _mapped(path: Path) -> bytes | mmap.mmap:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < MAPPED_FROM:
                return file.read()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise MaskFileError(f"{path} cannot be read: {error.strerror or error}.") from error


def _header(file: memoryview) -> tuple[dict[str, Any], int, int]:
    """The header, where the blocks begin, and the header's checksum."""
    if len(file) < PROLOGUE.size or file[: len(MAGIC)] != MAGIC:
        raise ValueError("it is no mask file")
    _, version, header_length, file_length, checksum, _ = PROLOGUE.unpack_from(file)
    if version not in (VERSION, LEANING):
        raise ValueError(f"it has version {version}, and this plug-in reads versions {VERSION} and {LEANING}")
    at = -(-(PROLOGUE.size + header_length) // ALIGNMENT) * ALIGNMENT
    if file_length != len(file) or at > len(file):
        raise ValueError("it is not whole")
    text = bytes(file[PROLOGUE.size : PROLOGUE.size + header_length])
    if zlib.crc32(text) != checksum:
        raise ValueError("its header is damaged")
    header = json.loads(text)
    if not isinstance(header, dict):
        raise TypeError("its header is no table of fields")
    if ("base" in header) != (version == LEANING):
        raise ValueError("its version is not what it holds")
    return header, at, checksum


def _integers(values: object, count: int, low: int = 0) -> list[int]:
    if not isinstance(values, list) or len(values) != count:
        raise TypeError("its header is damaged")
    for value in values:
        if type(value) is not int or not low <= value < 1 << 63:
            raise ValueError("its header holds a number that cannot be")
    return values


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Turn what goes wrong over a damaged file into a `MaskFileError`."""
    try:
        yield
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, struct.error, zlib.error) as error:
        raise MaskFileError(f"The mask file cannot be read: {error}. Find the objects again.") from error
