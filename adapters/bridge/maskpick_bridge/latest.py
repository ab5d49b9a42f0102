"""Requests of which only the last one matters: what the artist wishes changes faster than it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from maskpick_bridge.protocol import WorkerError

if TYPE_CHECKING:
    from maskpick_bridge.connection import Connection
    from maskpick_bridge.request import Request


class Latest:
    """One request at a time. Those made meanwhile give way to each other, so that the last one is always answered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asking: Request | None = None
        self._slow = False
        self._next: Callable[[], None] | None = None

    @property
    def busy(self) -> bool:
        return self._asking is not None

    @property
    def outdated(self) -> bool:
        """Whether the answer just come is to a wish that is not the last one any more."""
        return self._next is not None

    def ask(
        self,
        method: str,
        done: Callable[[Any], object],
        failed: Callable[[WorkerError], object],
        slow: bool = False,
        **params: Any,
    ) -> None:
        """Make a request as soon as there is none under way. ``done`` has to look whether it is `outdated`.

        A ``slow`` one is stopped when the next is asked for; of others it is better to see a few on the way.
        """

        def begin() -> None:
            self._next, self._slow = None, slow
            self._asking = self._connection.request(method, ended(done), ended(failed), **params)

        def ended(then: Callable[[Any], object]) -> Callable[[Any], object]:
            def end(answer: Any) -> None:
                self._asking = None
                then(answer)
                if self._next is not None and self._asking is None:
                    self._next()

            return end

        if self._asking is None:
            begin()
        else:
            self._next = begin
            if self._slow:
                self._asking.cancel()

    def drop(self) -> None:
        """Wish for nothing any more; the request under way ends by itself, unless it is a slow one."""
        self._next = None
        if self._slow and self._asking is not None:
            self._asking.cancel()

    def cancel(self) -> None:
        """Wish for nothing any more, and stop the request under way."""
        self._next = None
        if self._asking is not None:
            self._asking.cancel()
