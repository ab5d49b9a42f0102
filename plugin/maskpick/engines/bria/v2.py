"""Version 2 of the contract: asynchronous work with a status; masks one by one, and no panoptic map."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any, NamedTuple

from maskpick import contract
from maskpick.engines.bria.answers import ServiceError, refusal
from maskpick.engines.bria.http import Service
from maskpick.engines.bria.upload import Upload


class Listed(NamedTuple):
    """One mask of an answer: where it is, and what the service says of it."""

    id: int
    confidence: float
    link: str


def request_masks(service: Service, upload: Upload, *, sync: bool, moderation: bool) -> list[Listed]:
    """Have every object found; returns the masks, best first."""
    body = {"image": upload.url or upload.base64, "sync": sync, "visual_input_content_moderation": moderation}
    result = _result(service, contract.MASKS_V2, body)
    listed = [_listed(entry, place) for place, entry in enumerate(_entries(result), start=1)]
    if len({one.id for one in listed}) != len(listed):
        raise ServiceError(200, "The service's answer names two masks by the same number.", "Try again later.")
    return listed


def erase(service: Service, upload: Upload, mask: str, *, sync: bool, moderation: bool) -> str:
    """Remove what ``mask`` (base64 PNG, 255 = remove) covers; returns a link."""
    body = {
        "image": upload.url or upload.base64,
        "mask": mask,
        "mask_type": "automatic",
        "preserve_alpha": True,
        "sync": sync,
        "visual_input_content_moderation": moderation,
        "visual_output_content_moderation": moderation,
    }
    link = _result(service, contract.ERASE_V2, body).get("image_url")
    if not isinstance(link, str):
        raise ServiceError(200, "The service's answer names no picture.", "Try again later.")
    return link


def _result(service: Service, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Start work and wait for its result."""
    answer = service.start(path, body)
    request_id = answer.get("request_id")

    def finished(answer: dict[str, Any]) -> dict[str, Any] | None:
        error, result = answer.get("error"), answer.get("result")
        if answer.get("status") == contract.ERROR or error:
            raise _failure(error, request_id)
        if isinstance(result, dict):
            return result
        if answer.get("status") == contract.COMPLETED:
            raise ServiceError(200, f"The service's answer names no result (request {request_id}).", "Try again later.")
        return None

    result = finished(answer)
    if result is not None:
        return result
    if not isinstance(request_id, str):
        raise ServiceError(200, "The service's answer has neither a result nor a request's number.", "Try again later.")
    # Our own address rather than the answer's status_url: the token goes nowhere else.
    place = service.address + contract.STATUS_V2.format(request_id=urllib.parse.quote(request_id, safe=""))

    def look() -> dict[str, Any] | None:
        try:
            told = service.ask(place)
        except ServiceError as error:
            if error.status != contract.NOT_FOUND:
                raise
            raise ServiceError(
                error.status,
                f"The service knows nothing of the request any more (request {request_id}).",
                "Start again; that is a new, paid request.",
            ) from error
        return finished(told)

    return service.until(look)


def _failure(error: Any, request_id: Any) -> ServiceError:
    error = error if isinstance(error, dict) else {}
    code = str(error.get("code", ""))  # a number in a synchronous answer, a string in an asynchronous one
    status = int(code) if code.isascii() and code.isdigit() else contract.INTERNAL
    refused = refusal(status, json.dumps({key: error.get(key) for key in ("message", "details")}).encode())
    return ServiceError(status, f"{refused.happened} (request {request_id})", refused.advice)


def _entries(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The list of masks, whatever its key: the first list of objects that have an address."""
    for key in ("masks", *result):
        value = result.get(key)
        if isinstance(value, list) and all(isinstance(entry, dict) and _address(entry) for entry in value):
            return value
    raise ServiceError(200, "The service's answer lists no masks.", "Try again later.")


def _listed(entry: dict[str, Any], place: int) -> Listed:
    number, confidence = entry.get("id"), entry.get("confidence")
    return Listed(
        number if isinstance(number, int) and number > 0 else place,
        min(1.0, max(0.0, float(confidence))) if isinstance(confidence, (int, float)) else 1.0,
        _address(entry),
    )


def _address(entry: dict[str, Any]) -> str:
    for key in ("image_url", "mask_url", "url", *entry):
        value = entry.get(key)
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return value
    return ""
