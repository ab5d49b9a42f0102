"""Removing what is picked, with the shadows it casts, which are shown before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from maskpick import api
from maskpick.errors import PickError
from maskpick.layers import Layer
from maskpick.maskfile import read_mask_file
from maskpick.masks import Mask, MaskSet
from maskpick.outlines import outline, to_bytes
from maskpick.removal import default_grow, with_specks
from maskpick.shadows import shadows_of
from maskpick.worker.lately import LATELY
from maskpick.worker.methods.finding import visible
from maskpick.worker.methods.results import moved, names, on, result_format
from maskpick.worker.picks import Steps, combined, plain_ids, read_coverage, read_steps
from maskpick.worker.pixels import Placed, encode, read_placed
from maskpick.worker.session import Call

ALL = 0
"""The id of the outline round all shadows."""


def remove(call: Call) -> dict[str, Any]:
    """Fill the place of what is picked, and of its shadows if that is wished, and write only the filled box."""
    params, settings = call.params, call.kit.settings
    engine, options = params.text("engine", settings.remover), params.table("options")
    placed = visible(read_placed(params, call.room.path))
    masks = read_mask_file(call.room.path / params.text("masks")) if "masks" in params else None
    coverage = read_coverage(params, "coverage", call.room.path, placed.canvas)
    grow = params.number("grow") if "grow" in params else None
    with_shadow = params.flag("with_shadow")
    form, steps = result_format(params, placed), read_steps(params) if "pick" in params else ()
    params.done()
    name = ""
    pick: Mask | tuple[int, ...]
    if coverage is not None:
        pick = coverage.cropped(placed.box)
        objects: Sequence[Mask] = [pick]
    elif masks is None:
        raise PickError("Nothing is picked.", "Pick an object, or select an area first.")
    else:
        ids = plain_ids(steps)
        name = names(ids if ids is not None else steps[0][1], masks)
        objects = _objects(steps, masks, placed)
        if ids is not None and placed.canvas == placed.picture.size:
            pick = ids
        else:
            pick = combined(steps, masks).cropped(placed.box)
            pick = pick if ids is None else with_specks(pick)
            grow = default_grow(placed.canvas) if grow is None else grow
    shadows = shadows_of(objects, placed.picture, call.progress) if with_shadow else []
    filled, hole = api.fill(
        placed.picture,
        None if masks is None else on(placed, masks),
        pick,
        engine,
        grow=grow,
        along=shadows,
        options=options,
        plugins=call.kit.plugins(settings),
        settings=settings,
        progress=call.progress,
    )
    call.progress.report("Keeping")
    patch = Layer.patch(filled, hole, name)
    target = call.new_file(".pixels")
    target.write_bytes(encode(patch.pixels, form).data)
    about = {"box": moved(patch.box, placed), "name": name, "shadows": len(shadows)}
    return {"file": str(target), "format": form.name, "linear": form.linear, **about}


def shadows(call: Call) -> dict[str, Any]:
    """Say how many shadows can be told at the feet of what is picked, and draw one outline round them all."""
    params = call.params
    masks = read_mask_file(call.room.path / params.text("masks"))
    placed, steps = visible(LATELY.read(params, call.room.path)), read_steps(params)
    params.done()
    objects = _objects(steps, masks, placed)
    found = shadows_of(objects, placed.picture, call.progress)
    cast = reduce(or_, found) - reduce(or_, objects) if found else None
    if cast is None or not cast.area:
        return {"count": 0, "box": None, "area": 0, "outlines": None}
    drawn = call.new_file(".outlines")
    drawn.write_bytes(to_bytes({ALL: outline(cast.translated(placed.box.x, placed.box.y))}))
    return {"count": len(found), "box": moved(cast.box, placed), "area": cast.area, "outlines": str(drawn)}


def _objects(steps: Steps, masks: MaskSet, placed: Placed) -> Sequence[Mask]:
    """What is picked, as the placed picture sees it: its objects, or all in one where some were taken away.

    Raises `PickError` for an unknown id, and when nothing is left.
    """
    seen, ids = on(placed, masks), plain_ids(steps)
    if not ids:
        return [combined(steps, masks).cropped(placed.box)]
    masks.union(ids)  # says in words what is wrong with them, if anything is
    return [seen[id] for id in ids if id in seen]  # noqa: A001
