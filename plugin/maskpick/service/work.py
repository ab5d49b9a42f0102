"""What a worker process does: files in, files out. Nothing here knows of HTTP or of the server's state."""

from __future__ import annotations

import functools
import io
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from maskpick import contract
from maskpick.errors import MaskpickError, PickError, PictureError
from maskpick.service.logs import log_to_stderr

if TYPE_CHECKING:
    from maskpick.masks import Mask
    from maskpick.pictures import Picture
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings

_overrides: dict[str, object] = {}
"""What this worker's settings differ in from the files'."""


ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""The variables by which the CPU libraries are told how many threads to use."""


class Engine(NamedTuple):
    """An engine by name, with its options."""

    name: str
    options: Mapping[str, Any]


class Refusal(NamedTuple):
    """Why a piece of work was not done: the contract's status and words. Returned, not raised: it crosses processes."""

    status: int
    words: str


class Found(NamedTuple):
    """What is said of one mask beside its picture."""

    id: int
    area: int
    confidence: float


_NOTHING_LEFT = Refusal(contract.BAD_REQUEST, "Nothing would be left of the picture.")


def prepare_worker(overrides: Mapping[str, object]) -> None:
    """Once in each worker process: the pool gives each one core; Ctrl-C is the server's to handle."""
    # Read by numpy's libraries when they are loaded, so before anything is. Their threads wait by spinning, and would
    # cost the other workers more than they gain this one.
    os.environ |= dict.fromkeys(ONE_THREAD, "1")
    import cv2

    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_to_stderr(logging.WARNING)
    _overrides.update(overrides)
    threading.Thread(target=_end_with_the_server, name="watch", daemon=True).start()


def _end_with_the_server() -> None:
    """A server that was killed cannot end its workers; in the middle of long work they would not notice either."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


class _Surroundings(TypedDict):
    settings: Settings
    plugins: Plugins


@functools.cache
def _surroundings() -> _Surroundings:
    """The settings and plugins the service was started with, for the functions of `maskpick.api`."""
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings

    settings = Settings.load(overrides=_overrides)
    plugins = Plugins.load(only=settings.only_plugins, folder=settings.plugin_folder)
    return {"settings": settings, "plugins": plugins}


def find_objects(
    source: Path, targets: Sequence[Path], engine: Engine, max_pixels: int, fault: str = ""
) -> list[Found] | Refusal:
    """Find the objects of the picture ``source`` and write them to each target: the service's zip, or a mask file."""
    from maskpick import api
    from maskpick.archive import write_archive
    from maskpick.files import replacing
    from maskpick.maskfile import write_mask_file

    _misbehave(fault)
    try:
        picture = _opened(source, max_pixels)
        masks = api.find(picture, engine.name, options=engine.options, **_surroundings())
        masks = masks.replace(visual_id=source.parent.name)
        for target in targets:
            if target.suffix == ".zip":
                with replacing(target) as fresh:
                    write_archive(masks, fresh)
            else:
                write_mask_file(masks, target, compressed=True)
        if fault in ("interpolated", "sixteen-bit"):
            from maskpick.service.faulty_maps import spoil_map

            spoil_map(targets[0], fault)
    except MaskpickError as error:
        return refusal_for(error)
    return [Found(mask.id, mask.area, mask.confidence) for mask in masks]


def remove_masks(source: Path, zipped: Path, ids: Sequence[int], target: Path, engine: Engine) -> Refusal | None:
    """Remove the masks ``ids`` of the zip from the picture ``source``; the result is the PNG ``target``."""
    from maskpick import api
    from maskpick.removal import hole_and_keep_out

    try:
        picture = api.open_picture(source)
        masks = api.open_masks(zipped)
        if _covers(hole_and_keep_out(picture.size, masks, ids, None)[0], picture):
            return _NOTHING_LEFT
        api.remove(picture, masks, ids, engine.name, options=engine.options, **_surroundings()).save(target)
    except MaskpickError as error:
        return refusal_for(error)
    return None


def export(source: Path, zipped: Path, target: Path) -> Refusal | None:
    """Write the picture ``source`` in the layers of the zip's masks; the target's ending is the format."""
    from maskpick import api

    try:
        api.export(api.open_picture(source), api.open_masks(zipped), target, plugins=_surroundings()["plugins"])
    except MaskpickError as error:
        return refusal_for(error)
    return None


def erase(source: Path, mask_file: Path, target: Path, engine: Engine, max_pixels: int) -> Refusal | None:
    """Remove what the mask picture covers (white) from ``source``; the result is the PNG ``target``."""
    import numpy as np

    from maskpick import api
    from maskpick.masks import Mask

    try:
        picture = _opened(source, max_pixels)
        drawn = _opened(mask_file, max_pixels, "The mask")
        if abs(drawn.size.width * picture.size.height - drawn.size.height * picture.size.width) > max(
            *drawn.size, *picture.size
        ):
            return Refusal(contract.BAD_REQUEST, "mask: its aspect ratio is not the picture's")
        grey = drawn.rgb8[:, :, 1] if drawn.alpha8 is None else np.minimum(drawn.rgb8[:, :, 1], drawn.alpha8)
        hole = Mask.from_array(1, np.ascontiguousarray(grey)).resized(drawn.size, picture.size)
        if hole.empty:
            return Refusal(contract.BAD_REQUEST, "mask: it covers nothing")
        if _covers(hole, picture):
            return _NOTHING_LEFT
        api.remove(picture, None, hole, engine.name, options=engine.options, **_surroundings()).save(target)
    except MaskpickError as error:
        return refusal_for(error)
    return None


def refusal_for(error: MaskpickError) -> Refusal:
    """The contract's status for one of our errors."""
    if isinstance(error, PictureError):
        return Refusal(
            contract.WRONG_TYPE if "not a picture" in error.happened else contract.BAD_REQUEST, error.happened
        )
    if isinstance(error, PickError):
        return Refusal(contract.NOT_FOUND, error.happened)
    if isinstance(error, TooLargeError):
        return Refusal(contract.TOO_LARGE, error.happened)
    return Refusal(contract.INTERNAL, error.happened)


def _opened(path: Path, max_pixels: int, what: str = "The picture") -> Picture:
    """Read a picture a client sent; errors call it ``what``, for its path here is nobody's business."""
    from PIL import Image

    from maskpick.picture_files import decode_picture

    data = path.read_bytes()
    try:
        with Image.open(io.BytesIO(data)) as image:
            pixels = image.width * image.height
    except Exception:  # noqa: BLE001 - reading it in earnest says in words what is wrong
        pixels = 0
    if pixels > max_pixels:
        raise TooLargeError(f"{what} has more than {max_pixels // 1_000_000} megapixels.")
    return decode_picture(data, Path(what))


def _covers(hole: Mask, picture: Picture) -> bool:
    """Whether nothing that can be seen lies outside the hole."""
    left = hole.canvas(picture.size) == 0
    if picture.alpha8 is not None:
        left &= picture.alpha8 > 0
    return not left.any()


class TooLargeError(MaskpickError):
    """The picture has more pixels than this service takes."""


def _misbehave(fault: str) -> None:
    if fault == "crash":
        os._exit(1)
    if fault == "hang":
        time.sleep(3600)
