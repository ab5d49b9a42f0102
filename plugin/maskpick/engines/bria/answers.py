"""What the service's status codes mean to a painter."""

from __future__ import annotations

import json
import math
from typing import Any

from maskpick import contract
from maskpick.errors import EngineError
from maskpick.web.sessions import seconds_to_wait

_WORDS: dict[int, tuple[str, str]] = {
    contract.BAD_REQUEST: (
        "The service did not understand the request",
        "This is a fault of maskpick's; please report it.",
    ),
    contract.UNAUTHORISED: (
        "The service does not accept the token",
        "Check it with `maskpick config token`; a token of another service or account does not work.",
    ),
    contract.NO_CREDIT: (
        "The account has no credit left",
        "Add some on the service's web page, or use the local engine.",
    ),
    contract.FORBIDDEN: (
        "The account may not use this",
        "See on the service's web page what the plan includes, or use the local engine.",
    ),
    contract.NOT_FOUND: (
        "The service does not know this address or picture",
        "Check the service's address in the settings; a picture it has forgotten must be sent again.",
    ),
    contract.METHOD_NOT_ALLOWED: (
        "The service does not offer this any more",
        "Set the engine's option api to v2, or update maskpick.",
    ),
    contract.GONE: (
        "The service does not offer this any more",
        "Set the engine's option api to v2, or update maskpick.",
    ),
    contract.RESOLUTION_TOO_LOW: ("The picture is too small for the service", "Use a larger one, or the local engine."),
    contract.TOO_LARGE: ("The picture is too large for the service", "Scale it down, or use the local engine."),
    contract.WRONG_TYPE: ("The service does not take this kind of picture", "Save it as PNG or JPEG and try again."),
    contract.MODERATED: (
        "The service refused the picture as unsuitable",
        "Its rules decide, not maskpick; the local engine has no such rules.",
    ),
    contract.TOO_MANY: ("Too many requests for this account", "Wait a little and try again."),
    contract.CANNOT_DOWNLOAD: (
        "The service could not download the picture",
        "Send the picture itself, not its address.",
    ),
    contract.INTERNAL: ("The service has a fault of its own", "Try again later, or use the local engine."),
    contract.NOT_SUPPORTED: ("The service cannot work with this picture", "Use another one, or the local engine."),
    502: ("The service is down", "Try again later, or use the local engine."),
    503: ("The service is down or too busy", "Try again later, or use the local engine."),
    504: ("The service is down or too slow", "Try again later, or use the local engine."),
}


class ServiceError(EngineError):
    """The service answered, and said no. ``status`` is the HTTP status or the error code of an asynchronous answer."""

    def __init__(self, status: int, happened: str, advice: str = "") -> None:
        super().__init__(happened, advice)
        self.status = status


def refusal(status: int, body: bytes, retry_after: str | None = None) -> ServiceError:
    """The error for an answer that is no success; ``body`` may add what the service said."""
    said = _said(body)
    happened, advice = _WORDS.get(
        status, (f"The service answered with the unknown status {status}", "Try again later, or use the local engine.")
    )
    wait = seconds_to_wait(retry_after)
    if status in contract.WORTH_ASKING_AGAIN and wait is not None:
        advice = f"Try again in {math.ceil(wait)} seconds."
    return ServiceError(status, f"{happened}: {said}." if said else f"{happened}.", advice)


def _said(body: bytes) -> str:
    """The service's own words in an error answer, on one line and not too long; empty where there are none."""
    try:
        words = _first_text(json.loads(body))
    except (ValueError, RecursionError):
        return ""
    return " ".join(words.split())[:300].rstrip(".")


def _first_text(answer: Any) -> str:
    if isinstance(answer, str):
        return answer
    if isinstance(answer, dict):
        # A moderation answer names the parameter that failed; it must not be lost behind a general sentence.
        keys = ("parameter", "message", "detail", "details", "error", "errors", "reason")
        texts = [_first_text(answer[key]) for key in keys if answer.get(key)]
        return " - ".join(dict.fromkeys(text for text in texts if text))
    if isinstance(answer, list) and answer:
        return _first_text(answer[0]) or " ".join(map(str, answer[:3]))
    return ""
