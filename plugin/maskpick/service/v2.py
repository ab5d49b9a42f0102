"""The routes of version 2: asynchronous work with a status, masks one by one."""

from __future__ import annotations

import functools
import uuid
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from maskpick import contract
from maskpick.service.desk import Desk, RefusedError
from maskpick.service.requests import address_of, desk_of, in_background, link_to, outcome, statuses_of
from maskpick.service.webhook import notify
from maskpick.service.work import Found

router = APIRouter(tags=["version 2"])

Served = Annotated[Desk, Depends(desk_of)]
Result = Callable[[Request], dict[str, Any]]
"""A request's result, as this or that client's address of the service makes it."""
Address = Annotated[str, Field(pattern=r"^https?://", max_length=2000)]

_MOST_STATUSES = 5000


class AllMasksRequest(BaseModel):
    image: str = Field(description="the picture: its address, or base64")
    sync: bool = False
    webhook_url: Address | None = None
    visual_input_content_moderation: bool = False


class EraseRequest(BaseModel):
    image: str
    mask: str = Field(description="address or base64; white is removed, black stays")
    mask_type: Literal["manual", "automatic"] = "manual"
    sync: bool = False
    webhook_url: Address | None = None
    preserve_alpha: bool = True
    visual_input_content_moderation: bool = False
    visual_output_content_moderation: bool = False


class Accepted(BaseModel):
    request_id: str
    status_url: str


class Done(BaseModel):
    request_id: str
    status: Literal["COMPLETED"] = "COMPLETED"
    result: dict[str, Any]


@dataclass
class Request2:
    """A request under way, and its outcome when it has one; links are made anew for each answer."""

    result: Result | None = None
    error: RefusedError | None = None


class Statuses:
    """The latest requests by id."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, Request2] = OrderedDict()

    def add(self, request_id: str) -> Request2:
        self._requests[request_id] = entry = Request2()
        while len(self._requests) > _MOST_STATUSES:
            self._requests.popitem(last=False)
        return entry

    def get(self, request_id: str) -> Request2 | None:
        return self._requests.get(request_id)


@router.post(contract.MASKS_V2, response_model=Done, responses={202: {"model": Accepted}})
async def all_masks(body: AllMasksRequest, request: Request, desk: Served) -> Any:
    """Find every object of a picture."""
    visual_id = await desk.take_in(*_address_or_base64(body.image), "image")

    async def work() -> Result:
        found = await desk.find(visual_id)
        best_first = sorted(found, key=lambda one: -one.confidence)
        return lambda request: {
            "masks": [_listed(request, desk, visual_id, place, one) for place, one in enumerate(best_first, start=1)]
        }

    return await _answer(request, desk, work(), body.webhook_url, sync=body.sync)


@router.post(contract.ERASE_V2, response_model=Done, responses={202: {"model": Accepted}})
async def erase(body: EraseRequest, request: Request, desk: Served) -> Any:
    """Remove what a mask covers."""
    visual_id = await desk.take_in(*_address_or_base64(body.image), "image")

    async def work() -> Result:
        name = await desk.erase(visual_id, *_address_or_base64(body.mask), "mask")
        return lambda request: {"image_url": link_to(request, desk, visual_id, name)}

    return await _answer(request, desk, work(), body.webhook_url, sync=body.sync)


@router.get(contract.STATUS_V2)
async def status(request_id: str, request: Request) -> Any:
    """How a request stands."""
    entry = statuses_of(request).get(request_id)
    if entry is None:
        raise RefusedError(contract.NOT_FOUND, "This request is not known here (any more).")
    return _standing(request_id, entry, request)


def _standing(request_id: str, entry: Request2, request: Request) -> dict[str, Any]:
    answer: dict[str, Any] = {"request_id": request_id, "status": contract.IN_PROGRESS}
    if entry.error is not None:
        answer |= {"status": contract.ERROR, "error": error_body(entry.error, str)}
    elif entry.result is not None:
        answer |= {"status": contract.COMPLETED, "result": entry.result(request)}
    return answer


def error_body(error: RefusedError, code: Callable[[int], int | str] = int) -> dict[str, Any]:
    """An error as version 2 says it: the code is a number in a synchronous answer, a string in an asynchronous one."""
    return {"code": code(error.status), "message": error.words, "details": error.words}


async def _answer(
    request: Request,
    desk: Desk,
    work: Coroutine[Any, Any, Result],
    webhook_url: str | None,
    *,
    sync: bool,
) -> Any:
    request_id = str(uuid.uuid4())
    entry = statuses_of(request).add(request_id)
    if sync:
        entry.result = await work
        return Done(request_id=request_id, result=entry.result(request))

    async def later() -> None:
        came = await outcome(work)
        if isinstance(came, RefusedError):
            entry.error = came
        else:
            entry.result = came
        if webhook_url:
            await desk.fetch(
                functools.partial(
                    notify,
                    webhook_url,
                    request_id,
                    _standing(request_id, entry, request),
                    desk.config.token,
                    seconds=desk.config.fetch_seconds,
                    allow_private=desk.config.allow_private_fetch,
                )
            )

    in_background(request, later())
    status_url = address_of(request, desk) + contract.STATUS_V2.format(request_id=request_id)
    return JSONResponse(Accepted(request_id=request_id, status_url=status_url).model_dump(), 202)


def _listed(request: Request, desk: Desk, visual_id: str, place: int, found: Found) -> dict[str, Any]:
    return {
        "id": place,
        "area": found.area,
        "confidence": found.confidence,
        "image_url": link_to(request, desk, visual_id, f"mask-{found.id}.png"),
    }


def _address_or_base64(text: str) -> tuple[str | None, str | None]:
    return (text, None) if text[:8].lower().startswith(("http://", "https://")) else (None, text)
