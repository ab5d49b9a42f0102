"""The mask service's contract as data: what the client sends and the server answers, written down once.

Two versions exist. Version 1 answers with a zip of masks and a panoptic map; version 2 with a list of masks, and is
asynchronous by default. The paths below are relative to the service's base address.
"""

from __future__ import annotations

from typing import Final

HOSTED: Final = "https://engine.prod.bria-api.com"
"""The vendor's own service; any other base address is a service of somebody's own."""

TOKEN_HEADER: Final = "api_token"
TOKEN_VARIABLE: Final = "BRIA_API_TOKEN"
ADDRESS_VARIABLE: Final = "BRIA_BASE_URL"

MASKS_V1: Final = "/v1/objects/mask_generator"
REMOVE_V1: Final = "/v1/{visual_id}/objects/remove"
ERASER_V1: Final = "/v1/eraser"
MASKS_V2: Final = "/v2/image/segment/all_masks"
ERASE_V2: Final = "/v2/image/edit/erase"
STATUS_V2: Final = "/v2/status/{request_id}"

MAX_FILE_BYTES: Final = 12_000_000
"""The largest picture file a request may carry, before base64."""
FORMATS: Final = ("jpeg", "png", "webp")

IN_PROGRESS: Final = "IN_PROGRESS"
COMPLETED: Final = "COMPLETED"
ERROR: Final = "ERROR"
UNKNOWN: Final = "UNKNOWN"

BAD_REQUEST: Final = 400
UNAUTHORISED: Final = 401
NO_CREDIT: Final = 402
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
METHOD_NOT_ALLOWED: Final = 405
GONE: Final = 410
RESOLUTION_TOO_LOW: Final = 412
TOO_LARGE: Final = 413
WRONG_TYPE: Final = 415
MODERATED: Final = 422
TOO_MANY: Final = 429
CANNOT_DOWNLOAD: Final = 460
INTERNAL: Final = 500
NOT_SUPPORTED: Final = 506

USE_THE_SUCCESSOR: Final = frozenset({NOT_FOUND, METHOD_NOT_ALLOWED, GONE})
"""Answers by which a deprecated route says: use the next one."""
WORTH_ASKING_AGAIN: Final = frozenset({TOO_MANY, 502, 503, 504})
"""Answers to a poll or a download that may be different a moment later."""
