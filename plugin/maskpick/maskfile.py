"""The mask file (``.maskpick``): a mask set in one file, opened in milliseconds because it is mapped, not parsed.

The layout is described byte by byte in ``docs/mask-file.md``: a prologue, a JSON header, and aligned blocks for the
region map, its table, every mask's coverage, and the panoptic map. ``adapters/bridge`` reads the same
file with the standard library alone.

A file may lean on another one beside it, which then holds most of its masks: so one more mask costs little to write.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import mmap
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.errors import ArchiveError, OutputError
from maskpick.files import replacing
from maskpick.masks import Box, Mask, MaskSet, Size
from maskpick.regions import RegionMap

MAGIC = b"\x89MSK\r\n\x1a\n"
VERSION, LEANING = 1, 2
"""The format's versions: files that are whole by themselves, and those that lean on another."""
PROLOGUE = struct.Struct("<8sIIQII")
"""Magic, version, the header's length, the file's length, the header's CRC-32, zero."""
ALIGNMENT = 64
MAPPED_FROM = 1 << 20
"""Smaller files are read into memory: that is as fast, and Windows does not let anybody replace a mapped file."""
MOST_PIXELS = 1 << 28
MOST_UNPACKED = 1 << 31
"""A file whose compressed blocks are said to hold more bytes than this (2 GiB) is refused."""
ADVICE = "Find the objects again."
MOST_TABLE = 1 << 24
"""Rows of the table of regions, and ids in all of them together."""
DTYPES: dict[str, np.dtype[Any]] = {"u1": np.dtype("u1"), "u2": np.dtype("<u2"), "u4": np.dtype("<u4")}


def write_mask_file(
    masks: MaskSet,
    target: Path | BinaryIO,
    *,
    compressed: bool = False,
    digest: str = "",
    pixel_digests: Mapping[int, str] | None = None,
) -> None:
    """Write a mask set to a file, beside it and renamed into place, or to an open binary file.

    ``compressed`` makes the blocks small, for keeping inside a document; else they can be mapped. ``digest`` is
    the picture's (`Picture.digest`), to know it again; ``pixel_digests`` are those of the masks, by id
    (`maskpick.staleness`). Raises `OutputError`.
    """
    if isinstance(target, Path):
        with replacing(target) as fresh, fresh.open("wb") as file:
            file.writelines(_encode(masks, compressed, digest, pixel_digests or {}))
    else:
        target.writelines(_encode(masks, compressed, digest, pixel_digests or {}))


def write_leaning(masks: MaskSet, base: Path, target: Path, *, pixel_digests: Mapping[int, str] | None = None) -> Path:
    """Write a mask set that has some more masks than the file ``base`` beside ``target``, and all of its own unchanged.

    The result leans on ``base``, or on the file that leans on itself: on the one returned, which must stay where it
    is and as it is for as long as the result is used. The digests are those of ``base`` and ``pixel_digests``. Raises
    `ArchiveError`, `OutputError`.
    """
    with _in_words(f"The mask file {base.name}"):
        file = _open(base)
        header, _ = _header(file)
        below = _Base.of(base, file, header)
    digests = {**read_pixel_digests(base), **(pixel_digests or {})}
    with replacing(target) as fresh, fresh.open("wb") as written:
        written.writelines(_encode(masks, False, _text(header["digest"]), digests, below))
    return base.parent / below.file


def to_bytes(
    masks: MaskSet,
    *,
    compressed: bool = True,
    digest: str = "",
    pixel_digests: Mapping[int, str] | None = None,
) -> bytes:
    """The mask file as bytes; the parameters are those of `write_mask_file`."""
    return b"".join(_encode(masks, compressed, digest, pixel_digests or {}))


def read_mask_file(path: Path) -> MaskSet:
    """Read a mask file; its region map comes with it, and what is not compressed stays on the disk until it is used.

    On Windows a file of more than `MAPPED_FROM` bytes cannot be replaced or deleted while the set, or
    a mask of it, is alive. Raises `ArchiveError`.
    """
    return _decode(_open(path), f"The mask file {path.name}", path.parent)


def from_bytes(data: bytes) -> MaskSet:
    """Read a mask file from bytes; it must not lean on another one. Raises `ArchiveError`."""
    return _decode(memoryview(data), "The mask file", None)


def read_digest(path: Path) -> str:
    """The digest of the picture a mask file was made from, or "". Raises `ArchiveError`."""
    with _in_words(f"The mask file {path.name}"):
        header, _ = _header(_open(path))
        return _text(header["digest"])


def read_pixel_digests(path: Path) -> dict[int, str]:
    """The hashes of the masks' pixels a mask file holds, by id, of those that have one. Raises `ArchiveError`."""
    with _in_words(f"The mask file {path.name}"):
        header, _ = _header(_open(path))
        told = {_integers([fields["id"]], 1)[0]: _text(fields.get("pixels", "")) for fields in header["masks"]}
        return {id: digest for id, digest in told.items() if digest}  # noqa: A001


# Writing


class _Blocks:
    """Collects the blocks of a file, and describes where each of them will lie."""

    def __init__(self, compressed: bool) -> None:
        self.compressed = compressed
        self.end = 0
        self.parts: list[bytes | memoryview] = []

    def add(self, array: NDArray[Any], dtype: str) -> dict[str, Any]:
        plain = np.ascontiguousarray(array, DTYPES[dtype])
        data = plain.data.cast("B") if plain.size else memoryview(b"")
        stored = zlib.compress(data, 6) if self.compressed else data
        offset = _aligned(self.end)
        self.parts += [bytes(offset - self.end), stored]
        self.end = offset + len(stored)
        return {
            "offset": offset,
            "length": len(stored),
            "codec": "zlib" if self.compressed else "raw",
            "dtype": dtype,
            "shape": list(plain.shape),
        }


class _Base(NamedTuple):
    """What a file that is leaned on holds: ``coverage`` describes the blocks of masks by id, as one who leans does."""

    file: str
    checksum: int
    coverage: dict[int, dict[str, Any]]
    areas: dict[int, int]
    panoptic: dict[str, Any] | None

    @classmethod
    def of(cls, path: Path, file: memoryview, header: Mapping[str, Any]) -> _Base:
        """Of a file, or of the one it leans on: of the masks that it holds itself, others are better written anew."""
        blocks = {fields["id"]: fields["coverage"] for fields in header["masks"]}
        areas = {fields["id"]: _integers([fields["area"]], 1)[0] for fields in header["masks"]}
        panoptic = header["panoptic"]
        leans = header.get("base")
        if leans is None:
            *_, checksum, _ = PROLOGUE.unpack(file[: PROLOGUE.size])
            blocks = {id: {**block, "base": True} for id, block in blocks.items()}  # noqa: A001
            panoptic = None if panoptic is None else {**panoptic, "base": True}
            return cls(path.name, checksum, blocks, areas, panoptic)
        held = {id: block for id, block in blocks.items() if block.get("base") is True}  # noqa: A001
        return cls(_text(leans["file"]), _integers([leans["checksum"]], 1)[0], held, areas, panoptic)


def _encode(
    masks: MaskSet, compressed: bool, digest: str, pixel_digests: Mapping[int, str], base: _Base | None = None
) -> Iterator[bytes | memoryview]:
    blocks = _Blocks(compressed)
    table = masks.regions.table
    starts = np.cumsum([0, *map(len, table)])
    ids = np.array([id for row in table for id in row], np.uint32)  # noqa: A001
    if max(len(starts), len(ids)) > MOST_TABLE:
        raise OutputError("The masks overlap in too many ways for a mask file.", "Keep fewer of them.")
    index = masks.regions.index
    held, areas = ({}, {}) if base is None else (base.coverage, base.areas)  # to count areas costs all the boxes
    header: dict[str, Any] = {
        "size": list(masks.size),
        "visual_id": masks.visual_id,
        "digest": digest,
        "regions": {
            "index": blocks.add(index, "u2" if len(table) <= 1 << 16 else "u4"),
            "starts": blocks.add(starts, "u4"),
            "ids": blocks.add(ids, "u4"),
            "areas": blocks.add(masks.regions.areas, "u4"),
        },
        "masks": [
            {
                **_fields(mask, areas.get(mask.id)),
                **({"pixels": pixel_digests[mask.id]} if mask.id in pixel_digests else {}),
                "coverage": held.get(mask.id) or blocks.add(mask.coverage, "u1"),
            }
            for mask in masks
        ],
    }
    if base is None:
        header["panoptic"] = None if masks.panoptic is None else blocks.add(masks.panoptic, "u2")
    else:
        header["panoptic"] = base.panoptic
        header["base"] = {"file": base.file, "checksum": base.checksum}
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    data_at = _aligned(PROLOGUE.size + len(text))
    version = VERSION if base is None else LEANING
    yield PROLOGUE.pack(MAGIC, version, len(text), data_at + blocks.end, zlib.crc32(text), 0)
    yield text
    yield bytes(data_at - PROLOGUE.size - len(text))
    yield from blocks.parts


def _fields(mask: Mask, area: int | None) -> dict[str, Any]:
    """What the header tells of a mask, in plain Python numbers. ``area`` is the mask's where that is known."""
    return {
        "id": int(mask.id),
        "box": [int(side) for side in mask.box],
        "area": mask.area if area is None else area,
        "confidence": float(mask.confidence),
        "name": mask.name,
        "parent": None if mask.parent is None else int(mask.parent),
        "alternate_of": None if mask.alternate_of is None else int(mask.alternate_of),
        "background": bool(mask.background),
    }


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


# Reading


def _open(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < MAPPED_FROM:
                return memoryview(file.read())
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise ArchiveError(f"The mask file {path} cannot be read: {error.strerror or error}.") from error


@contextlib.contextmanager
def _in_words(what: str) -> Iterator[None]:
    """Turn what goes wrong over a damaged file into an `ArchiveError` about ``what``."""
    try:
        yield
    except KeyError as error:
        raise ArchiveError(f"{what} cannot be read: its header has no {error}.", ADVICE) from error
    except (ValueError, TypeError, RecursionError, OverflowError, struct.error, zlib.error) as error:
        raise ArchiveError(f"{what} cannot be read: {error}.", ADVICE) from error


def _decode(file: memoryview, what: str, folder: Path | None) -> MaskSet:
    """``folder`` is where the file lies that this one leans on, if it does."""
    with _in_words(what):
        header, data_at = _header(file)
        if sum(_unpacked_bytes(block) for block in _all_blocks(header)) > MOST_UNPACKED:
            raise ValueError("it would unpack to too many bytes")
        unpack = _Unpacker(file[data_at:], _base_blocks(header, folder))
        size = Size(*_integers(header["size"], 2, low=1))
        if size.width * size.height > MOST_PIXELS:
            raise ValueError(f"its picture is said to have {size.width} x {size.height} pixels")
        canvas = (size.height, size.width)
        masks = tuple(_mask(fields, unpack) for fields in header["masks"])
        panoptic = None if header["panoptic"] is None else unpack(header["panoptic"], ("u2",), canvas)
        found = MaskSet(size, masks, _text(header["visual_id"]), panoptic)
        _refuse_circles(found)
        # Where the cached property would keep what it had built.
        vars(found)["regions"] = _regions(header["regions"], unpack, found)
        return found


def _header(file: memoryview) -> tuple[dict[str, Any], int]:
    """The header, and where the blocks begin."""
    if len(file) < PROLOGUE.size or file[: len(MAGIC)] != MAGIC:
        raise ValueError("it is no mask file")
    _, version, header_length, file_length, checksum, _ = PROLOGUE.unpack(file[: PROLOGUE.size])
    if version not in (VERSION, LEANING):
        raise ValueError(f"it has version {version}, and this maskpick reads versions {VERSION} and {LEANING}")
    data_at = _aligned(PROLOGUE.size + header_length)
    if file_length != len(file) or data_at > len(file):
        raise ValueError("it is not whole")
    text = file[PROLOGUE.size : PROLOGUE.size + header_length]
    if zlib.crc32(text) != checksum:
        raise ValueError("its header is damaged")
    header = json.loads(bytes(text))
    if not isinstance(header, dict):
        raise TypeError("its header is no table of fields")
    if ("base" in header) != (version == LEANING):
        raise ValueError("its version is not what it holds")
    return header, data_at


def _base_blocks(header: Mapping[str, Any], folder: Path | None) -> memoryview:
    """The blocks of the file that is leaned on; nothing where none is."""
    if "base" not in header:
        return memoryview(b"")
    name, [checksum] = _text(header["base"]["file"]), _integers([header["base"]["checksum"]], 1)
    if folder is None or Path(name).name != name:
        raise ValueError("it is not whole by itself")
    file = _open(folder / name)
    below, data_at = _header(file)
    *_, known, _ = PROLOGUE.unpack(file[: PROLOGUE.size])
    if known != checksum or "base" in below:
        raise ValueError(f"the file {name} that it leans on has changed")
    return file[data_at:]


def _all_blocks(header: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from header["regions"].values()
    yield from (fields["coverage"] for fields in header["masks"])
    if header["panoptic"] is not None:
        yield header["panoptic"]


def _unpacked_bytes(block: Mapping[str, Any]) -> int:
    """What a block is said to need in memory: nothing where it can be mapped."""
    if block["codec"] == "raw":
        return 0
    return math.prod(_integers(block["shape"], len(block["shape"]))) * DTYPES[block["dtype"]].itemsize


class _Unpacker:
    """Turns the descriptions of blocks into read-only arrays, within bounds. ``below`` are blocks of another file."""

    def __init__(self, blocks: memoryview, below: memoryview) -> None:
        self.blocks = blocks
        self.below = below

    def __call__(self, block: Mapping[str, Any], dtypes: Iterable[str], shape: tuple[int, ...]) -> NDArray[Any]:
        """``shape`` is what the rest of the header demands; the block must hold exactly that."""
        if block["dtype"] not in dtypes or block["shape"] != list(shape):
            raise ValueError("one of its blocks has another size than the rest demands")
        offset, length = _integers([block["offset"], block["length"]], 2)
        blocks = self.below if block.get("base") is True else self.blocks
        if offset + length > len(blocks):
            raise ValueError("one of its blocks reaches beyond its end")
        dtype = DTYPES[block["dtype"]]
        wanted = math.prod(shape) * dtype.itemsize
        data: memoryview | bytes = blocks[offset : offset + length]
        if block["codec"] == "zlib":
            # One byte more than wanted tells a block that is too long from one that ends where it should.
            data = zlib.decompressobj().decompress(data, wanted + 1)
        elif block["codec"] != "raw":
            raise ValueError(f"it uses the unknown codec {block['codec']!r}")
        if len(data) != wanted:
            raise ValueError("one of its blocks has a wrong length")
        array: NDArray[Any] = np.frombuffer(data, dtype).reshape(shape)
        return array


def _mask(fields: Mapping[str, Any], unpack: _Unpacker) -> Mask:
    box = Box(*_integers(fields["box"], 4))
    confidence = float(fields["confidence"])
    if not math.isfinite(confidence):
        raise ValueError("a mask's confidence is no number")
    return Mask(
        id=_integers([fields["id"]], 1, low=1)[0],
        box=box,
        coverage=unpack(fields["coverage"], ("u1",), (box.height, box.width)),
        confidence=confidence,
        name=_text(fields["name"]),
        parent=None if fields["parent"] is None else _integers([fields["parent"]], 1)[0],
        alternate_of=None if fields["alternate_of"] is None else _integers([fields["alternate_of"]], 1)[0],
        background=fields["background"] is True,
    )


def _regions(fields: Mapping[str, Any], unpack: _Unpacker, masks: MaskSet) -> RegionMap:
    index = unpack(fields["index"], ("u2", "u4"), (masks.size.height, masks.size.width))
    lengths = _integers(fields["starts"]["shape"], 1, low=2) + _integers(fields["ids"]["shape"], 1)
    if max(lengths) > MOST_TABLE:
        raise ValueError("its table of regions is too long")
    starts, ids = (unpack(fields[name], ("u4",), (lengths[i],)).tolist() for i, name in enumerate(("starts", "ids")))
    if starts[:2] != [0, 0] or starts[-1] != len(ids) or any(a > b for a, b in itertools.pairwise(starts)):
        raise ValueError("its table of regions is damaged")
    if not set(ids) <= set(masks.ids):
        raise ValueError("its table of regions names a mask that is not there")
    table = tuple(tuple(ids[a:b]) for a, b in itertools.pairwise(starts))
    if int(index.max(initial=0)) >= len(table):
        raise ValueError("its region map is damaged")
    regions = RegionMap(index, table)
    if "areas" in fields:
        areas = unpack(fields["areas"], ("u4",), (len(table),)).astype(np.int64)
        if areas.sum() == index.size:  # else they are counted
            vars(regions)["areas"] = areas  # where the cached property would keep them
    return regions


def _refuse_circles(masks: MaskSet) -> None:
    for link in ("parent", "alternate_of"):
        sound: set[int | None] = {None}
        for mask in masks:
            path: dict[int, None] = {}
            id: int | None = mask.id  # noqa: A001
            while id is not None and id in masks and id not in sound:
                if id in path:
                    raise ValueError("its masks are parts of each other in a circle")
                path[id] = None
                id = getattr(masks[id], link)  # noqa: A001
            sound.update(path)


def _integers(values: object, count: int, low: int = 0) -> list[int]:
    if not isinstance(values, list) or len(values) != count:
        raise TypeError("its header is damaged")
    for value in values:
        if type(value) is not int or not low <= value < 1 << 63:
            raise ValueError("its header holds a number that cannot be")
    return values


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("its header is damaged")
    return value
