"""The worker's log: what was asked and how it ended, never what with; and what libraries print by mistake."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path
from typing import BinaryIO

import platformdirs

_LARGEST = 1_000_000


def log_path() -> Path:
    return Path(platformdirs.user_log_dir("maskpick", appauthor=False)) / "worker.log"


def open_log() -> Path | None:
    """Send what is logged to the file; returns it, or None where it cannot be written."""
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):  # on Windows, another worker's: the next start turns it over
            if path.exists() and path.stat().st_size > _LARGEST:
                path.replace(path.with_suffix(".old.log"))
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter(f"%(asctime)s {os.getpid()} %(levelname)s %(message)s"))
    logger = logging.getLogger("maskpick")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return path


def protected_stdout(log: Path | None) -> BinaryIO:
    """stdout for the protocol alone: whatever prints from now on, in Python or in a library, lands in the log."""
    wire = os.fdopen(os.dup(1), "wb")
    sink = os.open(log or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.close(sink)
    sys.stdout = sys.stderr
    return wire
