"""The private folder of one peer, in which pixels and results cross.

A room is locked for as long as its worker lives; the system lets go of the lock however the worker ends. So whoever
comes next knows which rooms nobody lives in any more, and clears them away. A worker that takes the place of one
that crashed moves into its room, where the peer's files still lie.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
from pathlib import Path

import filelock
import platformdirs

from maskpick.errors import OutputError
from maskpick.files import output_error

_LOCK_SECONDS = 10.0
_ADOPTION_SECONDS = 2.0
"""How long the lock of a worker that has just died may still be held."""
_LOCK_SUFFIX = ".lock"


def rooms_folder() -> Path:
    """Where the rooms are: below the user's cache folder, which editors in a sandbox can see, too."""
    return Path(platformdirs.user_cache_dir("maskpick", appauthor=False)) / "rooms"


class Room:
    """One folder, and the lock on it."""

    def __init__(self, path: Path, lock: filelock.BaseFileLock) -> None:
        self.path = path
        self._lock = lock
        self._numbers = itertools.count(1)

    @classmethod
    def open(cls, adopt: Path | None = None) -> Room:
        """Make a room, or move into ``adopt``, if it is a room that nobody lives in. Raises `OutputError`."""
        base = rooms_folder()
        try:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _doorkeeper(base):
                if adopt is not None and adopt.parent == base and adopt.is_dir():
                    lock = _lock_of(adopt)
                    with contextlib.suppress(filelock.Timeout):
                        lock.acquire(timeout=_ADOPTION_SECONDS)
                        return cls(adopt, lock)
                path = Path(tempfile.mkdtemp(prefix="room-", dir=base))
                lock = _lock_of(path)
                lock.acquire(timeout=_LOCK_SECONDS)
                return cls(path, lock)
        except filelock.Timeout:
            raise OutputError(
                f"The folder {base} is being used by another program.", "Wait a moment and try again."
            ) from None
        except OSError as error:
            raise output_error(error, base) from error

    def new(self, suffix: str) -> Path:
        """A path for a file that does not exist yet. Safe from any thread."""
        while True:
            path = self.path / f"w{next(self._numbers)}{suffix}"
            if not path.exists():  # one may lie here from the worker before
                return path

    def close(self) -> None:
        """Delete the room and what is in it."""
        _clear(self.path)
        self._lock.release()
        _drop_lock(self.path)


def sweep() -> int:
    """Delete the rooms whose worker is gone; return how many there were."""
    base, swept = rooms_folder(), 0
    with contextlib.suppress(OSError, filelock.Timeout), _doorkeeper(base):  # tidying up is never worth an error
        for path in base.glob("room-*"):
            if not path.is_dir():
                continue
            lock = _lock_of(path)
            with contextlib.suppress(filelock.Timeout):
                lock.acquire(timeout=0)
                _clear(path)
                lock.release()
                _drop_lock(path)
                swept += 1
        for left in base.glob(f"room-*{_LOCK_SUFFIX}"):
            _drop_lock(left.with_suffix(""))
    return swept


def _doorkeeper(base: Path) -> filelock.BaseFileLock:
    """Making, adopting and sweeping rooms is done by one process at a time."""
    return filelock.FileLock(base / "door.lock", timeout=_LOCK_SECONDS)


def _lock_of(path: Path) -> filelock.BaseFileLock:
    # Beside the room, for Windows deletes no locked file; and held by the process, not by one of its threads.
    return filelock.FileLock(path.with_name(path.name + _LOCK_SUFFIX), thread_local=False)


def _clear(path: Path) -> None:
    for _ in range(3):  # a thread that was cancelled may just have put another file there
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return


def _drop_lock(path: Path) -> None:
    if path.exists():  # on Windows, a file the editor still has open: the next sweep takes it
        return
    with contextlib.suppress(OSError):
        path.with_name(path.name + _LOCK_SUFFIX).unlink(missing_ok=True)
