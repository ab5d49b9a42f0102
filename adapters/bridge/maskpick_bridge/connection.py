"""The connection to a worker: started when it is first needed, never waited for, started again once after a crash.

Nothing here blocks the editor. Two threads do: one starts the worker, hands pixels over and sends, the other reads.
What they have to tell waits in a queue until the editor's own thread calls `Connection.pump`; ``wake`` is called, from
one of them, when there is something to pump:

    connection = Connection("Krita 5.2.9", wake=signal.emit)     # the signal is connected to connection.pump
    connection = Connection("GIMP 3.0.4", wake=lambda: GLib.idle_add(connection.pump))
"""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from maskpick_bridge.engine import data_folders
from maskpick_bridge.link import Link
from maskpick_bridge.protocol import WorkerError, failure, stopped
from maskpick_bridge.request import Request

if TYPE_CHECKING:
    from pathlib import Path

    from maskpick_bridge.protocol import Message
    from maskpick_bridge.request import Done, Failed, Reported

STARTED_AGAIN = "The engine stopped unexpectedly and was started again."


class Connection:
    """All requests of one editor. Use it from one thread; ``wake`` alone is called from others.

    ``about`` is what the worker told of itself when it was greeted (versions, engines, settings); empty before.
    ``folders`` are where the engine is looked for (default: `data_folders`). ``notice`` is called, within `pump`,
    with a sentence for the artist when something happened that no request tells of.
    """

    def __init__(
        self,
        peer: str,
        wake: Callable[[], object] | None = None,
        notice: Callable[[str], object] | None = None,
        folders: list[Path] | None = None,
    ) -> None:
        self.about: Message = {}
        self.restarts = 0
        self._peer = peer
        self._wake = wake
        self._notice = notice
        self._folders = data_folders() if folders is None else folders
        self._requests: dict[int, Request] = {}
        self._last_id = 0
        self._link: Link | None = None
        self._links: list[Link] = []
        self._forgiving = True
        self._closed = False
        self._events: collections.deque[tuple[Link, str, Any]] = collections.deque()
        self._arrived = threading.Event()
        self._waking = threading.Lock()
        self._woken = False

    def start(self) -> None:
        """Start the worker now, so that the first request need not wait for it."""
        if self._link is None and not self._closed:
            self._link = Link(self._peer, self._folders, self.about.get("folder"), self._post)
            self._links = [link for link in self._links if not link.gone.is_set()] + [self._link]

    def request(
        self,
        method: str,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Reported | None = None,
        **params: Any,
    ) -> Request:
        """Ask for something; `docs/worker.md` lists what. Parameters may be `Pixels`, `Coverage` or `Kept`."""
        if self._closed:
            raise RuntimeError("the connection is closed")
        self.start()
        assert self._link is not None
        self._last_id += 1
        given = {name: value for name, value in params.items() if value is not None}
        request = Request(self, self._last_id, method, given, done, failed, progress)
        self._requests[request.id] = request
        self._link.send(request)
        return request

    def pump(self) -> bool:
        """Run the callbacks of what has arrived. Returns False, so that it can be a GLib idle function."""
        with self._waking:
            self._woken = False
            self._arrived.clear()
        while self._events:
            link, kind, value = self._events.popleft()
            if link is self._link:
                self._tell(kind, value)
        return False

    def wait(self, request: Request, timeout: float | None = None) -> Any:
        """Pump until ``request`` ends; for scripts, which have nothing else to do. Returns its result.

        Raises `WorkerError` when it failed, `TimeoutError` after ``timeout`` seconds.
        """
        self.wait_until(lambda: request.finished, request.method, timeout)
        if request.error is not None:
            raise request.error
        return request.result

    def wait_until(self, condition: Callable[[], object], what: str, timeout: float | None = None) -> None:
        """Pump until ``condition`` is so. Raises `TimeoutError`, which says ``what`` was waited for, after a while."""
        until = None if timeout is None else time.monotonic() + timeout
        while not condition():
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError(f"{what} has not ended after {timeout} s")
            self._arrived.wait(left)
            self.pump()

    def cancel(self, request: Request) -> None:
        """Called by `Request.cancel`."""
        if self._link is not None:
            # The end is told at once, even by a worker that has lost its tongue; its own answer is then passed over.
            self._post(self._link, "message", {"id": request.id, **failure(stopped())})
            self._link.send_cancel(request)

    def close(self) -> None:
        """End the worker; no callback runs any more. Returns at once, the worker tidies up behind the scenes."""
        self._closed = True
        self._requests.clear()
        if self._link is not None:
            self._link.close()
            self._link = None

    def join(self, timeout: float | None = None) -> bool:
        """After `close`: wait until the worker is gone, ``timeout`` seconds at most. For scripts and tests."""
        return all(link.gone.wait(timeout) for link in self._links)

    # What arrived, told in the editor's thread.

    def _tell(self, kind: str, value: Any) -> None:
        if kind == "up":
            self.about = value
        elif kind == "message":
            self._hear(value)
        else:
            self._down(value)

    def _hear(self, message: Message) -> None:
        if message.get("method") == "progress":
            params = message.get("params", {})
            request = self._requests.get(params.get("id"))
            if request is not None:
                request.report(str(params.get("stage", "")), float(params.get("fraction", 0.0)))
            return
        request = self._requests.pop(message.get("id", 0), None)
        if request is not None:
            if "result" in message:
                self._forgiving = True
            request.finish(message)

    def _down(self, error: WorkerError) -> None:
        """The worker is gone. What it was asked fails; it is started again, unless it has just been."""
        self._link = None
        lost, self._requests = list(self._requests.values()), {}
        again = error.kind == "Crashed" and self._forgiving and not self._closed
        if again:
            self._forgiving = False
            self.restarts += 1
            self.start()
        for request in lost:
            request.finish(failure(error))
        if again and self._notice is not None:
            self._notice(STARTED_AGAIN)

    def _post(self, link: Link, kind: str, value: Any) -> None:
        """Called from any thread."""
        with self._waking:
            self._events.append((link, kind, value))
            self._arrived.set()
            wake, self._woken = not self._woken, True
        if wake and self._wake is not None:
            self._wake()
