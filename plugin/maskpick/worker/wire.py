"""Messages: JSON-RPC 2.0, one object a line, in ASCII."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

LONGEST = 1 << 22
"""Bytes of a line; pixels do not cross here, so a longer one is a mistake."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602

Message = dict[str, Any]


class BadMessage(Exception):  # noqa: N818 - named for what it is about
    """A message that cannot be served: the fault is the plug-in's, not the artist's.

    ``id`` is the request's, as far as it is known.
    """

    def __init__(self, code: int, text: str, id: int | str | None = None) -> None:  # noqa: A002
        super().__init__(text)
        self.code = code
        self.id = id

    @property
    def error(self) -> Message:
        return {"code": self.code, "message": str(self), "data": {"kind": "BadMessage"}}


class Wire:
    """Both directions of one connection. Sending is safe from any thread."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        self._sending = threading.Lock()

    def messages(self) -> Iterator[Message | BadMessage]:
        """What the peer says, until it goes away. A line that is no message is yielded as what is wrong with it."""
        while True:
            try:
                line = self._reader.readline(LONGEST)
            except OSError:  # a reset connection: the peer is gone all the same
                return
            if not line:
                return
            if not line.endswith(b"\n") and len(line) == LONGEST:
                self._skip_line()
                yield BadMessage(PARSE_ERROR, f"A line is longer than {LONGEST} bytes.")
            elif line.strip():
                yield _message(line)

    def send(self, message: Message) -> None:
        """Say something. When nobody is there any more, nothing happens: `messages` will end."""
        line = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False, separators=(",", ":")) + "\n"
        with self._sending:
            try:
                self._writer.write(line.encode("ascii"))
                self._writer.flush()
            except (OSError, ValueError):  # ValueError: the stream is closed
                return

    def _skip_line(self) -> None:
        while True:
            part = self._reader.readline(LONGEST)
            if not part or part.endswith(b"\n"):
                return


def _message(line: bytes) -> Message | BadMessage:
    try:
        message = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return BadMessage(PARSE_ERROR, "A line is not JSON.")
    if not isinstance(message, dict):
        return BadMessage(INVALID_REQUEST, "A line is not one JSON object. Several requests at once are several lines.")
    id = message.get("id")  # noqa: A001
    if id is not None and type(id) not in (int, str):
        return BadMessage(INVALID_REQUEST, "A request's id is neither a whole number nor a text.")
    if message.get("jsonrpc") != "2.0":
        return BadMessage(INVALID_REQUEST, 'A message has no "jsonrpc": "2.0".', id)
    if not isinstance(message.get("method"), str):
        return BadMessage(INVALID_REQUEST, "A message names no method.", id)
    if not isinstance(message.get("params", {}), dict):
        return BadMessage(INVALID_PARAMS, "The params are not an object: they go by name.", id)
    return message


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
