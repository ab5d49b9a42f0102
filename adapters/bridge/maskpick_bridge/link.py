"""One worker's life, from its start to its end, in two threads of its own."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from maskpick_bridge.engine import Loopback, find_engine, find_loopback
from maskpick_bridge.handover import Handover
from maskpick_bridge.protocol import PROTOCOL, VERSION, WorkerError, error_of, failure
from maskpick_bridge.request import Request
from maskpick_bridge.transport import Process, Socket

if TYPE_CHECKING:
    from pathlib import Path

    from maskpick_bridge.protocol import Message

    Post = Callable[[Any, str, Any], None]
    Transport = Process | Socket


class Link:
    """``post`` is called, from other threads, with this link and "up" and what the worker told of itself, "message" and
    a message, or at last "down" and a `WorkerError`. ``room`` is the folder of a worker that crashed; the new one
    moves in.
    """

    def __init__(self, peer: str, folders: list[Path], room: str | None, post: Post) -> None:
        self.gone = threading.Event()
        self._peer = peer
        self._folders = folders
        self._room = room
        self._tell = post
        self._outgoing: queue.Queue[Request | Message | None] = queue.Queue()
        self._closing = False
        threading.Thread(target=self._run, name="maskpick", daemon=True).start()

    def send(self, request: Request) -> None:
        self._outgoing.put(request)

    def send_cancel(self, request: Request) -> None:
        self._outgoing.put({"method": "cancel", "params": {"id": request.id}})

    def close(self) -> None:
        self._closing = True
        self._outgoing.put(None)

    def _run(self) -> None:
        try:
            transport, about = self._greeted()
            self._post("up", about)
            reader = threading.Thread(target=self._read, args=(transport,), name="maskpick reader", daemon=True)
            reader.start()
            self._write(transport, about["folder"])
            transport.close()
            reader.join()
            error = WorkerError(
                "Crashed", "The engine stopped unexpectedly.", "Try again; `maskpick doctor` may tell more."
            )
        except WorkerError as trouble:
            error = trouble
        except Exception as fault:  # noqa: BLE001 - in a thread nobody would ever hear of it
            error = WorkerError("Fault", f"Something went wrong that should not: {fault!r}.", "Please report it.")
        if not self._closing:
            self._post("down", error)
        self.gone.set()

    def _greeted(self) -> tuple[Transport, Message]:
        """Start a worker, or find one that listens. Raises `WorkerError`."""
        engine = find_engine(self._folders)
        loopback = find_loopback(self._folders)
        trouble = WorkerError(
            "NotFound",
            "maskpick's engine is not installed, or it has been moved.",
            "Run `python3 install.py setup` in maskpick's folder, and try again.",
        )
        if engine is not None:
            try:
                process = Process(engine, self._room)
            except OSError as error:
                trouble = WorkerError(
                    "NotFound",
                    f"maskpick's engine cannot be started from here ({error.strerror or error}).",
                    "In a sandbox (flatpak, snap), start `maskpick worker` outside and try again.",
                )
            else:
                try:
                    return process, self._hello(process)
                except WorkerError as error:
                    if error.kind != "NotStarted" or loopback is None:
                        raise
        if loopback is not None:
            return self._loopback(loopback)
        raise trouble

    def _loopback(self, loopback: Loopback) -> tuple[Transport, Message]:
        try:
            listening = Socket(loopback)
        except OSError as error:
            raise WorkerError(
                "NotFound",
                f"The engine that should listen at port {loopback.port} does not answer.",
                "Start it again: maskpick worker.",
            ) from error
        return listening, self._hello(listening)

    def _hello(self, transport: Transport) -> Message:
        """Greet, and return what the worker tells of itself. Raises `WorkerError`."""
        params = {"protocol": PROTOCOL, "version": VERSION, "peer": self._peer}
        if transport.secret:
            params["secret"] = transport.secret
        self._say(transport, {"id": 0, "method": "hello", "params": params})
        while True:
            line = transport.read()
            if not line:
                told = transport.close().splitlines()
                raise WorkerError(
                    "NotStarted",
                    f"The engine could not start{': ' + told[-1] if told else ''}.",
                    "Run `python3 install.py setup` again; `maskpick doctor` tells more.",
                )
            answer = _parsed(line)
            if answer.get("id") == 0:
                break
        if "error" in answer:
            transport.close()
            error = error_of(answer)
            raise WorkerError("Mismatch", error.happened, error.advice)
        about = answer.get("result")
        if not isinstance(about, dict) or about.get("protocol") != PROTOCOL or "folder" not in about:
            transport.close()
            raise WorkerError(
                "Mismatch",
                "The plug-in and maskpick's engine do not fit together.",
                "Run install.py again, so that both are of one version, and restart the editor.",
            )
        return about

    def _write(self, transport: Transport, folder: str) -> None:
        """Send what is to be sent, until the end of either side."""
        while True:
            item = self._outgoing.get()
            if item is None or self._closing:
                return
            if not isinstance(item, Request):
                self._say(transport, item)
            elif not item.cancelled:
                try:
                    params = {
                        name: value.described(folder) if isinstance(value, Handover) else value
                        for name, value in item.params.items()
                    }
                except OSError as error:
                    trouble = WorkerError(
                        "OutputError",
                        f"The picture could not be handed to the engine: {error.strerror or error}.",
                        "See whether the disk is full.",
                    )
                    self._post("message", {"id": item.id, **failure(trouble)})
                else:
                    self._say(transport, {"id": item.id, "method": item.method, "params": params})

    def _read(self, transport: Transport) -> None:
        while True:
            line = transport.read()
            if not line:
                break
            message = _parsed(line)
            if message:
                self._post("message", message)
        self._outgoing.put(None)

    def _say(self, transport: Transport, message: Message) -> None:
        line = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False, separators=(",", ":"))
        transport.write(line.encode("ascii") + b"\n")

    def _post(self, kind: str, value: Any) -> None:
        self._tell(self, kind, value)


def _parsed(line: bytes) -> Message:
    with contextlib.suppress(ValueError):
        message = json.loads(line)
        if isinstance(message, dict):
            return message
    return {}
