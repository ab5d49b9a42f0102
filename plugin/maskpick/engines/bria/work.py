"""The whole of one piece of work with a mask service: prepare, send, wait, fetch, and fit to the picture."""

from __future__ import annotations

import concurrent.futures
import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from maskpick import contract
from maskpick.engines.bria import v1, v2
from maskpick.engines.bria.answers import ServiceError
from maskpick.engines.bria.http import Limits, Service
from maskpick.engines.bria.plan import address_of, is_loopback, token_for, upload_of
from maskpick.engines.bria.upload import encode_mask
from maskpick.engines.bria.usage import Meter
from maskpick.errors import ArchiveError, EngineError
from maskpick.masks import Mask, MaskSet
from maskpick.picture_files import decode_picture
from maskpick.pictures import Picture
from maskpick.profiles import from_srgb, to_srgb

if TYPE_CHECKING:
    from maskpick.engines.bria import BriaOptions
    from maskpick.engines.bria.upload import Upload
    from maskpick.progress import Progress

log = logging.getLogger(__name__)

First = TypeVar("First")
Second = TypeVar("Second")

_DOWNLOADS_AT_ONCE = 4


class _Job:
    """A service, opened for one piece of work."""

    def __init__(self, options: BriaOptions, progress: Progress) -> None:
        self.options = options
        self.progress = progress
        self.address = address_of(options.address)
        found = token_for(self.address)
        limits = Limits(answer=float(options.seconds), work=float(options.seconds), poll=_poll(self.address))
        meter = Meter(self.address, options.cap)
        self.service = Service(self.address, found.token if found else None, limits, progress, meter)

    def by_version(self, first: Callable[[], First], second: Callable[[], Second]) -> First | Second:
        """Version 1 or 2, as the options say; by default 1, and 2 where the service says that 1 is gone.

        ``first`` only starts the work: whatever fails later must not be paid for a second time.
        """
        if self.options.api == "v2":
            log.info("version 2 of the contract is used, as the option api says")
            return second()
        try:
            started = first()
        except ServiceError as error:
            if self.options.api == "v1" or error.status not in contract.USE_THE_SUCCESSOR:
                raise
            log.warning("%s answers %d to version 1 of its contract: version 2 is used", self.address, error.status)
            return second()
        why = "as the option api says" if self.options.api == "v1" else "which the service still offers"
        log.info("version 1 of the contract is used, %s", why)
        return started


def _poll(address: str) -> float:
    """Seconds between two questions: the hosted service counts them towards the rate; our own machine does not mind."""
    return 0.2 if is_loopback(address) else 2.0


def segment(picture: Picture, options: BriaOptions, progress: Progress) -> MaskSet:
    """Have the objects of ``picture`` found. Raises `EngineError`, `Cancelled`."""
    job = _Job(options, progress)
    upload = upload_of(picture, options, progress)
    log.info("sending to %s: %s", job.address, upload.description)
    sync, moderation = options.sync, options.content_moderation
    found = job.by_version(
        lambda: v1.request_masks(job.service, upload, sync=sync, moderation=moderation),
        lambda: v2.request_masks(job.service, upload, sync=sync, moderation=moderation),
    )
    with tempfile.TemporaryDirectory(prefix="maskpick-") as room:
        if isinstance(found, str):
            return _from_zip(job, found, upload, Path(room))
        return _from_list(job, found, upload, picture, Path(room))


def _from_zip(job: _Job, link: str, upload: Upload, room: Path) -> MaskSet:
    from maskpick.archive import read_archive

    target = room / "masks.zip"
    v1.fetch_masks(job.service, link, target, sync=job.options.sync)
    try:
        return read_archive(target, size=upload.original, progress=job.progress)
    except ArchiveError as error:
        raise EngineError(
            f"The service's answer cannot be used: {str(error).replace(str(target), 'the zip')}",
            "Find the objects again; that is a new, paid request.",
        ) from error


def _from_list(job: _Job, listed: Sequence[v2.Listed], upload: Upload, picture: Picture, room: Path) -> MaskSet:
    masks: list[Mask] = []
    with concurrent.futures.ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        for done, mask in enumerate(pool.map(lambda one: _fetch_mask(job.service, one, upload, room), listed), start=1):
            masks.append(mask)
            job.progress.report("Reading", done, len(listed))
    return MaskSet(upload.original, tuple(mask for mask in masks if not mask.empty), visual_id=picture.digest[:16])


def _fetch_mask(service: Service, listed: v2.Listed, upload: Upload, room: Path) -> Mask:
    from maskpick.png import DamagedPngError, read_coverage

    target = room / f"{listed.id}.png"
    service.download(listed.link, target)
    try:
        drawing = read_coverage(target.read_bytes())
    except DamagedPngError as error:
        raise EngineError(f"Mask {listed.id} of the service's answer {error}.", "Try again later.") from error
    finally:
        target.unlink()
    mask = Mask(listed.id, drawing.box, drawing.coverage, confidence=listed.confidence)
    return mask.resized(drawing.size, upload.original)


def remove_generated(
    picture: Picture, masks: MaskSet, ids: Sequence[int], hole: Mask, options: BriaOptions, progress: Progress
) -> Picture | None:
    """Remove masks by the ids the service gave them; None where the service has this no more or knows them not."""
    if options.api == "v2" or not masks.visual_id:
        return None
    job = _Job(options, progress)
    try:
        link, session = "", None
        for one in ids:  # one call a mask, each going on from the one before
            link, session = v1.remove_generated(job.service, masks.visual_id, one, session)
    except ServiceError as error:
        if error.status not in contract.USE_THE_SUCCESSOR:
            raise
        log.info("%s does not remove by mask id (%d): sending the mask itself", job.address, error.status)
        return None
    return _with_result(job, picture, hole, link)


def erase(picture: Picture, hole: Mask, options: BriaOptions, progress: Progress) -> Picture:
    """Have what ``hole`` covers removed. Raises `EngineError`, `Cancelled`."""
    from PIL import Image

    job = _Job(options, progress)
    upload = upload_of(picture, options, progress)
    log.info("sending to %s: %s, and a mask", job.address, upload.description)
    covered = hole.resized(upload.original, upload.size).canvas(upload.size)
    mask = encode_mask(Image.fromarray(np.where(covered > 0, np.uint8(255), np.uint8(0))))
    sync, moderation = options.sync, options.content_moderation
    link = job.by_version(
        lambda: v1.erase(job.service, upload, mask, moderation=moderation),
        lambda: v2.erase(job.service, upload, mask, sync=sync, moderation=moderation),
    )
    return _with_result(job, picture, hole, link)


def _with_result(job: _Job, picture: Picture, hole: Mask, link: str) -> Picture:
    """Take the service's picture where the hole is, and the user's own pixels everywhere else."""
    with tempfile.TemporaryDirectory(prefix="maskpick-") as room:
        target = Path(room) / "result"
        job.service.download(link, target)
        result = decode_picture(target.read_bytes(), Path("The service's answer"))
    job.progress.report("Reading")
    return _pasted(picture, result, hole)


def _pasted(picture: Picture, result: Picture, hole: Mask) -> Picture:
    import cv2
    from PIL import Image

    # The picture went out in sRGB and comes back in it.
    filled = np.asarray(from_srgb(to_srgb(Image.fromarray(result.rgb8), result.icc), picture.icc))
    if result.size != picture.size:
        filled = cv2.resize(filled, picture.size, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    rows, columns = hole.box.slices()
    part = filled[rows, columns]
    if picture.colour.shape[2] == 1:
        part = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)[:, :, None].astype(np.uint8, copy=False)
    wide = part.astype(picture.pixels.dtype) * (257 if picture.pixels.dtype == np.uint16 else 1)
    pixels = picture.pixels.copy()
    under = pixels[rows, columns]
    share = (hole.coverage / np.float32(255))[:, :, None]
    channels = picture.colour.shape[2]
    mixed = under[:, :, :channels] * (1 - share) + wide * share
    under[:, :, :channels] = np.rint(mixed).astype(pixels.dtype)
    return picture.replace(pixels=pixels)
