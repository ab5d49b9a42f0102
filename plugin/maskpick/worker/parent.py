"""Noticing that the editor is gone, where the end of stdin does not tell: a grandchild may hold the pipe open."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

_SECONDS = 0.5
"""How often it is looked, where the system does not tell by itself."""


def watch(parent: int, gone: Callable[[], None]) -> None:
    """Call ``gone`` once, from another thread, when the process ``parent`` has ended."""
    threading.Thread(target=_watch, args=(parent, gone), name="parent", daemon=True).start()


def _watch(parent: int, gone: Callable[[], None]) -> None:
    if sys.platform == "win32":
        _wait_on_windows(parent)
    else:
        # As a child we see it at once; as a grandchild, through a launcher, by asking for the number.
        child = os.getppid() == parent
        idle = threading.Event()
        while os.getppid() == parent if child else _exists(parent):
            idle.wait(_SECONDS)
    gone()


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # there, but another user's
        return True
    return True


def _wait_on_windows(process: int) -> None:
    if sys.platform == "win32":
        import ctypes

        synchronize, forever = 0x00100000, 0xFFFFFFFF
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        kernel.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
        handle = kernel.OpenProcess(synchronize, False, process)
        if handle:
            kernel.WaitForSingleObject(handle, forever)
