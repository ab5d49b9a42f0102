"""The page at ``/``, and what it asks for beyond the contract: a mask file to point into, and layers to download.

Its links are relative, for the page may be open under another name than the service's public one.
"""

from __future__ import annotations

import mimetypes
from importlib import resources
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from maskpick import contract
from maskpick.service.desk import MASK_FILE, Desk, RefusedError
from maskpick.service.requests import desk_of

router = APIRouter(tags=["page"])

Served = Annotated[Desk, Depends(desk_of)]
Session = Annotated[str | None, Field(pattern=r"^[0-9a-f]{32}$")]

_PARTS = ("index.html", "style.css", "app.js", "maskfile.js", "service.js", "shapes.js")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' blob:; "
    "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class FindRequest(BaseModel):
    file: str


class FindAnswer(BaseModel):
    visual_id: str
    mask_file: str = Field(description="address of a mask file, see docs/mask-file.md")


class RemoveRequest(BaseModel):
    visual_id: str
    mask_ids: list[Annotated[int, Field(ge=1, le=65535)]] = Field(min_length=1, max_length=1000)
    sid: Session = None


class RemoveAnswer(BaseModel):
    result_url: str
    sid: str


class LayersRequest(BaseModel):
    visual_id: str
    format: Literal["ora", "psd", "zip"] = "ora"
    sid: Session = None


class LayersAnswer(BaseModel):
    result_url: str


@router.get("/", response_class=Response)
def page() -> Response:
    """The page."""
    return _part("index.html")


@router.get("/page/{name}", response_class=Response)
def part(name: str) -> Response:
    """What the page consists of."""
    return _part(name)


@router.post("/work/find")
async def find(body: FindRequest, desk: Served) -> FindAnswer:
    """Find every object of a picture."""
    visual_id = await desk.take_in(None, body.file, "file")
    await desk.find(visual_id, with_mask_file=True)
    return FindAnswer(visual_id=visual_id, mask_file=desk.links.make(visual_id, MASK_FILE))


@router.post("/work/remove")
async def remove(body: RemoveRequest, desk: Served) -> RemoveAnswer:
    """Remove several of the masks found in a picture at once."""
    session = await desk.remove(body.visual_id, body.mask_ids, body.sid)
    return RemoveAnswer(result_url=desk.links.make(body.visual_id, f"{session}.png"), sid=session)


@router.post("/work/layers")
async def layers(body: LayersRequest, desk: Served) -> LayersAnswer:
    """Turn a picture into layers."""
    name = await desk.export(body.visual_id, body.format, body.sid)
    return LayersAnswer(result_url=desk.links.make(body.visual_id, name))


def _part(name: str) -> Response:
    if name not in _PARTS:
        raise RefusedError(contract.NOT_FOUND, "There is no such page.")
    data = resources.files("maskpick.service").joinpath("page", name).read_bytes()
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return Response(data, media_type=kind, headers=_HEADERS)
