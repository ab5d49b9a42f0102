"""What is written down when something happens that should not."""

from __future__ import annotations

import platform
import sys
import time
import traceback
from pathlib import Path

import platformdirs

from maskpick import __version__

_LARGEST = 1_000_000


def fault_log() -> Path:
    """The file faults are written to; it may not exist."""
    return platformdirs.user_log_path("maskpick", appauthor=False) / "faults.log"


def record_fault(error: BaseException, doing: str) -> str:
    """Append the fault to the log, with what was being done, and return a sentence that says where it is."""
    entry = "\n".join(
        [
            f"--- {time.strftime('%Y-%m-%d %H:%M:%S')}, maskpick {__version__}, Python {platform.python_version()}, "
            f"{platform.platform()}",
            f"maskpick {doing}",
            "".join(traceback.format_exception(error)),
        ]
    )
    path = fault_log()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LARGEST:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(entry)
    except OSError:
        print(entry, file=sys.stderr)  # noqa: T201 - better a traceback than nothing to go by
        return "Please report it with the lines above."
    return f"Please report it, with {path}."
