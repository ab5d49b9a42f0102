"""ASGI middleware that does what `maskpick.service.faults` names, as far as it is a matter of HTTP."""

from __future__ import annotations

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maskpick.service.faults import Fault

_PAGE = b"<!doctype html><title>Welcome</title><p>Please sign in to this network."
_PIECE = 2048


class _CutError(Exception):
    """Leaving without a word makes the server close the connection."""


class Misbehaviour:
    """Wraps the application; answers to work and downloads go wrong as the fault says."""

    def __init__(self, app: ASGIApp, fault: Fault) -> None:
        self._app = app
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "POST":
            await self._work(scope, receive, send)
        elif scope["path"].startswith("/files/") and not _asks_for_a_byte(scope):
            await self._download(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault
        if fault.strikes("delay"):
            await asyncio.sleep(fault.argument)
        if fault.strikes("status"):
            await _answer(
                send, int(fault.argument), json.dumps({"detail": "broken on purpose"}).encode(), b"application/json"
            )
        elif fault.strikes("wrong-type"):
            await _answer(send, 200, _PAGE, b"text/html")
        elif fault.strikes("cut"):
            await self._app(scope, receive, _cutting(send))
        else:
            await self._app(scope, receive, send)

    async def _download(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault
        if fault.strikes("expired-link"):
            await _answer(send, 403, b'{"detail": "This link has expired."}', b"application/json")
        elif fault.strikes("not-a-zip"):
            await _answer(send, 200, _PAGE, b"text/html")
        elif fault.strikes("cut-download"):
            await self._app(scope, receive, _cutting(send))
        elif fault.strikes("slow-drip"):
            await self._app(scope, receive, _dripping(send, fault.argument))
        elif fault.strikes("truncated-zip"):
            body = await self._collected(scope, receive)
            await _answer(send, 200, body[: len(body) // 2], b"application/zip")
        elif fault.strikes("corrupt-zip"):
            spoilt = bytearray(await self._collected(scope, receive))
            middle = len(spoilt) // 2
            spoilt[middle : middle + 64] = bytes(byte ^ 0x5A for byte in spoilt[middle : middle + 64])
            await _answer(send, 200, bytes(spoilt), b"application/zip")
        else:
            await self._app(scope, receive, send)

    async def _collected(self, scope: Scope, receive: Receive) -> bytes:
        pieces: list[bytes] = []

        async def collect(message: Message) -> None:
            pieces.append(message.get("body", b""))

        await self._app(scope, receive, collect)
        return b"".join(pieces)


def _asks_for_a_byte(scope: Scope) -> bool:
    """A client that polls asks for the first byte; only real downloads go wrong."""
    return any(name == b"range" for name, _ in scope["headers"])


def _cutting(send: Send) -> Send:
    async def cut(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            raise _CutError
        await send(message)

    return cut


def _dripping(send: Send, seconds: float) -> Send:
    async def drip(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        body = message.get("body", b"")
        for start in range(0, len(body), _PIECE):
            await send({"type": "http.response.body", "body": body[start : start + _PIECE], "more_body": True})
            await asyncio.sleep(seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)})

    return drip


async def _answer(send: Send, status: int, body: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if status in (429, 503):
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
