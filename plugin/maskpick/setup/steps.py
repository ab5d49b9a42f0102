"""What every step of an installation needs: words for people, and to be the only one at work."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class Trouble(Exception):  # noqa: N818 - a word for people
    """What happened and what to do, in words a painter understands."""


class Steps:
    """Says what is being done: a line for each step, and pip's present download where a person looks on."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._live = out.isatty()

    def say(self, text: str) -> None:
        self.glance("")
        print(text, file=self._out, flush=True)

    def glance(self, text: str) -> None:
        if self._live:
            self._out.write(f"\r{text[:76]:76}\r")
            self._out.flush()


@contextlib.contextmanager
def locked(folder: Path, steps: Steps) -> Iterator[None]:
    """Only one process at a time works on ``folder``. The system lets go of the lock when its holder dies."""
    path, held = folder / "install.lock", False
    with contextlib.ExitStack() as stack:
        while not held:
            folder.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("a+b"))
            if not try_lock(file, wait=False):
                steps.say("Another install.py is at work; waiting for it to finish.")
                while not try_lock(file, wait=True):
                    pass
            with contextlib.suppress(FileNotFoundError):  # the one before may have been `remove`, which deletes it too
                held = os.path.samestat(os.fstat(file.fileno()), path.stat())
        yield


def try_lock(file: IO[bytes], *, wait: bool) -> bool:
    """Lock ``file``; False if another process has it (still, after some seconds, if ``wait``)."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            raise
        return False
    return True


def remove_tree(folder: Path) -> None:
    """Delete a folder and all that is in it, if it is there. Raises `Trouble` where a file is in use."""
    if folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise Trouble(f"{error.filename} cannot be deleted. Close the programs that use maskpick.") from error


def remove_empty(folder: Path) -> None:
    """Delete a folder that nothing is left in."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
