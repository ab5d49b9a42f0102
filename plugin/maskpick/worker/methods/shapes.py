"""Shapes of masks, for the canvas and the list: refined coverage, outlines, thumbnails."""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np

from maskpick.edges import Edge
from maskpick.errors import PickError
from maskpick.maskfile import read_mask_file
from maskpick.masks import Box, Coverage, Mask, MaskSet
from maskpick.matting import matte
from maskpick.outlines import outline
from maskpick.outlines import to_bytes as outlines_to_bytes
from maskpick.pictures import Picture
from maskpick.worker.lately import LATELY
from maskpick.worker.methods.finding import visible
from maskpick.worker.params import Params
from maskpick.worker.picks import combined, read_steps
from maskpick.worker.pixels import Format, Placed, encode
from maskpick.worker.session import Call
from maskpick.worker.wire import INVALID_PARAMS, BadMessage


def refine(call: Call) -> dict[str, Any]:
    """Write the coverage of what is picked - as one mask, or each id for itself - with its edge as it is wanted."""
    masks = read_mask_file(call.room.path / call.params.text("masks"))
    steps, each, edge = read_steps(call.params), call.params.flag("each"), read_edge(call.params)
    with_outlines = call.params.flag("outlines")
    placed = visible(LATELY.read(call.params, call.room.path)) if edge.fine else None
    call.params.done()
    if placed is not None:
        check_size(placed, masks)
    if each:
        picked = [masks[id] for id in dict.fromkeys(id for _, ids in steps for id in ids)]  # noqa: A001
    else:
        picked = [combined(steps, masks)]
    done = []
    for number, mask in enumerate(picked):
        call.progress.report("Refining edges", number, len(picked))
        seen = mask if placed is None else _looked_up(mask, placed, call)
        done.append(dataclasses.replace(edge, fine=False).of(seen, masks.size))
    told = _write_coverage(done, call)
    if with_outlines:
        told["outlines"] = _write_outlines(done, call)
    return told


def outlines(call: Call) -> dict[str, Any]:
    """Write the outlines of masks as polygons."""
    masks = read_mask_file(call.room.path / call.params.text("masks"))
    ids = call.params.integers("ids")
    call.params.done()
    wanted = list(masks) if ids is None else [masks[id] for id in ids]  # noqa: A001
    return {"file": _write_outlines(wanted, call)}


def thumbnails(call: Call) -> dict[str, Any]:
    """Write a small cut-out of each mask, all in one file."""
    params = call.params
    masks = read_mask_file(call.room.path / params.text("masks"))
    side, form, ids = (
        params.whole("side", 48, low=1),
        Format.named(params.text("format", "rgba8"), linear=False),
        params.integers("ids"),
    )
    placed = visible(LATELY.read(params, call.room.path))
    params.done()
    if not form.has_alpha or masks.size != placed.canvas:
        raise BadMessage(INVALID_PARAMS, "Thumbnails need a format with alpha, and pixels on the masks' canvas.")
    seen = masks.cropped(placed.box)
    target = call.new_file(".pixels")
    told: list[dict[str, Any]] = []
    at = 0
    with target.open("wb") as file:
        for number, id in enumerate(masks.ids if ids is None else ids):  # noqa: A001
            call.progress.report("Drawing thumbnails", number, len(masks))
            if id not in seen:
                continue
            small = encode(_thumbnail(seen[id], placed.picture, side), form)
            told.append({"id": id, "width": small.shape[1], "height": small.shape[0], "at": at})
            at += file.write(small.data)
    return {"file": str(target), "format": form.name, "thumbnails": told}


def check_size(placed: Placed, masks: MaskSet) -> None:
    """Raise `PickError` when the pixels lie on a canvas of another size than the masks'."""
    if masks.size != placed.canvas:
        raise PickError("The picture has another size than when its objects were found.", "Find the objects again.")


def read_edge(params: Params) -> Edge:
    """The parameter ``edge``: ``{"grow": 2.5, "feather": 1, "hard": false, "fine": true}``; a negative grow shrinks."""
    if "edge" not in params:
        return Edge()
    about = params.inner("edge")
    edge = Edge(about.number("grow", 0.0), about.number("feather", 0.0), about.flag("hard"), about.flag("fine"))
    about.done()
    return edge


def _looked_up(mask: Mask, placed: Placed, call: Call) -> Mask:
    """A mask of the canvas with the edge its pixels show; beside them it stays as it is."""
    fine = matte(mask.cropped(placed.box), placed.picture, call.progress).translated(placed.box.x, placed.box.y)
    here = Mask(1, placed.box, np.full((placed.box.height, placed.box.width), 255, np.uint8))
    return mask - here | fine


def _write_coverage(masks: list[Mask], call: Call) -> dict[str, Any]:
    target = call.new_file(".coverage")
    parts: list[dict[str, Any]] = []
    at = 0
    with target.open("wb") as file:
        for mask in masks:
            parts.append({"id": mask.id, "box": [int(side) for side in mask.box], "area": mask.area, "at": at})
            at += file.write(np.ascontiguousarray(mask.coverage).data) if not mask.empty else 0
    return {"file": str(target), "parts": parts}


def _write_outlines(masks: list[Mask], call: Call) -> str:
    target = call.new_file(".outlines")
    found = {}
    for number, mask in enumerate(masks):
        call.progress.report("Drawing outlines", number, len(masks))
        found[mask.id] = outline(mask)
    target.write_bytes(outlines_to_bytes(found))
    return str(target)


def _thumbnail(mask: Mask, picture: Picture, side: int) -> Coverage:
    """A cut-out (h, w, 4) uint8, at most ``side`` pixels wide and high, in the mask's proportions."""
    box = Box(*mask.box)
    scale = min(1.0, side / max(box.width, box.height))
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    colour = cv2.resize(picture.rgb8[box.slices()], size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(mask.coverage, size, interpolation=cv2.INTER_AREA)
    if picture.alpha8 is not None:
        seen = cv2.resize(picture.alpha8[box.slices()], size, interpolation=cv2.INTER_AREA)
        alpha = (alpha.astype(np.uint16) * seen // 255).astype(np.uint8)
    return np.dstack([colour, alpha])
