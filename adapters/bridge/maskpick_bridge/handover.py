"""Bytes on their way to the worker, written to its folder in the background, so that no editor waits for a disk; and
back."""

from __future__ import annotations

import contextlib
import itertools
import mmap
import os
import threading
from pathlib import Path
from typing import Any, TypeVar

_numbers = itertools.count(1)

Shared = TypeVar("Shared", bound="Handover")
Buffer = Any  # bytes, bytearray, memoryview, QByteArray ...


class Handover:
    """Something a request carries besides JSON. ``data`` is let go of once it is written."""

    def __init__(self, data: Buffer, about: dict[str, Any]) -> None:
        self._data: Buffer | None = data
        self._about = about
        self._path: Path | None = None
        self._lock = threading.Lock()
        self._holders = 1

    def described(self, folder: str) -> dict[str, Any]:
        """What the request says of it; called in the background. Raises `OSError`."""
        with self._lock:
            if self._path is None:
                path = Path(folder) / f"p{os.getpid()}-{next(_numbers)}.raw"
                path.write_bytes(self._data)  # type: ignore[arg-type]
                self._path, self._data = path, None
            return {**self._about, "file": str(self._path)}

    def shared(self: Shared) -> Shared:
        """The same, held by one more, who will release it as well."""
        with self._lock:
            self._holders += 1
        return self

    def release(self) -> None:
        """Delete the file, once nobody holds it any more: no further request needs it."""
        with self._lock:
            self._holders -= 1
            if self._holders <= 0:
                self._delete()

    def _delete(self) -> None:
        self._data = None
        if self._path is not None:
            discard(self._path)


class Pixels(Handover):
    """Pixels as the editor has them: rows from the top, no gaps.

    ``format`` is channels and depth: ``bgra8``, ``rgba16``, ``rgba32f``, ``grey8`` ... ``linear``: the values go with
    the light. ``offset`` is where the first pixel lies on the canvas, ``canvas`` its width and height, both in pixels.
    ``icc`` is the colour profile they are in, if it is another than sRGB.
    """

    def __init__(
        self,
        data: Buffer,
        width: int,
        height: int,
        format: str,  # noqa: A002 - the word everybody knows
        *,
        linear: bool = False,
        offset: tuple[int, int] = (0, 0),
        canvas: tuple[int, int] | None = None,
        icc: bytes | None = None,
    ) -> None:
        about: dict[str, Any] = {"width": width, "height": height, "format": format, "linear": linear}
        about["offset"] = list(offset)
        about["canvas"] = list(canvas or (width, height))
        super().__init__(data, about)
        self._icc = Handover(icc, {}) if icc else None

    def described(self, folder: str) -> dict[str, Any]:
        about = super().described(folder)
        return about if self._icc is None else {**about, "icc": self._icc.described(folder)["file"]}

    def _delete(self) -> None:
        super()._delete()
        if self._icc is not None:
            self._icc.release()


class Coverage(Handover):
    """A selection of the artist's: one byte a pixel of ``box`` (x, y, width, height, on the canvas)."""

    def __init__(self, data: Buffer, box: tuple[int, int, int, int]) -> None:
        super().__init__(data, {"box": list(box)})


class Kept(Handover):
    """What a document kept (see the request ``store``); goes as the parameter ``file`` of ``load``."""

    def __init__(self, data: Buffer) -> None:
        super().__init__(data, {})

    def described(self, folder: str) -> Any:
        return super().described(folder)["file"]


def discard(path: str | Path) -> None:
    """Delete a file in the background: to give back what 12 megapixels take costs some 6 ms."""

    def delete() -> None:
        with contextlib.suppress(OSError):  # gone with its folder, or still read: the worker deletes it at its end
            Path(path).unlink()

    threading.Thread(target=delete, name="maskpick tidying", daemon=True).start()


def taken(path: str) -> memoryview:
    """The bytes of a result, mapped; the file goes away with the last view of it, or with its folder."""
    with Path(path).open("rb") as file:
        empty = not file.seek(0, 2)
        data = memoryview(b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    with contextlib.suppress(OSError):  # Windows does not delete what is mapped
        Path(path).unlink()
    return data


def pixel_bytes(format: str) -> int:  # noqa: A002 - the word everybody knows
    """How many bytes a pixel takes in a format such as ``bgra8`` or ``rgba32f``."""
    order = format.rstrip("0123456789f")
    channels = {"grey": 1, "greya": 2, "rgb": 3, "bgr": 3, "rgba": 4, "bgra": 4, "cmyka": 5}[order]
    return channels * {"8": 1, "16": 2, "16f": 2, "32f": 4}[format[len(order) :]]
