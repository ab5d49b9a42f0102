"""Fetching a picture a client only names, and calling back: public addresses, within limits, and nowhere else.

A service that fetches what it is told can be made to reach into the network it stands in (server-side request
forgery). So the name is resolved once, every address it resolves to must be public, and the connection goes to the very
address that was checked - a name that resolves differently a moment later changes nothing. Each redirect is checked
anew.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from maskpick import contract

_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GOES_WRONG = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
"""What a connection may raise: nothing a stranger's server does may look like a fault of ours."""


class FetchError(Exception):
    """The picture cannot be fetched from; ``status`` is the contract's answer to that."""

    def __init__(self, message: str, status: int = contract.CANNOT_DOWNLOAD) -> None:
        super().__init__(message)
        self.status = status


def fetch(url: str, *, max_bytes: int, seconds: float, allow_private: bool = False) -> bytes:
    """The bytes at ``url``. Raises `FetchError`."""
    end = time.monotonic() + seconds
    for _ in range(_MOST_REDIRECTS + 1):
        target = _checked(url)
        with _asked("GET", target, {"Accept": "image/*"}, None, end, allow_private=allow_private) as answer:
            if answer.status not in _REDIRECTS:
                if answer.status != 200:
                    raise FetchError(f"The address answers with {answer.status}.")
                return _body(answer, max_bytes)
            url = urljoin(url, answer.headers.get("Location", ""))
    raise FetchError("The address is redirected too often.")


def send(url: str, body: bytes, headers: dict[str, str], *, seconds: float, allow_private: bool = False) -> int:
    """POST ``body`` to ``url``, under the same rules, without following redirects; returns the status.

    Raises `FetchError`.
    """
    end = time.monotonic() + seconds
    with _asked("POST", _checked(url), headers, body, end, allow_private=allow_private) as answer:
        return answer.status


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not private, loopback, link-local, shared, multicast …"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # Addresses that carry an IPv4 address inside lead there.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in _NAT64:  # RFC 6052
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        return ip in _GLOBAL_UNICAST and ip.is_global
    return ip.is_global and not ip.is_multicast


class _Target(NamedTuple):
    """What an address says: everything as it goes over the wire."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def _checked(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise FetchError("This is not a web address.", contract.BAD_REQUEST) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise FetchError("This is not an http or https address.", contract.BAD_REQUEST)
    if parts.username or parts.password:
        raise FetchError("The address must not hold a password.", contract.BAD_REQUEST)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    tls = parts.scheme == "https"
    return _Target(tls, host, port or (443 if tls else 80), f"{path}?{query}" if query else path)


def _address(target: _Target, *, allow_private: bool) -> str:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise FetchError("The address names a host that cannot be found.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not (allow_private or all(map(is_public, addresses))):
        raise FetchError("The address leads to an address this service does not fetch from.")
    return addresses[0]


class _Cuttable:
    """Mixed into a connection: `cut` ends it from another thread, whatever it is waiting for.

    A time limit of each read is not enough, for a server that sends a byte now and then never reaches it.
    """

    _handle: socket.socket | None = None
    was_cut = False

    def _new_conn(self) -> socket.socket:
        plain: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._handle = plain.dup()  # TLS takes the first one over
        return plain

    def cut(self) -> None:
        self.was_cut = True
        if self._handle is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self._handle.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Close it for good; `close` alone leaves an answer that is still being read its way."""
        self.close()  # type: ignore[attr-defined]
        if self._handle is not None:
            self._handle.close()


class _Plain(_Cuttable, HTTPConnection):
    pass


class _Tls(_Cuttable, HTTPSConnection):
    pass


@contextlib.contextmanager
def _asked(
    method: str, target: _Target, headers: dict[str, str], body: bytes | None, end: float, *, allow_private: bool
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Ask the checked address, in the name of the host that was asked for; no proxy stands between."""
    address = _address(target, allow_private=allow_private)
    left = end - time.monotonic()
    if left <= 0:
        raise FetchError("The address took too long to answer.")
    connection: _Plain | _Tls = (
        _Tls(address, target.port, timeout=left, server_hostname=target.host, assert_hostname=target.host)
        if target.tls
        else _Plain(address, target.port, timeout=left)
    )
    alarm = threading.Timer(left, connection.cut)
    alarm.daemon = True
    alarm.start()
    headers = {"Host": target.host_header, "User-Agent": "maskpick", "Accept-Encoding": "identity", **headers}
    try:
        # A body that was packed all the same is not unpacked: a few bytes may become many.
        connection.request(method, target.path, body=body, headers=headers, preload_content=False, decode_content=False)
        with contextlib.closing(connection.getresponse()) as answer:
            yield answer
            if connection.was_cut:
                raise FetchError("The address took too long to answer.")
    except _GOES_WRONG as error:
        late = connection.was_cut or isinstance(error, (TimeoutError, urllib3.exceptions.TimeoutError))
        raise FetchError(
            "The address took too long to answer." if late else "Nothing could be fetched from the address."
        ) from None
    finally:
        alarm.cancel()
        connection.release()


def _body(answer: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    too_large = FetchError(f"What is at the address is larger than {max_bytes // 1_000_000} MB.", contract.TOO_LARGE)
    announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise too_large
    data = bytearray()
    while chunk := answer.read(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise too_large
    return bytes(data)
