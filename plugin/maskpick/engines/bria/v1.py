"""Version 1 of the contract: a zip of masks; removal by mask id, or by a mask of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maskpick import contract
from maskpick.engines.bria.answers import ServiceError
from maskpick.engines.bria.http import Service
from maskpick.engines.bria.upload import Upload


def request_masks(service: Service, upload: Upload, *, sync: bool, moderation: bool) -> str:
    """Start the work; returns the zip's link, which is filled later unless ``sync``."""
    body = {**_picture(upload), "sync": sync, "content_moderation": moderation}
    return _link(service.start(contract.MASKS_V1, body))


def fetch_masks(service: Service, link: str, target: Path, *, sync: bool) -> None:
    """Wait for the zip and download it."""
    if not sync:
        service.until(lambda: service.is_ready(link) or None)
    service.download(link, target)


def remove_generated(service: Service, visual_id: str, mask_id: int, session: str | None) -> tuple[str, str | None]:
    """Remove one mask the service made itself, going on from ``session``; returns the result's link and session."""
    body: dict[str, Any] = {"mask_id": mask_id, "mask_source": "generated", "original_quality": True}
    if session is not None:
        body["sid"] = session
    answer = service.start(contract.REMOVE_V1.format(visual_id=visual_id), body)
    sid = answer.get("sid")
    return _link(answer), sid if isinstance(sid, str) else session


def erase(service: Service, upload: Upload, mask: str, *, moderation: bool) -> str:
    """Remove what ``mask`` (base64 PNG, 255 = remove) covers; returns a link."""
    body = {
        **_picture(upload),
        "mask_file": mask,
        "mask_type": "automatic",
        "preserve_alpha": True,
        "sync": True,
        "content_moderation": moderation,
    }
    return _link(service.start(contract.ERASER_V1, body))


def _picture(upload: Upload) -> dict[str, str]:
    return {"image_url": upload.url} if upload.url else {"file": upload.base64}


def _link(answer: dict[str, Any]) -> str:
    """The first address in an answer: the keys differ from route to route."""
    for key in ("objects_masks", "result_url", "image_url", "url", *answer):
        value = answer.get(key)
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return value
    raise ServiceError(200, "The service's answer names no result.", "Try again later.")
