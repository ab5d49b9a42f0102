"""How far the work has come, and whether it is still wanted.

One `Progress` travels down a whole piece of work. Whoever works reports to it; whoever waits listens,
and may cancel from another thread. Cancelling takes effect at the worker's next report or check, so
work must come by often: at least five times a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from maskpick.errors import Cancelled


class Step(NamedTuple):
    """One report: ``stage`` is a word or two a person reads; ``fraction`` of that stage is in 0..1."""

    stage: str
    fraction: float


class Progress:
    """Carries reports up to a listener, and a wish to stop down to the work."""

    def __init__(self, listener: Callable[[Step], None] | None = None) -> None:
        self._listener = listener
        self._stop = threading.Event()

    def report(self, stage: str, done: float = 0.0, total: float = 1.0) -> None:
        """Say that ``done`` of ``total`` of ``stage`` is behind us. Raises `Cancelled` when told to stop."""
        self.check()
        if self._listener is not None:
            fraction = min(1.0, max(0.0, done / total)) if total > 0 else 1.0
            self._listener(Step(stage, fraction))

    def check(self) -> None:
        """Raise `Cancelled` when the work is no longer wanted."""
        if self._stop.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the work to stop. Safe from any thread and from a signal handler."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()
