"""The line to a worker: the pipes of a process that was started, or a socket of one that listens."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from maskpick_bridge.engine import Engine, Loopback, clean_environment

_LEAVE_SECONDS = 3.0
"""How long a worker may take to tidy up when it is no longer needed."""
_CONNECT_SECONDS = 5.0
_TOLD = 2000
"""Characters of a failed start that are worth repeating."""


class Process:
    """A worker of our own. Raises `OSError` when it cannot be started."""

    def __init__(self, engine: Engine, room: str | None = None) -> None:
        command: list[str] = [engine.interpreter, "-I", "-m", "maskpick.worker", "--parent", str(os.getpid())]
        if room is not None:
            command += ["--room", room]
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path.home(),
            env=clean_environment(),
            creationflags=flags,
        )
        self.secret = ""

    @property
    def pid(self) -> int:
        return self._process.pid

    def write(self, line: bytes) -> None:
        """Send a line; nothing happens when the worker is gone, for `read` tells."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def read(self) -> bytes:
        """The next line, or nothing when the worker is gone."""
        assert self._process.stdout is not None
        try:
            return self._process.stdout.readline()
        except (OSError, ValueError):
            return b""

    def close(self) -> str:
        """End the worker, and wait until it has tidied up. Returns the last it said of its own trouble."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stderr is not None
        assert self._process.stdout is not None
        with self._process.stderr as errors, self._process.stdout:
            return errors.read().decode("utf-8", "replace")[-_TOLD:].strip()


class Socket:
    """Somebody else's worker. Raises `OSError` when it does not answer."""

    def __init__(self, loopback: Loopback) -> None:
        self._socket = socket.create_connection((loopback.host, loopback.port), _CONNECT_SECONDS)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")
        self.secret = loopback.secret

    def write(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendall(line)

    def read(self) -> bytes:
        try:
            return self._lines.readline()
        except (OSError, ValueError):
            return b""

    def close(self) -> str:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._socket.close()
        return ""
