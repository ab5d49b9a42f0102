"""The door: who comes in, and how much may be carried in. It stands before any body is read."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maskpick import contract
from maskpick.service import ServiceConfig
from maskpick.service.auth import admits

log = logging.getLogger("maskpick.service.requests")

_JSON_SLACK = 100_000
_GUARDED = ("/v1/", "/v2/", "/work/")


class _TooMuchError(Exception):
    """The body outgrew its limit while it came in."""


class Door:
    """ASGI middleware: the token, the body's size, and one log line for each request."""

    def __init__(self, app: ASGIApp, config: ServiceConfig, answered: Callable[[str, int], None]) -> None:
        self._app = app
        self._config = config
        self._answered = answered
        # A picture and a mask in one body, each a third larger in base64.
        self._limit = 2 * (config.max_file * 4 // 3) + _JSON_SLACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began, status = uuid.uuid4().hex[:12], time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-number", number.encode())]
            await send(message)

        try:
            await self._enter(scope, receive, noting)
        finally:
            route = scope.get("route")
            # The route's pattern, not the path: a path may hold a signed link.
            pattern = getattr(route, "path", "") or "-"
            self._answered(pattern, status)
            log.info(
                "%s %s",
                scope["method"],
                pattern,
                extra={
                    "request": number,
                    "status": status,
                    "milliseconds": round(1000 * (time.perf_counter() - began)),
                    "client": (scope.get("client") or ("-",))[0],
                },
            )

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        path: str = scope["path"]
        if path.startswith(_GUARDED) and not admits(self._config, headers.get(contract.TOKEN_HEADER.encode())):
            await _answer(send, path, contract.UNAUTHORISED, "The token is missing or wrong.")
            return
        length = headers.get(b"content-length", "0")
        if length.isdigit() and int(length) > self._limit:
            await _answer(send, path, contract.TOO_LARGE, "The request is too large.")
            return
        seen, begun = 0, False

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise _TooMuchError
            return message

        async def watching(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counting, watching)
        except _TooMuchError:
            if not begun:
                await _answer(send, path, contract.TOO_LARGE, "The request is too large.")


async def _answer(send: Send, path: str, status: int, words: str) -> None:
    body = json.dumps(error_answer(path, status, words)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def error_answer(path: str, status: int, words: str) -> dict[str, object]:
    """An error in the form of the version that was asked."""
    if path.startswith("/v2/"):
        return {"request_id": "", "error": {"code": status, "message": words, "details": words}}
    return {"detail": words}
