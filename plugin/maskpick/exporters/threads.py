"""Packing many layers at a time: deflate and NumPy let go of the interpreter while they work."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from maskpick.progress import Progress

Item = TypeVar("Item")
Packed = TypeVar("Packed")

PATIENCE = 0.1
"""Seconds after which a wait looks whether the work is still wanted."""


def in_threads(work: Callable[[Item], Packed], items: Sequence[Item], progress: Progress) -> Iterator[Packed]:
    """Do ``work`` for each item, several at a time; the answers come in order.

    Raises what ``work`` raises, and `Cancelled`; what has not begun by then is left undone.
    """
    pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))
    try:
        waiting = deque(pool.submit(work, item) for item in items)
        for number in range(len(items)):
            progress.report("Writing layers", number, len(items))
            future = waiting.popleft()
            while not wait([future], PATIENCE).done:
                progress.check()
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
