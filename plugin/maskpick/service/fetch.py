"""Fetching a picture a client only names, and calling back: public addresses, within limits, and nowhere else.

A service that fetches what it is told can be made to reach into the network it stands in (server-side request
forgery). So the name is resolved once, every address it resolves to must be public, and the connection goes to the very
address that was checked - a name that resolves differently a moment later changes nothing. Each redirect is checked
anew.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from urllib3.util import Timeout

from maskpick import contract

_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16


class FetchError(Exception):
    """The picture could not be fetched; ``status`` is the contract's answer to that."""

    def __init__(self, message: str, status: int = contract.CANNOT_DOWNLOAD) -> None:
        super().__init__(message)
        self.status = status


def fetch(url: str, *, max_bytes: int, seconds: float, allow_private: bool = False) -> bytes:
    """The bytes at ``url``. Raises `FetchError`."""
    end = time.monotonic() + seconds
    for _ in range(_MOST_REDIRECTS + 1):
        parts = _checked(url)
        answer = _ask("GET", parts, _address(parts, allow_private=allow_private), end, {"Accept": "image/*"})
        try:
            if answer.status in _REDIRECTS:
                url = urljoin(url, answer.headers.get("Location", ""))
                continue
            if answer.status != 200:
                raise FetchError(f"image_url answers with {answer.status}")
            return _body(answer, max_bytes, end)
        finally:
            answer.close()
            answer.release_conn()
    raise FetchError("image_url is redirected too often")


def send(url: str, body: bytes, headers: dict[str, str], *, seconds: float, allow_private: bool = False) -> int:
    """POST ``body`` to ``url``, under the same rules, without following redirects; returns the status.

    Raises `FetchError`.
    """
    parts = _checked(url)
    end = time.monotonic() + seconds
    answer = _ask("POST", parts, _address(parts, allow_private=allow_private), end, headers, body)
    answer.close()
    answer.release_conn()
    return answer.status


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet: not private, loopback, link-local, shared, multicast …"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # Addresses that carry an IPv4 address inside lead there.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64, RFC 6052
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError("image_url is not an address", contract.BAD_REQUEST) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise FetchError("image_url is not an http or https address", contract.BAD_REQUEST)
    if parts.username or parts.password:
        raise FetchError("image_url must not hold a password", contract.BAD_REQUEST)
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _address(parts: SplitResult, *, allow_private: bool) -> str:
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError("image_url names a host that cannot be found") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not (allow_private or all(map(is_public, addresses))):
        raise FetchError("image_url leads to an address this service does not fetch from")
    return addresses[0]


def _ask(
    method: str, parts: SplitResult, address: str, end: float, headers: dict[str, str], body: bytes | None = None
) -> urllib3.BaseHTTPResponse:
    """Ask the checked address, in the name of the host that was asked for."""
    left = end - time.monotonic()
    if left <= 0:
        raise FetchError("image_url took too long")
    options: dict[str, Any] = {"timeout": Timeout(total=left), "retries": False, "maxsize": 1}
    if parts.scheme == "https":
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            address, _port(parts), server_hostname=parts.hostname, assert_hostname=parts.hostname, **options
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, _port(parts), **options)
    path = parts.path or "/"
    try:
        return pool.request(
            method,
            f"{path}?{parts.query}" if parts.query else path,
            body=body,
            headers={"Host": parts.netloc, "User-Agent": "maskpick", "Accept-Encoding": "identity", **headers},
            redirect=False,
            preload_content=False,
        )
    except urllib3.exceptions.HTTPError:
        raise FetchError("image_url could not be fetched") from None


def _body(answer: urllib3.BaseHTTPResponse, max_bytes: int, end: float) -> bytes:
    data = bytearray()
    try:
        # What has arrived, not a full chunk: a server that drips must not hold us past the limit.
        while chunk := answer.read1(_CHUNK):
            data += chunk
            if len(data) > max_bytes:
                raise FetchError(f"image_url is larger than {max_bytes // 1_000_000} MB", contract.TOO_LARGE)
            if time.monotonic() > end:
                raise FetchError("image_url took too long")
    except urllib3.exceptions.HTTPError:
        raise FetchError("image_url broke off in the middle") from None
    return bytes(data)
