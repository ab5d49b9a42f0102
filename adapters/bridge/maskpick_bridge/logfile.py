"""The log of an editor's part, beside the worker's: what was asked and how it ended, and what no artist should see."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

LARGEST = 1_000_000
"""Bytes; a longer log becomes ``….old.log`` at the next start."""

log = logging.getLogger("maskpick_bridge")


def log_folder() -> Path:
    """Where the worker and the editors write their logs."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "maskpick" / "Logs"
    if sys.platform == "darwin":
        return home / "Library" / "Logs" / "maskpick"
    return Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "maskpick" / "log"


def log_path(editor: str) -> Path:
    return log_folder() / f"{editor}.log"


def open_log(editor: str) -> Path:
    """Send ``log`` to the editor's file. Nothing is logged where that cannot be written."""
    path = log_path(editor)
    handler: logging.Handler = logging.NullHandler()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".old.log"))
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        print(f"maskpick: no log can be written to {path}: {error}", file=sys.stderr)  # noqa: T201 - for who looks there
    handler.setFormatter(logging.Formatter(f"%(asctime)s {os.getpid()} %(levelname)s %(message)s"))
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    return path


def catch_all() -> None:
    """Log what nobody handles: for editors' processes that are maskpick's alone."""

    def unhandled(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unhandled", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical("unhandled, in a thread", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook = unhandled
    threading.excepthook = in_thread
