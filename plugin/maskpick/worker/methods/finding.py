"""Finding objects, and keeping what was found with the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maskpick import api
from maskpick.cache import Cache
from maskpick.errors import ArchiveError, PickError, PictureError
from maskpick.maskfile import from_bytes, read_digest, read_mask_file, read_pixel_digests, to_bytes, write_mask_file
from maskpick.masks import Mask, MaskSet
from maskpick.pictures import Picture
from maskpick.settings import Settings
from maskpick.staleness import pixel_digests
from maskpick.staleness import stale as stale_masks
from maskpick.worker.lately import LATELY
from maskpick.worker.picks import read_coverage
from maskpick.worker.pixels import Placed
from maskpick.worker.session import Call


def find(call: Call) -> dict[str, Any]:
    """Find the objects of a picture, on the canvas it lies on, and write a mask file."""
    params, settings = call.params, call.kit.settings
    engine, options = params.text("engine", settings.engine), params.table("options")
    fresh = params.flag("fresh")
    placed = visible(LATELY.read(params, call.room.path))
    area = read_coverage(params, "area", call.room.path, placed.canvas)
    params.done()
    if area is not None:
        if area.empty:
            raise PickError("The selected area lies outside the picture.", "Select a part of it, or nothing.")
        placed = visible(placed.within(area.box))
    cache = _Asked(settings, fresh) if settings.use_cache else None
    masks = api.find(
        placed.picture,
        engine,
        options=options,
        plugins=call.kit.plugins(settings),
        settings=settings,
        cache=cache,
        progress=call.progress,
    )
    call.progress.report("Keeping")
    masks = masks.translated(placed.box.x, placed.box.y, placed.canvas)
    if area is not None:
        masks = _limited(masks, area)
    digests = pixel_digests(masks.cropped(placed.box), placed.picture)
    target = call.new_file(".maskpick")
    write_mask_file(masks, target, digest=placed.picture.digest, pixel_digests=digests)
    told = _told(masks, target, placed.picture.digest)
    return {**told, "notes": list(placed.picture.notes), "cached": cache is not None and cache.hit}


def load(call: Call) -> dict[str, Any]:
    """Unpack what a document kept into a mask file that can be mapped."""
    path = call.room.path / call.params.text("file")
    call.params.done()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"What the document kept cannot be read: {error}.", "Find the objects again.") from error
    masks = from_bytes(data)
    target = call.new_file(".maskpick")
    digest = read_digest(path)
    write_mask_file(masks, target, digest=digest, pixel_digests=read_pixel_digests(path))
    return _told(masks, target, digest)


def store(call: Call) -> dict[str, Any]:
    """Pack a mask file into few bytes, for keeping inside a document."""
    path = call.room.path / call.params.text("masks")
    call.params.done()
    target = call.new_file(".kept")
    masks = read_mask_file(path)
    data = to_bytes(masks, digest=read_digest(path), pixel_digests=read_pixel_digests(path))
    target.write_bytes(data)
    return {"file": str(target), "bytes": len(data), "count": len(masks)}


def stale(call: Call) -> dict[str, Any]:
    """Say which masks lie on pixels that have changed since they were found."""
    path = call.room.path / call.params.text("masks")
    placed = visible(LATELY.read(call.params, call.room.path))
    call.params.done()
    masks = read_mask_file(path)
    if masks.size != placed.canvas:
        return {"stale": list(masks.ids), "other_size": True}
    known = read_pixel_digests(path)
    seen = masks.cropped(placed.box)
    changed = set(stale_masks(known, seen, placed.picture)) | (set(masks.ids) - set(seen.ids))
    return {"stale": [id for id in masks.ids if id in changed], "other_size": False}  # noqa: A001


class _Asked(Cache):
    """The cache of the settings. It remembers whether it knew the answer; with ``fresh`` it does as if it did not."""

    def __init__(self, settings: Settings, fresh: bool) -> None:
        usual = Cache.of(settings)
        super().__init__(usual.folder, usual.limit)
        self.folder = usual.folder
        self._fresh = fresh
        self.hit = False

    def get(self, picture: Picture, engine: Any) -> MaskSet | None:
        answer = None if self._fresh else super().get(picture, engine)
        self.hit = answer is not None
        return answer


def visible(placed: Placed | None) -> Placed:
    if placed is None:
        raise PictureError("The layer lies outside the picture.", "Choose another layer, or the visible image.")
    return placed


def _limited(masks: MaskSet, area: Mask) -> MaskSet:
    cut = (mask & area for mask in masks)
    return masks.with_masks(mask for mask in cut if mask.area)


def _told(masks: MaskSet, target: Path, digest: str) -> dict[str, Any]:
    return {"masks": str(target), "size": list(masks.size), "digest": digest, "count": len(masks)}
