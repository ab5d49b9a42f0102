"""Answers of engines, kept so that asking again for the same picture costs nothing.

One compressed mask file an answer, named by a hash of everything the answer depends on. Several processes may use
one cache at once without a lock: a file appears whole, by a rename, or not at all; two that write the same answer
write the same bytes; and a file that another process has just dropped is one that is not there. A cache that cannot
be read or written is no reason to fail: the answer is worked out anew, and the log says so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from maskpick.errors import ArchiveError, OutputError
from maskpick.files import ROOMS, replacing

if TYPE_CHECKING:
    from maskpick.masks import MaskSet
    from maskpick.pictures import Picture
    from maskpick.settings import Settings

log = logging.getLogger(__name__)

SUFFIX = ".masks"
_FORM = 1  # raised when the same key may no longer mean the same answer
_ABANDONED_S = 3600.0  # an unfinished file of this age belongs to a process that died


class CacheState(NamedTuple):
    """``folder`` is where the answers are, ``bytes`` the sum of their sizes, ``limit`` what it may grow to."""

    folder: Path
    entries: int
    bytes: int
    limit: int


class Cache:
    """The answers kept in ``folder``, at most ``limit`` bytes of them: the one not asked for longest goes first."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder / "answers"
        self.limit = limit

    @classmethod
    def of(cls, settings: Settings) -> Cache:
        """The cache the settings describe, whether they want it used or not."""
        return cls(settings.cache_folder, settings.cache_mb * 1_000_000)

    def get(self, picture: Picture, engine: Any) -> MaskSet | None:
        """The answer ``engine`` gave for these pixels, or None. A file that cannot be read is dropped."""
        from maskpick.maskfile import read_mask_file

        path = self._path(picture, engine)
        try:
            masks = read_mask_file(path)
        except ArchiveError as error:
            # Asked of the reading itself: between a look whether it is there and the reading another may drop it.
            if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError)):
                return None
            log.warning("A kept answer cannot be read and is dropped: %s", error)
            _drop(path)
            return None
        if masks.size != picture.size:
            log.warning("A kept answer is for a picture of another size and is dropped.")
            _drop(path)
            return None
        with contextlib.suppress(OSError):  # in a folder we may only read, the order of use is not kept
            os.utime(path)
        return masks

    def put(self, picture: Picture, engine: Any, masks: MaskSet) -> None:
        """Keep an answer, and drop old ones until the cache is within its limit."""
        from maskpick.maskfile import to_bytes

        path = self._path(picture, engine)
        data = to_bytes(masks, compressed=True, digest=picture.digest)
        if len(data) > self.limit:
            log.info("The answer is not kept: it is larger than the whole cache may be.")
            return
        try:
            _prepare(self.folder)
            with replacing(path) as fresh:
                fresh.write_bytes(data)
            self._drop_oldest(spare=path)
        except (OutputError, OSError) as error:
            log.info("The answer is not kept: %s", error)

    def state(self) -> CacheState:
        files = self._files()
        return CacheState(self.folder, len(files), sum(size for _, size, _ in files), self.limit)

    def clear(self) -> int:
        """Drop every answer; return how many there were."""
        dropped = sum(_drop(path) for _, _, path in self._files())
        self._drop_abandoned(older_than=0.0)
        return dropped

    def _path(self, picture: Picture, engine: Any) -> Path:
        return self.folder / f"{answer_key(picture.digest, engine)}{SUFFIX}"

    def _files(self) -> list[tuple[float, int, Path]]:
        """(time of last use, bytes, path) of every answer, the one not used longest first."""
        files = []
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
                        try:
                            about = entry.stat()
                        except FileNotFoundError:  # another process dropped it
                            continue
                        files.append((about.st_mtime, about.st_size, Path(entry.path)))
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(files)

    def _drop_oldest(self, spare: Path) -> None:
        files = self._files()
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self.limit:
                break
            if path != spare and _drop(path):
                total -= size
        self._drop_abandoned(_ABANDONED_S)

    def _drop_abandoned(self, older_than: float) -> None:
        for room in self.folder.glob(ROOMS):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - room.stat().st_mtime >= older_than:
                    shutil.rmtree(room, ignore_errors=True)


def answer_key(digest: str, engine: Any) -> str:
    """A hash (hex) of all an answer depends on: the pixels, and the engine's class, version and options, but for
    those that say of themselves they do not matter."""
    cls = type(engine)
    options = getattr(engine, "options", None)
    fields = dataclasses.fields(options) if dataclasses.is_dataclass(options) else ()
    settings = {one.name: getattr(options, one.name) for one in fields if one.metadata.get("answer", True)}
    told = [_FORM, digest, cls.__module__, cls.__qualname__, cls.name, cls.version, settings]
    written = json.dumps(told, sort_keys=True, default=repr)
    return hashlib.blake2b(written.encode(), digest_size=16).hexdigest()


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is in a picture is nobody else's business
    tag = folder / "CACHEDIR.TAG"  # tells backup programs to leave the folder out: https://bford.info/cachedir/
    if not tag.exists():
        tag.write_text("Signature: 8a477f597d28d172789f06886806bc55\n# The cache of maskpick.\n", encoding="ascii")


def _drop(path: Path) -> bool:
    """Delete a file. False where that cannot be: Windows lets nobody delete a file that is being read."""
    try:
        path.unlink()
    except OSError:
        return False
    return True
