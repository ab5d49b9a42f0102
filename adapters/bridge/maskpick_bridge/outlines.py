"""Reading the outlines a worker drew (requests ``outlines`` and ``refine``); `docs/worker.md` describes the file."""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from maskpick_bridge.maskfile import MaskFileError


class Outlines:
    """The outlines of masks, in image pixels, where pixel (0, 0) is the square from (0, 0) to (1, 1).

    Each is a list of closed polygons; filled by the even-odd rule they give the mask, holes included.
    """

    def __init__(self, data: bytes) -> None:
        """Raises `MaskFileError` for what is no outline file, or not whole."""
        try:
            (count,) = struct.unpack_from("<I", data)
            heads = struct.unpack_from(f"<{2 * count}I", data, 4)
            ids, polygons = heads[::2], heads[1::2]
            at = 4 + 8 * count
            lengths = struct.unpack_from(f"<{sum(polygons)}I", data, at)
            self._corners = array.array("f", data[at + 4 * len(lengths) :])
            if len(self._corners) != 2 * sum(lengths):
                raise ValueError("its corners are not all there")
        except (ValueError, struct.error, MemoryError) as error:
            raise MaskFileError(f"The outlines cannot be read: {error}. Find the objects again.") from error
        if sys.byteorder == "big":
            self._corners.byteswap()
        self._where: dict[int, list[tuple[int, int]]] = {}
        lines, corner = iter(lengths), 0
        for id, many in zip(ids, polygons):  # noqa: A001 - Python 3.8 has no strict
            self._where[id] = []
            for _ in range(many):
                length = next(lines)
                self._where[id].append((corner, corner + length))
                corner += length

    @classmethod
    def open(cls, path: str | Path) -> Outlines:
        """Read a file; it may be deleted afterwards. Raises `MaskFileError`."""
        try:
            return cls(Path(path).read_bytes())
        except OSError as error:
            raise MaskFileError(f"{path} cannot be read: {error.strerror or error}.") from error

    def joined(self, other: Outlines) -> Outlines:
        """These and others, which take the place of those of the same masks."""
        both = Outlines(bytes(4))
        both._corners = self._corners + other._corners
        shift = len(self._corners) // 2
        moved = {id: [(a + shift, b + shift) for a, b in lines] for id, lines in other._where.items()}  # noqa: A001
        both._where = {**self._where, **moved}
        return both

    def __contains__(self, id: object) -> bool:  # noqa: A002
        return id in self._where

    def __iter__(self) -> Iterator[int]:
        return iter(self._where)

    def polygons(self, id: int) -> list[list[tuple[float, float]]]:  # noqa: A002
        """The polygons of a mask as lists of (x, y); none for one that is not known."""
        return [list(zip(corners[::2], corners[1::2])) for corners in self.corners(id)]

    def corners(self, id: int) -> list[array.array[float]]:  # noqa: A002
        """The polygons of a mask as x, y, x, y ...: quicker to be had, and to be handed on as bytes."""
        return [self._corners[2 * a : 2 * b] for a, b in self._where.get(id, ())]
