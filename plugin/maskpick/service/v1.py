"""The routes of version 1: a zip of masks, removal by mask id, the eraser."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from maskpick import contract
from maskpick.service.desk import ZIP, Desk, RefusedError
from maskpick.service.requests import desk_of, in_background, link_to, outcome

router = APIRouter(tags=["version 1"])

VisualId = Annotated[str, Path(description="the picture's id, from an earlier answer")]
Served = Annotated[Desk, Depends(desk_of)]


class MasksRequest(BaseModel):
    image_url: str | None = Field(None, description="address of the picture; wins over `file`")
    file: str | None = Field(None, description="the picture, base64 without a `data:` prefix")
    sync: bool = Field(True, description="wait for the work; otherwise the answer's address is filled later")
    content_moderation: bool = Field(False, description="accepted; this service refuses no content")


class MasksAnswer(BaseModel):
    objects_masks: str = Field(description="address of the zip; it expires")


class RemoveRequest(BaseModel):
    mask_id: int = Field(ge=1, le=65535)
    mask_source: Literal["generated"] = "generated"
    sid: str | None = Field(None, pattern=r"^[0-9a-f]{32}$", description="go on from this earlier answer")
    original_quality: bool = True


class RemoveAnswer(BaseModel):
    result_url: str
    sid: str


class EraserRequest(BaseModel):
    image_url: str | None = None
    file: str | None = None
    mask_url: str | None = None
    mask_file: str | None = Field(None, description="base64; white is removed, black stays")
    mask_type: Literal["manual", "automatic"] = "automatic"
    preserve_alpha: bool = True
    sync: bool = True
    content_moderation: bool = False


class EraserAnswer(BaseModel):
    result_url: str


@router.post(contract.MASKS_V1)
async def mask_generator(body: MasksRequest, request: Request, desk: Served) -> MasksAnswer:
    """Find every object of a picture."""
    visual_id = await desk.take_in(body.image_url, body.file)
    return await _find(visual_id, body.sync, request, desk)


@router.post("/v1/{visual_id}/objects/mask_generator")
async def mask_generator_again(visual_id: VisualId, request: Request, desk: Served, sync: bool = True) -> MasksAnswer:
    """Find every object of a picture that is known here already (an older form of the route)."""
    return await _find(visual_id, sync, request, desk)


@router.post(contract.REMOVE_V1)
async def remove(visual_id: VisualId, body: RemoveRequest, request: Request, desk: Served) -> RemoveAnswer:
    """Remove one of the masks found in a picture."""
    session = await desk.remove(visual_id, [body.mask_id], body.sid)
    return RemoveAnswer(result_url=link_to(request, desk, visual_id, f"{session}.png"), sid=session)


@router.post(contract.ERASER_V1)
async def eraser(body: EraserRequest, request: Request, desk: Served) -> EraserAnswer:
    """Remove what a mask covers."""
    visual_id = await desk.take_in(body.image_url, body.file)
    name = await desk.erase(visual_id, body.mask_url, body.mask_file, "mask_url or mask_file")
    return EraserAnswer(result_url=link_to(request, desk, visual_id, name))


async def _find(visual_id: str, sync: bool, request: Request, desk: Desk) -> MasksAnswer:
    link = link_to(request, desk, visual_id, ZIP)
    if sync:
        await desk.find(visual_id)
    else:
        in_background(request, _find_later(visual_id, desk))
    return MasksAnswer(objects_masks=link)


async def _find_later(visual_id: str, desk: Desk) -> None:
    came = await outcome(desk.find(visual_id))
    if isinstance(came, RefusedError):
        desk.failed(visual_id, came)
