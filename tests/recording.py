"""A web server that writes down what it is asked and answers as told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from processes import PATIENCE


class Asked(NamedTuple):
    """A request. ``headers`` have small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """An answer; a ``status`` of 0 closes the connection without one, and one with ``cut`` after so many bytes."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    names = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Reply(status, json.dumps(value).encode(), names)


@dataclass
class Recorder:
    """``answer`` may be changed at any time, ``before_body`` is called when a request's headers have come. ``gone`` is
    set when somebody hung up before the answer."""

    answer: Callable[[Asked], Reply] = lambda _: Reply(404)
    before_body: Callable[[BaseHTTPRequestHandler], None] = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    scheme: str = "http"

    def at(self, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}"

    def answers(self, *replies: Reply) -> None:
        """Give these answers in turn, and the last one ever after."""
        left = list(replies)
        self.answer = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def hang(self) -> Callable[[Asked], Reply]:
        """An answer that never comes: waits until the client hangs up."""

        def wait(_: Asked) -> Reply:
            self.gone.wait(PATIENCE)
            return Reply(0)

        return wait


@contextmanager
def recording(context: ssl.SSLContext | None = None) -> Iterator[Recorder]:
    recorder = Recorder(scheme="https" if context else "http")

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            recorder.before_body(self)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): text for name, text in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            recorder.asked.append(asked)
            threading.Thread(target=self._watch, daemon=True).start()
            reply = recorder.answer(asked)
            self.close_connection = True
            if not reply.status:
                return
            self.send_response(reply.status)
            for name, text in (("Content-Length", str(len(reply.body))), *reply.headers):
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])

        do_GET = do_POST = do_CONNECT = _serve  # noqa: N815 - the names are http.server's

        def _watch(self) -> None:
            try:
                if not self.connection.recv(1, 0 if context else socket.MSG_PEEK):
                    recorder.gone.set()
            except OSError:
                recorder.gone.set()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # clients that hang up are what is tested
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    recorder.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.gone.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
