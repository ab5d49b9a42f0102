"""Writing what was found to a file of the artist's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maskpick import api
from maskpick.maskfile import read_digest, read_mask_file, read_pixel_digests, write_mask_file
from maskpick.worker.methods.finding import visible
from maskpick.worker.methods.results import on
from maskpick.worker.pixels import read_placed
from maskpick.worker.session import Call


def export(call: Call) -> dict[str, Any]:
    """Write a mask file or, by the ending, the picture in layers or the service's archive."""
    params = call.params
    path = call.room.path / params.text("masks")
    placed, target = visible(read_placed(params, call.room.path)), Path(params.text("file"))
    params.done()
    masks = read_mask_file(path)
    if target.suffix.lower() == ".maskpick":
        write_mask_file(masks, target, digest=read_digest(path), pixel_digests=read_pixel_digests(path))
    else:
        plugins = call.kit.plugins(call.kit.settings)
        api.export(placed.picture, on(placed, masks), target, plugins=plugins, progress=call.progress)
    return {"file": str(target)}
