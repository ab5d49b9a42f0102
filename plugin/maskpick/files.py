"""Writing files so that nobody ever meets half of one."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from maskpick.errors import OutputError


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path beside ``target`` to write to - a file or a folder - and rename it into place at the end.

    The path does not exist yet and has the target's ending. When the body fails, whatever it wrote is deleted and
    ``target`` stays as it was. An `OSError` of writing becomes an `OutputError`.
    """
    folder = target.parent
    with _in_words(target):
        folder.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=folder))
    try:
        with _in_words(target):
            fresh = room / target.name
            yield fresh
            _swap(fresh, target, room)
    finally:
        shutil.rmtree(room, ignore_errors=True)


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
    fresh.replace(target)


@contextlib.contextmanager
def _in_words(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise output_error(error, target) from error


def output_error(error: OSError, target: Path) -> OutputError:
    """Say why ``target`` could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"The disk is full: {target} was not written.", "Make room, or choose another place.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(
            f"{target} cannot be written: there is no permission to write there.", "Choose another place."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return OutputError(f"{target} cannot be written: a part of its path is a file.", "Choose another place.")
    return OutputError(f"{target} cannot be written: {error.strerror or error}.", "Choose another place.")
