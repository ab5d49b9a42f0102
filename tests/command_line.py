"""What tests of the command line share."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Maskpick = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]


def left_behind(folder: Path) -> list[Path]:
    """Half-made files and folders."""
    return [path for path in folder.rglob("*.part") if path.name.startswith(".")]


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until ``condition`` holds; fail when it never does, or when ``process`` ends before."""
    deadline = time.monotonic() + 60
    while not condition():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def is_running(pid: int) -> bool:
    """Whether a process still runs; one that has ended and was not asked for its status does not."""
    if Path("/proc/self/status").exists():
        status = Path(f"/proc/{pid}/status")
        try:
            return "(zombie)" not in status.read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
