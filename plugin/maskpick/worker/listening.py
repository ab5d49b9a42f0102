"""The same messages over a loopback socket, for an editor in a sandbox that cannot start the worker itself.

Whoever listens writes where, and a secret, to a file only the user may read; who has read the file may come in.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import platformdirs

from maskpick.errors import OutputError, SettingsError
from maskpick.files import replacing
from maskpick.worker.wire import Wire

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.5

Serve = Callable[[Wire, str], None]
"""Serves one connection, whose peer must know the secret."""


def address_file() -> Path:
    """Where editors look for the address."""
    return Path(platformdirs.user_data_dir("maskpick", appauthor=False)) / "loopback.json"


def listen(address: str, told: Path, serve: Serve, ready: Callable[[str, int], None]) -> None:
    """Serve whoever connects and knows the secret, until interrupted. ``told`` is written at the start, and deleted.

    Raises `SettingsError` for an address that others could reach, `OutputError` where nobody can listen there.
    """
    host, port = _parsed(address)
    secret = secrets.token_urlsafe(32)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        try:
            server.bind((host, port))
            server.listen()
        except OSError as error:
            raise OutputError(f"Nobody can listen at {address}: {error.strerror or error}.", "Try port 0.") from error
        # A signal that comes just before the wait begins, or to another thread, does not end the wait; its limit does.
        server.settimeout(_LOOK_EVERY)
        host, port = server.getsockname()[:2]
        _write(told, host, port, secret)
        try:
            ready(host, port)
            while True:
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                connection.settimeout(None)
                threading.Thread(target=_serve, args=(connection, serve, secret), daemon=True).start()
        finally:
            with contextlib.suppress(OSError):
                told.unlink()


def _serve(connection: socket.socket, serve: Serve, secret: str) -> None:
    with connection, connection.makefile("rb") as reader, connection.makefile("wb") as writer:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        serve(Wire(reader, writer), secret)


def _parsed(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not (port.isdecimal() and int(port) < 1 << 16):
        raise SettingsError(f"{address} is no address.", "Write for instance 127.0.0.1:0.")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(f"{host} can be reached by others.", "Listen at 127.0.0.1 or [::1] only.")
    return host, int(port)


def _write(path: Path, host: str, port: int, secret: str) -> None:
    text = json.dumps({"host": host, "port": port, "secret": secret, "pid": os.getpid()})
    with replacing(path) as fresh:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
