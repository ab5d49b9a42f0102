"""Waiting for work that cannot be interrupted itself, so that a cancel is heard all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Outcome = TypeVar("Outcome")

THREAD = "maskpick-waited-for"
"""The name of the threads that work is done in."""
LOOK_EVERY = 0.1
"""Seconds between two looks at whether the work is still wanted."""
_GRACE = 0.5  # how long work that was let go is waited for


class TooLateError(Exception):
    """Nothing has moved for as long as was allowed."""


def wait_for(
    work: Callable[[], Outcome], look: Callable[[], int], let_go: Callable[[], None], limit: float = float("inf")
) -> Outcome:
    """Do ``work`` in a thread of its own and return what it returns, or raise what it raises.

    ``look`` is called ten times a second: it reports progress, may raise `maskpick.errors.Cancelled`, and returns how
    much has been done. When that has not changed for ``limit`` seconds, `TooLateError` is raised. A wait that is given
    up calls ``let_go``, which is to end the thread soon.
    """
    outcome: list[Outcome] = []
    fault: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the waiting thread
            fault.append(error)

    thread = threading.Thread(target=run, name=THREAD, daemon=True)
    thread.start()
    done, since = 0, time.monotonic()
    try:
        while thread.is_alive():
            now = look()
            if now != done:
                done, since = now, time.monotonic()
            thread.join(LOOK_EVERY)
            if time.monotonic() > since + limit and thread.is_alive():
                raise TooLateError
        look()
    finally:
        if thread.is_alive():
            let_go()
            thread.join(_GRACE)
    if fault:
        raise fault[0]
    return outcome[0]
