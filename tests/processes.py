"""Processes that tests start: waited for with patience, and ended whatever becomes of the test."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 180
"""Seconds after which a test gives up on what never comes. Only a fault takes so long, however busy the machine is."""

Spawn = Callable[..., "subprocess.Popen[Any]"]
"""Starts a process as `subprocess.Popen` does."""


@contextlib.contextmanager
def spawning() -> Iterator[Spawn]:
    """Gives a function that starts processes; at the end they are ended, and their pipes closed."""
    with contextlib.ExitStack() as ending:

        def spawn(command: list[str], **settings: Any) -> subprocess.Popen[Any]:
            process = subprocess.Popen(command, **settings)
            ending.callback(end, process)
            return process

        yield spawn


def end(process: subprocess.Popen[Any]) -> None:
    """End a process that may still run, and close our ends of its pipes."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):  # it left without reading what was written
                pipe.close()
    process.wait(PATIENCE)


def until(condition: Callable[[], object], process: subprocess.Popen[Any] | None = None) -> None:
    """Wait for a condition; fail when it never comes to hold, or when ``process`` ends before it does."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.005)


def is_running(pid: int) -> bool:
    """Whether a process still runs; one that has ended and was not asked for its status does not."""
    if Path("/proc/self/status").exists():
        try:
            return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
