"""Telling a client that its work is done: the status body, posted and signed as the vendor's client verifies it.

The key is HMAC-SHA256 of a fixed salt under the token; the signature is HMAC-SHA256 of ``id.timestamp.body`` under that
key, in base64, behind ``v1=``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from typing import Any

from maskpick.service.fetch import FetchError, send
from maskpick.tokens import Token

log = logging.getLogger(__name__)

_SALT = b"bria-webhook-signing-v1"


def notify(
    url: str, request_id: str, answer: dict[str, Any], token: Token | None, *, seconds: float, allow_private: bool
) -> None:
    """POST ``answer`` to ``url``, once; a client that misses it can still ask for the status."""
    body = json.dumps(answer).encode()
    stamp = str(int(time.time()))
    headers = {"Content-Type": "application/json", "bria-webhook-id": request_id, "bria-webhook-timestamp": stamp}
    if token is not None:
        headers["bria-webhook-signature"] = signature(body, request_id, stamp, token)
    try:
        status = send(url, body, headers, seconds=seconds, allow_private=allow_private)
    except FetchError as error:
        log.warning("a webhook was not delivered: %s", error)
        return
    if status >= 300:
        log.warning("a webhook was answered with %d", status)


def signature(body: bytes, request_id: str, stamp: str, token: Token) -> str:
    """The value of the header ``bria-webhook-signature``."""
    key = hmac.new(token.reveal().encode(), _SALT, hashlib.sha256).digest()
    digest = hmac.new(key, f"{request_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1=" + base64.b64encode(digest).decode("ascii")
