"""One peer: its requests, each in a thread of its own, their progress, their cancelling, their answers."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from maskpick import __version__
from maskpick.errors import Cancelled, MaskpickError
from maskpick.progress import Progress, Step
from maskpick.worker import PROTOCOL
from maskpick.worker.kit import Kit
from maskpick.worker.params import Params
from maskpick.worker.room import Room
from maskpick.worker.wire import INVALID_REQUEST, METHOD_NOT_FOUND, BadMessage, Message, Wire

log = logging.getLogger(__name__)

MOST_AT_ONCE = 32
"""Requests under way; more are refused, so that a plug-in gone wild does not take the computer down."""
REPORT_SECONDS = 0.05
"""Progress within a stage is told at most this often."""
LEAVE_SECONDS = 1.0
"""How long requests under way may take to notice that the peer is gone."""

Id = int | str


class Call:
    """One request as a method sees it. Files it made are deleted when it fails or is cancelled."""

    def __init__(self, params: Params, kit: Kit, room: Room, progress: Progress) -> None:
        self.params = params
        self.kit = kit
        self.room = room
        self.progress = progress
        self._files: list[Path] = []

    def new_file(self, suffix: str) -> Path:
        path = self.room.new(suffix)
        self._files.append(path)
        return path

    def drop_files(self) -> None:
        for path in self._files:
            path.unlink(missing_ok=True)


Method = Callable[[Call], Any]


class _Job:
    """A request under way. It is answered once: with what came first, its end or its cancelling."""

    def __init__(self, id: Id, wire: Wire) -> None:  # noqa: A002
        self.id = id
        self.progress = Progress(self._show)
        self._wire = wire
        self._answering = threading.Lock()
        self._answered = False
        self._shown = ("", 0.0)

    def answer(self, **answer: Any) -> bool:
        """Send the answer; False when there has been one."""
        with self._answering:
            if self._answered:
                return False
            self._answered = True
            self._wire.send({"id": self.id, **answer})
            return True

    def cancel(self) -> None:
        """Answer at once. The work stops at its next report, and what it still makes is dropped."""
        self.progress.cancel()
        self.answer(error=described(Cancelled()))

    def _show(self, step: Step) -> None:
        stage, told = self._shown
        now = time.monotonic()
        if step.stage == stage and now - told < REPORT_SECONDS:
            return
        self._shown = (step.stage, now)
        with self._answering:
            if not self._answered:
                params = {"id": self.id, "stage": step.stage, "fraction": round(step.fraction, 4)}
                self._wire.send({"method": "progress", "params": params})


class _Stranger(BaseException):
    """Somebody connected who does not know the secret; nothing but leaving answers that."""


class Session:
    """Serves one peer until it goes away. ``secret`` is what it must know, where anybody could have connected."""

    def __init__(
        self, wire: Wire, kit: Kit, methods: dict[str, Method], *, adopt: Path | None = None, secret: str | None = None
    ) -> None:
        self._wire = wire
        self._kit = kit
        self._methods = methods
        self._adopt = adopt
        self._secret = secret
        self._room: Room | None = None
        self._jobs: dict[Id, tuple[_Job, threading.Thread]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def serve(self) -> None:
        """Answer what is asked; returns when the peer is gone, with everything it left tidied away."""
        try:
            for message in self._wire.messages():
                self._answer_to(message)
        except _Stranger:
            log.warning("A peer did not know the secret, and is sent away.")
        finally:
            self.close()

    def close(self) -> None:
        """Stop all work and delete the room. May be called twice, and from any thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            jobs = list(self._jobs.values())
        for job, _ in jobs:
            job.progress.cancel()
        until = time.monotonic() + LEAVE_SECONDS
        for _, thread in jobs:
            thread.join(max(0.0, until - time.monotonic()))
        if self._room is not None:
            self._room.close()

    def _answer_to(self, message: Message | BadMessage) -> None:
        try:
            if isinstance(message, BadMessage):
                raise message
            self._take(message)
        except BadMessage as bad:
            log.warning("Not served: %s", bad)
            self._wire.send({"id": bad.id, "error": bad.error})

    def _take(self, message: Message) -> None:
        id, name, params = message.get("id"), message["method"], message.get("params", {})  # noqa: A001
        if id is None:
            self._hear(name, params)
        elif name == "hello":
            self._hello(id, Params(params))
        elif self._room is None:
            raise BadMessage(INVALID_REQUEST, "Before anything else, say hello.", id)
        elif name not in self._methods:
            raise BadMessage(METHOD_NOT_FOUND, f"There is no method {name!r}.", id)
        else:
            self._start(id, name, params, self._room)

    def _hear(self, name: str, params: Message) -> None:
        """A notification. One that is not known, or names no request under way, is passed over."""
        if name == "cancel":
            with self._lock:
                found = self._jobs.get(params.get("id", ""))
            if found is not None:
                log.info("cancel %s", found[0].id)
                found[0].cancel()

    def _hello(self, id: Id, params: Params) -> None:  # noqa: A002
        def greet() -> Any:
            self._greet(params)
            if self._room is None:
                self._room = Room.open(self._adopt)
            return {**self._kit.about(), "folder": str(self._room.path)}

        _Job(id, self._wire).answer(**_answer(greet, "hello"))
        self._kit.warm_up()

    def _greet(self, params: Params) -> None:
        theirs, version, secret = params.whole("protocol"), params.text("version", "?"), params.text("secret", "")
        peer = params.text("peer", "a plug-in")
        params.done()
        if self._secret is not None and not hmac.compare_digest(secret.encode(), self._secret.encode()):
            raise _Stranger
        log.info("hello from %s, version %s, protocol %s", peer, version, theirs)
        if theirs != PROTOCOL:
            older = "the plug-in is the older one" if theirs < PROTOCOL else "the engine is the older one"
            raise MaskpickError(
                f"The plug-in (version {version}) and maskpick's engine (version {__version__}) do not fit together: "
                f"{older}.",
                "Run install.py again, so that both are of one version, and restart the editor.",
            )

    def _start(self, id: Id, name: str, params: Message, room: Room) -> None:  # noqa: A002
        job = _Job(id, self._wire)
        call = Call(Params(params), self._kit, room, job.progress)
        thread = threading.Thread(target=self._run, args=(job, name, call), name=f"{name} {id}", daemon=True)
        with self._lock:
            if id in self._jobs:
                raise BadMessage(INVALID_REQUEST, f"Another request with the id {id} is under way.", id)
            if len(self._jobs) >= MOST_AT_ONCE:
                raise BadMessage(INVALID_REQUEST, f"{MOST_AT_ONCE} requests are under way; wait for one to end.", id)
            self._jobs[id] = (job, thread)
        thread.start()

    def _run(self, job: _Job, name: str, call: Call) -> None:
        began = time.monotonic()
        log.info("%s %s", name, job.id)
        kept = False
        try:
            answer = _answer(lambda: self._methods[name](call), name)
            with self._lock:
                self._jobs.pop(job.id, None)  # before the answer: its id may be used again at once
            kept = job.answer(**answer) and "result" in answer
        finally:
            if not kept:
                call.drop_files()
        end = "done" if kept else answer.get("error", {}).get("data", {}).get("kind", "dropped")
        log.info("%s %s: %s after %.3f s", name, job.id, end, time.monotonic() - began)


def described(error: MaskpickError) -> Message:
    """An error as an answer. Its code is the exit status that the command line would end with."""
    data = {"kind": type(error).__name__, "happened": error.happened, "advice": error.advice}
    return {"code": error.exit_code, "message": str(error), "data": data}


def _answer(work: Callable[[], Any], name: str) -> Message:
    """The result of a piece of work, or the error it ended in."""
    try:
        return {"result": work()}
    except BadMessage as bad:
        return {"error": bad.error}
    except MaskpickError as error:
        return {"error": described(error)}
    except MemoryError:
        return {"error": described(_no_memory())}
    except Exception as error:
        log.exception("%s failed", name)
        return {"error": described(_fault(error, name))}


def _no_memory() -> MaskpickError:
    return MaskpickError("There is not enough memory for it.", "Close other programs, or scale the picture down.")


def _fault(error: Exception, name: str) -> MaskpickError:
    from maskpick.faults import record_fault

    told = f"Something went wrong that should not: {type(error).__name__}: {error}."
    return MaskpickError(told, record_fault(error, f"worker: {name}"))
