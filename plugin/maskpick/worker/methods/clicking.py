"""One more object, found by clicks among those there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from maskpick import api
from maskpick.engines import Point
from maskpick.errors import PickError
from maskpick.maskfile import read_mask_file, write_leaning
from maskpick.names import name_by_clicks
from maskpick.outlines import outline, to_bytes
from maskpick.staleness import pixel_digests
from maskpick.worker.lately import LATELY
from maskpick.worker.methods.finding import visible
from maskpick.worker.methods.results import on
from maskpick.worker.params import Params
from maskpick.worker.pixels import Placed
from maskpick.worker.session import Call
from maskpick.worker.wire import INVALID_PARAMS, BadMessage


def clicks(call: Call) -> dict[str, Any]:
    """Find the object at points inside and outside of it, and write a mask file in which it has joined the others."""
    from maskpick.clicks import join

    params, settings = call.params, call.kit.settings
    path = call.room.path / params.text("masks")
    engine, options = params.text("engine", settings.engine), params.table("options")
    inside, outside, box = _points(params, "inside"), _points(params, "outside"), params.box("box")
    start = params.whole("start") if "start" in params else None
    placed = visible(LATELY.read(params, call.room.path))
    params.done()
    masks = read_mask_file(path)
    seen = on(placed, masks)
    found = api.find_by_clicks(
        placed.picture,
        seen,
        [_seen(point, placed) for point in inside],
        [(x - placed.box.x, y - placed.box.y) for x, y in outside if placed.box.contains(x, y)],
        box and box.translated(-placed.box.x, -placed.box.y),
        engine,
        start=start,
        options=options,
        plugins=call.kit.plugins(settings),
        settings=settings,
        progress=call.progress,
    )
    call.progress.report("Keeping")
    moved = found.translated(placed.box.x, placed.box.y)
    target, drawn = call.new_file(".maskpick"), call.new_file(".outlines")
    with ThreadPoolExecutor(1) as beside:  # of a large object, the outline takes as long as all the rest
        drawing = beside.submit(outline, moved)
        own = pixel_digests(seen.replace(masks=(found,), panoptic=None), placed.picture)
        name = name_by_clicks(found, seen, placed.picture)
        joined = join(masks, moved, name)
        fresh = next(id for id in joined.ids if id not in masks)  # noqa: A001
        base = write_leaning(joined, path, target, pixel_digests={fresh: own[found.id]})
        drawn.write_bytes(to_bytes({fresh: drawing.result()}))
    mask = joined[fresh]
    return {
        "masks": str(target),
        "base": str(base),
        "outlines": str(drawn),
        "id": fresh,
        "name": mask.name,
        "box": list(mask.box),
        "area": mask.area,
    }


def _points(params: Params, name: str) -> list[Point]:
    """A list of pixels ``[[x, y], ...]``; none where it is not given."""
    given = params.raw(name) or []
    pairs = isinstance(given, list) and all(isinstance(one, list) and len(one) == 2 for one in given)
    if not pairs or not all(type(side) is int for one in given for side in one):
        raise BadMessage(INVALID_PARAMS, f"The parameter {name} must be a list of points like [[320, 240]].")
    return [(x, y) for x, y in given]


def _seen(point: Point, placed: Placed) -> Point:
    if not placed.box.contains(*point):
        raise PickError("There are no pixels at this point.", "Click on the layer, or use the visible image.")
    return point[0] - placed.box.x, point[1] - placed.box.y
