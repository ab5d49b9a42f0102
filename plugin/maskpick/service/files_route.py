"""Handing out results: zips, masks and pictures, by signed links."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import FileResponse

from maskpick import contract
from maskpick.service.desk import ZIP, Desk, RefusedError
from maskpick.service.links import ExpiredLinkError, ForgedLinkError
from maskpick.service.requests import desk_of

router = APIRouter(tags=["files"])

_KINDS = {
    ".zip": "application/zip",
    ".png": "image/png",
    ".ora": "image/openraster",
    ".psd": "image/vnd.adobe.photoshop",
}
_MASK = re.compile(r"mask-(\d{1,5})\.png")


@router.get("/files/{signed}/{name}", response_class=Response)
def result(
    signed: Annotated[str, Path()], name: Annotated[str, Path()], desk: Annotated[Desk, Depends(desk_of)]
) -> Response:
    """A result. Answers 404 while it is not there yet, 410 when the work failed, 403 for a link that has expired."""
    try:
        linked = desk.links.read(signed)
    except ExpiredLinkError:
        raise RefusedError(contract.FORBIDDEN, "This link has expired.") from None
    except ForgedLinkError:
        raise RefusedError(contract.FORBIDDEN, "This link was not made here.") from None
    if linked.name != name:
        raise RefusedError(contract.FORBIDDEN, "This link was not made here.")
    mask = _MASK.fullmatch(linked.name)
    path = desk.store.get(linked.visual_id, ZIP if mask else linked.name)
    if path is None:
        failure = desk.failure(linked.visual_id)
        if failure is not None:
            raise RefusedError(contract.GONE, f"The work failed: {failure.words}")
        raise RefusedError(contract.NOT_FOUND, "There is nothing here yet, or not any more.")
    if mask:
        return Response(_entry(path, f"_{mask[1]}.png"), media_type="image/png")
    shown = f"{linked.visual_id}.zip" if linked.name == ZIP else linked.name
    return FileResponse(path, filename=shown, media_type=_KINDS.get(path.suffix, "application/octet-stream"))


def _entry(zipped: FilePath, ending: str) -> bytes:
    with zipfile.ZipFile(zipped) as archive:
        for name in archive.namelist():
            if name.endswith(ending):
                return archive.read(name)
    raise RefusedError(contract.NOT_FOUND, "There is no such mask.")
