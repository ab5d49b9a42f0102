"""One more object, found by clicks among those there are."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from maskpick import api
from maskpick.engines import Point
from maskpick.errors import PickError
from maskpick.maskfile import read_digest, read_mask_file, read_pixel_digests, write_mask_file
from maskpick.names import name_by_clicks
from maskpick.outlines import outline, to_bytes
from maskpick.staleness import pixel_digests
from maskpick.worker.methods.finding import visible
from maskpick.worker.methods.results import on
from maskpick.worker.params import Params
from maskpick.worker.pixels import Placed, read_placed
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
    placed = visible(_LATELY.read(params, call.room.path))
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
    own = pixel_digests(seen.replace(masks=(found,), panoptic=None), placed.picture)
    name = name_by_clicks(found, seen, placed.picture)
    joined = join(masks, found.translated(placed.box.x, placed.box.y), name)
    fresh = next(id for id in joined.ids if id not in masks)  # noqa: A001
    target = call.new_file(".maskpick")
    digests = {**read_pixel_digests(path), fresh: own[found.id]}
    write_mask_file(joined, target, digest=read_digest(path), pixel_digests=digests)
    mask = joined[fresh]
    drawn = call.new_file(".outlines")
    drawn.write_bytes(to_bytes({fresh: outline(mask)}))
    return {
        "masks": str(target),
        "outlines": str(drawn),
        "id": fresh,
        "name": mask.name,
        "box": list(mask.box),
        "area": mask.area,
    }


class _Lately:
    """The last picture that was read: further clicks on the same file need not read it again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[object, ...] = ()
        self._placed: Placed | None = None

    def read(self, params: Params, room: Path) -> Placed | None:
        """As `read_placed`."""
        about = params.raw("pixels")
        key = self._key_of(about, room) if isinstance(about, dict) else ()
        with self._lock:
            if key and key == self._key:
                return self._placed
        placed = read_placed(params, room)
        with self._lock:
            self._key, self._placed = key, placed
        return placed

    @staticmethod
    def _key_of(about: dict[str, Any], room: Path) -> tuple[object, ...]:
        """What tells the same pixels: their file as it is, and all that is said of them; empty where there is none."""
        try:
            file = (room / str(about.get("file") or about.get("path"))).stat()
        except OSError:  # whoever reads it will say so
            return ()
        return (str(room), json.dumps(about, sort_keys=True), file.st_ino, file.st_mtime_ns, file.st_size)


_LATELY = _Lately()


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
