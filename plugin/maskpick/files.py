"""Writing files so that nobody ever meets half of one."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from maskpick.errors import OutputError

ROOMS = ".maskpick-*.part"
"""A pattern for the folders in which results are made, inside those they are for. One is left when a process is killed.
"""


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path beside ``target`` to write to - a file or a folder - and rename it into place at the end.

    The path does not exist yet and has the target's ending. When the body fails, whatever it wrote is deleted and
    ``target`` stays as it was, as do the folders above it. Where ``target`` is a link, what it leads to is replaced.
    An `OSError` of writing becomes an `OutputError`.
    """
    with in_words(target):
        place = target.resolve() if target.is_symlink() else target
        if place.exists() and not (place.is_file() or place.is_dir()):
            raise OutputError(f"{target} is a device, not a file.", "Choose another name for the file.")
        made = [folder for folder in place.parents if not folder.exists()]
        place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with in_words(target):
            room = Path(tempfile.mkdtemp(prefix=".maskpick-", suffix=".part", dir=place.parent))
        try:
            with in_words(target):
                fresh = room / place.name
                yield fresh
                _swap(fresh, place, room)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except BaseException:
        for folder in made:
            with contextlib.suppress(OSError):  # somebody else put something there meanwhile
                folder.rmdir()
        raise


def _swap(fresh: Path, target: Path, room: Path) -> None:
    # A folder cannot be renamed over a full folder: the old one first moves into the room, which is deleted.
    if target.is_dir() and not target.is_symlink():
        if not fresh.is_dir():
            raise OutputError(f"{target} is a folder.", "Choose another name for the file.")
        old = room / ".old"
        target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            old.rename(target)
            raise
        return
    if fresh.is_dir() and target.exists():
        raise OutputError(f"{target} is a file.", "Choose another name for the folder.")
    fresh.replace(target)


@contextlib.contextmanager
def in_words(target: Path) -> Iterator[None]:
    """Turn an `OSError` of writing ``target`` into an `OutputError`."""
    try:
        yield
    except OSError as error:
        raise output_error(error, target) from error


_IN_USE_ON_WINDOWS = (5, 32, 33, 1224)
"""Access denied (also: to a mapped file), sharing violation, lock violation, mapped file."""


def output_error(error: OSError, target: Path) -> OutputError:
    """Say why ``target`` could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"The disk is full: {target} was not written.", "Make room, or choose another place.")
    if getattr(error, "winerror", None) in _IN_USE_ON_WINDOWS:
        return OutputError(
            f"{target} cannot be written: another program has it open, or there is no permission.",
            "Close it there, or choose another name.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(
            f"{target} cannot be written: there is no permission to write there.", "Choose another place."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return OutputError(f"{target} cannot be written: a part of its path is a file.", "Choose another place.")
    return OutputError(f"{target} cannot be written: {error.strerror or error}.", "Choose another place.")
