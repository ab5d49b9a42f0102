"""Where the service keeps pictures and results: bounded in size and age, and never half a file."""

from __future__ import annotations

import logging
import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from maskpick.files import replacing

log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class Store:
    """A folder with one folder for each picture, named by its visual id.

    A file is written beside and renamed into place, so what has its name is whole, also after the process was killed in
    the middle. When the folder outgrows ``max_bytes`` or a picture ``max_age`` seconds, the oldest are deleted.
    """

    def __init__(self, folder: Path, max_bytes: int, max_age: float) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._drop_leftovers()

    def new_id(self) -> str:
        """A visual id for a new picture; random, so that nobody can guess another's."""
        return str(uuid.uuid4())

    def put(self, visual_id: str, name: str, write: Callable[[Path], object]) -> Path:
        """Have ``write`` make the file ``name`` of a picture; it gets a path beside. Raises `OutputError`."""
        target = self._path(visual_id, name)
        with replacing(target) as fresh:
            write(fresh)
        self.sweep()
        return target

    def get(self, visual_id: str, name: str) -> Path | None:
        """The whole file ``name`` of a picture; None where there is none, or where a name is no name."""
        if not _ID.fullmatch(visual_id) or not _NAME.fullmatch(name):
            return None
        path = self._path(visual_id, name)
        return path if path.is_file() else None

    def place(self, visual_id: str, name: str) -> Path:
        """Where a file of a picture will be, for a worker that writes it with `maskpick.files.replacing`."""
        path = self._path(visual_id, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def bytes(self) -> int:
        """How much everything takes."""
        return sum(size for _, size, _ in self._pictures())

    def sweep(self, now: float | None = None) -> int:
        """Delete what is too old, then the oldest until the rest fits; returns how many pictures went."""
        now = time.time() if now is None else now
        gone = 0
        with self._lock:
            pictures = sorted(self._pictures())
            total = sum(size for _, size, _ in pictures)
            for changed, size, folder in pictures:
                if now - changed <= self._max_age and total <= self._max_bytes:
                    break
                # An open file lives on for its reader; where the system forbids deleting it, the next sweep does.
                shutil.rmtree(folder, ignore_errors=True)
                gone += not folder.exists()
                total -= size
        if gone:
            log.info("deleted %d old pictures", gone)
        return gone

    def _pictures(self) -> list[tuple[float, int, Path]]:
        found = []
        for folder in self._folder.iterdir():
            if _ID.fullmatch(folder.name):
                try:
                    stats = [path.stat() for path in folder.rglob("*")]
                except FileNotFoundError:
                    continue  # deleted, or renamed into place, while we looked: the next sweep counts it
                changed = max((stat.st_mtime for stat in stats), default=0.0)
                found.append((changed or folder.stat().st_mtime, sum(stat.st_size for stat in stats), folder))
        return found

    def _path(self, visual_id: str, name: str) -> Path:
        if not _ID.fullmatch(visual_id) or not _NAME.fullmatch(name):
            raise ValueError(f"{visual_id!r}, {name!r} are not names of the store")
        return self._folder / visual_id / name

    def _drop_leftovers(self) -> None:
        for leftover in self._folder.glob("*/.*.part"):
            shutil.rmtree(leftover, ignore_errors=True)
