"""A bounded pool of worker processes: a bad picture ends its own worker, never the service."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import pebble

from maskpick import contract
from maskpick.service.work import Refusal, prepare_worker

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class BusyError(Exception):
    """More work waits than the service takes on."""


class Jobs:
    """Runs functions of `maskpick.service.work` in worker processes, each within ``seconds``.

    Whoever wants work done takes a place first, before anything of it is read: so much as ``workers`` and ``queue``
    allow is in the house at a time. ``settings`` are what the workers' settings differ in from the files'.
    """

    def __init__(self, workers: int, queue: int, seconds: float, settings: Mapping[str, object]) -> None:
        self._places = workers + queue
        self._seconds = seconds
        self._taken = 0
        # Not forked: the server has threads, and a forked child inherits their locks as they happen to be.
        context = multiprocessing.get_context("spawn")
        self._pool = pebble.ProcessPool(workers, initializer=prepare_worker, initargs=[dict(settings)], context=context)

    @property
    def pending(self) -> int:
        """Requests for work coming in, waiting or under way."""
        return self._taken

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request and its work. Raises `BusyError` when all are taken."""
        if self._taken >= self._places:
            raise BusyError
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def run(self, work: Callable[..., Answer], *arguments: Any) -> Answer | Refusal:
        """Do a piece of work; a crash or the time limit is a `Refusal`."""
        try:
            future = self._pool.schedule(work, args=list(arguments), timeout=self._seconds)
            answer: Answer = await asyncio.wrap_future(future)
        except concurrent.futures.TimeoutError:
            log.warning("work took longer than %.0f seconds and was ended", self._seconds)
            return Refusal(504, f"The work took longer than {self._seconds:.0f} seconds.")
        except pebble.ProcessExpired as error:
            log.warning("a worker process ended in the middle of its work (exit code %s)", error.exitcode)
            return Refusal(contract.INTERNAL, "The work ended unexpectedly.")
        except Exception:
            log.exception("a fault in a worker")
            return Refusal(contract.INTERNAL, "The work failed.")
        return answer

    def close(self, seconds: float) -> None:
        """Take no more work, let what is under way finish within ``seconds``, then end it."""
        self._pool.close()  # type: ignore[no-untyped-call]
        try:
            self._pool.join(timeout=seconds)
        except concurrent.futures.TimeoutError:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
