"""One request to the worker, as whoever made it sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from maskpick_bridge.protocol import WorkerError, error_of

if TYPE_CHECKING:
    from maskpick_bridge.connection import Connection
    from maskpick_bridge.protocol import Message

    Done = Callable[[Any], object]
    Failed = Callable[[WorkerError], object]
    Reported = Callable[[str, float], object]


class Request:
    """Under way until ``finished``; then there is a ``result``, or an ``error``.

    ``stage`` and ``fraction`` (0..1) say how far it is. Callbacks run in `Connection.pump`, in the editor's own thread.
    """

    def __init__(
        self,
        connection: Connection,
        id: int,  # noqa: A002 - the protocol's word
        method: str,
        params: dict[str, Any],
        done: Done | None,
        failed: Failed | None,
        progress: Reported | None,
    ) -> None:
        self.id = id
        self.method = method
        self.params = params
        self.stage = ""
        self.fraction = 0.0
        self.finished = False
        self.cancelled = False
        self.result: Any = None
        self.error: WorkerError | None = None
        self._connection = connection
        self._done = done
        self._failed = failed
        self._progress = progress

    def cancel(self) -> None:
        """Stop it. It ends with an error of the kind ``Cancelled`` at the next `Connection.pump`, if it still runs."""
        if not self.finished and not self.cancelled:
            self.cancelled = True
            self._connection.cancel(self)

    def report(self, stage: str, fraction: float) -> None:
        """Called by the connection."""
        if not self.finished and not self.cancelled:
            self.stage, self.fraction = stage, fraction
            if self._progress is not None:
                self._progress(stage, fraction)

    def finish(self, answer: Message) -> None:
        """Called by the connection. What comes after the first end is passed over."""
        if self.finished:
            return
        self.finished = True
        if "error" in answer:
            self.error = error_of(answer)
            if self._failed is not None:
                self._failed(self.error)
        else:
            self.result = answer.get("result")
            if self._done is not None:
                self._done(self.result)
