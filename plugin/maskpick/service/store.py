"""Where the service keeps pictures and results: bounded in size and age, and never half a file."""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import threading
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from maskpick.files import replacing

log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class _Kept(NamedTuple):
    """What is known of a picture without looking at the disk."""

    used: float
    bytes: int


class Store:
    """A folder with one folder for each picture, named by its visual id.

    A file is written beside and renamed into place, so what has its name is whole, also after the process was killed in
    the middle. When the folder outgrows ``max_bytes`` the pictures not used for longest are deleted, and so is what
    nobody used for ``max_age`` seconds; but not the newest, and none that is `held`. One process at a time may have a
    `Store` of a folder.
    """

    def __init__(self, folder: Path, max_bytes: int, max_age: float) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._pictures: OrderedDict[str, _Kept] = OrderedDict()
        """By visual id, the one not used for longest first."""
        self._bytes = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._take_stock()

    def new_id(self) -> str:
        """A visual id for a new picture; random, so that nobody can guess another's."""
        return str(uuid.uuid4())

    def put(self, visual_id: str, name: str, write: Callable[[Path], object]) -> Path:
        """Have ``write`` make the file ``name`` of a picture; it gets a path beside. Raises `OutputError`."""
        target = self._path(visual_id, name)
        with self.held(visual_id), replacing(target) as fresh:
            write(fresh)
        return target

    def get(self, visual_id: str, name: str) -> Path | None:
        """The whole file ``name`` of a picture; None where there is none, or where a name is no name."""
        if not _ID.fullmatch(visual_id) or not _NAME.fullmatch(name):
            return None
        path = self._path(visual_id, name)
        with self._lock:
            kept = self._pictures.get(visual_id)
            if kept is None or not path.is_file():
                return None
            self._note(visual_id, _Kept(time.time(), kept.bytes))
        return path

    def place(self, visual_id: str, name: str) -> Path:
        """Where a file of a `held` picture will be, for a worker that writes it with `maskpick.files.replacing`."""
        path = self._path(visual_id, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @contextlib.contextmanager
    def held(self, visual_id: str) -> Iterator[None]:
        """While files of a picture are read or written: it is not deleted, and afterwards it is measured anew."""
        with self._lock:
            self._held[visual_id] += 1
        try:
            yield
        finally:
            measured = self._measured(visual_id)
            with self._lock:
                self._held -= Counter({visual_id: 1})
                if measured is not None:
                    self._note(visual_id, _Kept(time.time(), measured.bytes))
            self.sweep()

    @property
    def bytes(self) -> int:
        """How much everything takes."""
        return self._bytes

    def sweep(self) -> int:
        """Delete what is too old, then the oldest until the rest fits; returns how many pictures went."""
        oldest_allowed = time.time() - self._max_age
        with self._lock:
            gone = []
            over = self._bytes - self._max_bytes
            newest = next(reversed(self._pictures), None)
            for visual_id, kept in self._pictures.items():
                if kept.used >= oldest_allowed and over <= 0:
                    break
                if visual_id not in self._held and (visual_id != newest or kept.used < oldest_allowed):
                    gone.append(visual_id)
                    over -= kept.bytes
            for visual_id in gone:
                self._bytes -= self._pictures.pop(visual_id).bytes
                # An open file lives on for its reader. Where the system forbids deleting it, the next start does.
                shutil.rmtree(self._folder / visual_id, ignore_errors=True)
        if gone:
            log.info("deleted %d old pictures", len(gone))
        return len(gone)

    def _note(self, visual_id: str, kept: _Kept) -> None:
        before = self._pictures.pop(visual_id, None)
        self._bytes += kept.bytes - (before.bytes if before else 0)
        self._pictures[visual_id] = kept

    def _measured(self, visual_id: str) -> _Kept | None:
        """What the disk says of a picture; None where it has no file."""
        folder = self._folder / visual_id
        try:
            stats = [path.stat() for path in folder.iterdir() if path.is_file()]
        except FileNotFoundError:
            return None
        return _Kept(max(stat.st_mtime for stat in stats), sum(stat.st_size for stat in stats)) if stats else None

    def _path(self, visual_id: str, name: str) -> Path:
        if not _ID.fullmatch(visual_id) or not _NAME.fullmatch(name):
            raise ValueError(f"{visual_id!r}, {name!r} are not names of the store")
        return self._folder / visual_id / name

    def _take_stock(self) -> None:
        """Know what an earlier process left, and delete what it could not finish."""
        found = []
        for folder in self._folder.iterdir():
            if not _ID.fullmatch(folder.name):
                continue
            for leftover in folder.glob(".*.part"):
                shutil.rmtree(leftover, ignore_errors=True)
            measured = self._measured(folder.name)
            if measured is None:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                found.append((measured, folder.name))
        for measured, visual_id in sorted(found):
            self._note(visual_id, measured)
        self.sweep()
