"""Sessions of `requests` that try again only where that is harmless, and whose every wait can be interrupted."""

from __future__ import annotations

import contextlib
import email.utils
import os
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import Any, NamedTuple

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.connectionpool
from urllib3.exceptions import MaxRetryError, ResponseError

from maskpick import contract
from maskpick.errors import SettingsError

_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Patience(NamedTuple):
    """How often to try again when: no connection came about, the answer did not come, another fault, a status."""

    connect: int
    read: int
    other: int
    status: int
    statuses: frozenset[int]


STARTING = Patience(3, 0, 0, 4, frozenset({contract.TOO_MANY}))
"""For what starts work: it is sent again only where it cannot have arrived, or was turned away at the door."""
ASKING = Patience(4, 4, 2, 6, contract.WORTH_ASKING_AGAIN)
"""For polls and downloads, which have no consequences."""


class WithdrawnError(OSError):
    """The request is no longer wanted."""


class Interruption:
    """Ends what several sessions are waiting for: pauses at once, answers by closing their connections."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._connections: weakref.WeakSet[urllib3.connection.HTTPConnection] = weakref.WeakSet()
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        self._event.set()
        with self._lock:
            lines = [*self._lines, *(connection.sock for connection in self._connections)]
            for line in lines:  # with the lock: none is closed meanwhile, and its number given to another
                _hang_up(line)

    def wait(self, seconds: float) -> None:
        """Pause. Raises `WithdrawnError`."""
        if self._event.wait(seconds):
            raise WithdrawnError("the request was withdrawn")

    def watch(self, connection: urllib3.connection.HTTPConnection) -> None:
        with self._lock:
            self._connections.add(connection)
        if self._event.is_set():
            _hang_up(connection.sock)

    @contextlib.contextmanager
    def watching(self, line: socket.socket) -> Iterator[None]:
        """Watch a line over which a connection is being made: before that is done, its own socket is not to be had."""
        with line.dup() as handle:
            with self._lock:
                self._lines.add(handle)
            try:
                if self._event.is_set():
                    _hang_up(handle)
                yield
            finally:
                with self._lock:
                    self._lines.discard(handle)


def _hang_up(line: socket.socket | None) -> None:
    if line is not None:
        with contextlib.suppress(OSError):  # the other side was quicker
            line.shutdown(socket.SHUT_RDWR)


def open_session(
    patience: Patience, backoff: float, longest_wait: float, interruption: Interruption
) -> requests.Session:
    """A session. ``backoff`` is the first pause before another try, and ``longest_wait`` what a service may ask us to
    wait in all, both in seconds. Raises `SettingsError` when a certificate bundle is named that is not there."""
    for name in _BUNDLE_VARIABLES:
        if os.environ.get(name) and not os.path.exists(os.environ[name]):  # noqa: PTH110 - not necessarily a valid path
            raise SettingsError(
                f"{name} names a file of certificates that does not exist: {os.environ[name]}.",
                "Correct the variable, or take it away.",
            )
    retries = _Retry(
        # Without a total, a 503 with Retry-After does not send work a second time.
        total=None,
        connect=patience.connect,
        read=patience.read,
        other=patience.other,
        status=patience.status,
        status_forcelist=patience.statuses,
        redirect=0,
        allowed_methods=None,
        backoff_factor=backoff,
        backoff_jitter=backoff,
        backoff_max=longest_wait,
        raise_on_status=False,
    )
    retries.seconds_left = longest_wait
    retries.interruption = interruption
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(retries, interruption))
    session.headers["User-Agent"] = "maskpick"
    return session


def seconds_to_wait(retry_after: str | None) -> float | None:
    """What a ``Retry-After`` header asks for, given as seconds or as a date; None where it makes no sense."""
    written = (retry_after or "").strip()
    if written.isascii() and written.isdigit():
        return float(written)
    date = email.utils.parsedate_tz(written)
    return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())


class _Retry(urllib3.Retry):
    """urllib3's, but being asked to wait longer than we may ends the tries (the user is told how long instead), and
    every pause can be interrupted."""

    seconds_left: float
    interruption: Interruption

    def new(self, **changes: Any) -> _Retry:
        fresh = super().new(**changes)
        fresh.seconds_left = self.seconds_left
        fresh.interruption = self.interruption
        return fresh

    def get_retry_after(self, response: urllib3.BaseHTTPResponse) -> float | None:
        return seconds_to_wait(response.headers.get("Retry-After"))

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: urllib3.connectionpool.ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> _Retry:
        wait = (self.get_retry_after(response) if response is not None else None) or 0.0
        if wait > self.seconds_left and _pool is not None and url is not None:
            raise MaxRetryError(_pool, url, ResponseError("asked to wait too long"))
        fresh = super().increment(method, url, response, error, _pool, _stacktrace)
        fresh.seconds_left -= wait
        return fresh

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        wait = self.get_retry_after(response) if response is not None else None
        self.interruption.wait(wait or self.get_backoff_time())


class _Adapter(requests.adapters.HTTPAdapter):
    """Trusts what the system trusts - a company's own certificates included - besides the usual authorities, also
    behind a proxy."""

    def __init__(self, retries: _Retry, interruption: Interruption) -> None:
        self._interruption = interruption
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_trust(), **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, ssl_context=_trust(), **kwargs)
        self._watch(manager)
        return manager

    def _watch(self, manager: urllib3.PoolManager) -> None:
        interruption = self._interruption

        class Plain(urllib3.connection.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                interruption.watch(self)

        class Secure(urllib3.connection.HTTPSConnection):
            def connect(self) -> None:
                with contextlib.ExitStack() as self._made:
                    super().connect()
                interruption.watch(self)

            def _new_conn(self) -> socket.socket:
                line = super()._new_conn()
                self._made.enter_context(interruption.watching(line))
                return line

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _trust() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
