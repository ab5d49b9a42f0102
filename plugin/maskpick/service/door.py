"""The door: who comes in, and how much may be carried in. It stands before any body is read."""

from __future__ import annotations

import contextlib
import json
import logging
import time
import uuid

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maskpick import contract
from maskpick.service.auth import admits, knows_host
from maskpick.service.desk import Desk
from maskpick.service.jobs import BusyError

log = logging.getLogger("maskpick.service.requests")

_JSON_SLACK = 100_000
_GUARDED = ("/v1/", "/v2/", "/work/")
_RETRY_AFTER = 5
PLACE = "maskpick.place"
"""Where a request keeps the place it has taken: an `contextlib.ExitStack` in its scope."""


class Door:
    """ASGI middleware: the host, the token, a place for the work, the body's size, one log line for each request."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        # A picture and a mask in one body, each a third larger in base64.
        self._limit = 2 * (desk.config.max_file * 4 // 3) + _JSON_SLACK

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
            self._desk.metrics.answered(pattern, status)
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
        config = self._desk.config
        if not knows_host(config, headers.get(b"host", "")):
            await _answer(send, path, contract.BAD_REQUEST, "This service does not go by that name.")
            return
        guarded = path.startswith(_GUARDED)
        if guarded and not admits(config, headers.get(contract.TOKEN_HEADER.encode())):
            await _answer(send, path, contract.UNAUTHORISED, "The token is missing or wrong.")
            return
        length = headers.get(b"content-length", "0")
        if length.isdecimal() and int(length) > self._limit:
            await _answer(send, path, contract.TOO_LARGE, "The request is too large.")
            return
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(contract.TOO_LARGE, "The request is too large.")
            return message

        with contextlib.ExitStack() as place:
            if guarded and scope["method"] == "POST":
                try:
                    place.enter_context(self._desk.jobs.place())
                except BusyError:
                    words = "The service has too much to do just now."
                    await _answer(send, path, contract.TOO_MANY, words, retry_after=_RETRY_AFTER)
                    return
            scope[PLACE] = place
            await self._app(scope, counting, send)


async def _answer(send: Send, path: str, status: int, words: str, retry_after: int | None = None) -> None:
    body = json.dumps(error_answer(path, status, words)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def error_answer(path: str, status: int, words: str) -> dict[str, object]:
    """An error in the form of the version that was asked."""
    if path.startswith("/v2/"):
        return {"request_id": "", "error": {"code": status, "message": words, "details": words}}
    return {"detail": words}
