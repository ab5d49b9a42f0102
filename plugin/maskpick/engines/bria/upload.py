"""What is sent to a service: prepared once, nothing but the pixels, small enough, and said beforehand."""

from __future__ import annotations

import base64
import concurrent.futures
import functools
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from maskpick.contract import MAX_FILE_BYTES
from maskpick.errors import PictureError
from maskpick.masks import Size
from maskpick.profiles import to_srgb

if TYPE_CHECKING:
    from PIL import Image

    from maskpick.pictures import Picture
    from maskpick.progress import Progress

_MAX_WEBP_SIDE = 16383
_JPEG_QUALITIES = (95, 90, 85)
_SMALLER = 0.8
"""Each step of scaling down leaves this share of the sides."""
_SMALLEST_SIDE = 64
_LARGE = 4_000_000
"""Pixels from which a sample is looked at before the whole is encoded in vain, which takes seconds."""
_TILES, _TILE = 4, 128
_HOPE = 1.25
"""How far beyond the limit a sample may point while the whole may still fit."""
_LOOK_EVERY = 0.1

Made = TypeVar("Made")


@dataclass(frozen=True)
class Upload:
    """The picture as it will be sent: ``data`` is the file, ``size`` its own, ``original`` the picture's.

    With a ``url`` only that is sent, and the service fetches the picture there.
    """

    data: bytes
    format: str
    lossless: bool
    size: Size
    original: Size
    url: str = ""

    @classmethod
    def named(cls, url: str, size: Size) -> Upload:
        """A picture of ``size`` that the service itself fetches from ``url``."""
        return cls(b"", "", True, size, size, url)

    @functools.cached_property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode("ascii")

    @property
    def description(self) -> str:
        """In words, what will leave the computer."""
        if self.url:
            return f"the address {self.url}, where the service fetches the picture"
        form, weight = self.format.upper(), f"{len(self.data) / 1e6:.1f} MB"
        kind = f"{form} without loss" if self.lossless else f"{form} with slight loss"
        (width, height), (full_width, full_height) = self.size, self.original
        if self.size == self.original:
            return f"{width} x {height} pixels, {kind}, {weight}, no metadata"
        scaled = f"scaled down from {full_width} x {full_height}"
        return f"{width} x {height} pixels, {scaled}, {kind}, {weight}, no metadata"


def prepare(picture: Picture, progress: Progress, limit: int = MAX_FILE_BYTES) -> Upload:
    """Encode a picture for sending, the most faithful way that fits into ``limit`` bytes.

    In sRGB, 8 bit, without profile, EXIF or any other metadata (orientation was applied when it was read). PNG comes
    first, then lossless WebP, then JPEG, then a smaller JPEG. Raises `PictureError` when nothing fits.
    """
    image = _patiently(lambda: _in_srgb(picture), progress)
    for form in ("png", "webp"):
        if max(image.size) > _MAX_WEBP_SIDE and form == "webp":
            continue
        if _hopeless(image, form, limit):
            continue
        data = _patiently(functools.partial(_lossless, image, form), progress, 0.3)
        if len(data) <= limit:
            return Upload(data, form, True, picture.size, picture.size)
    opaque = _opaque(image)
    size = picture.size
    while min(size) >= min(_SMALLEST_SIDE, *picture.size):
        smaller = opaque.resize(size) if size != picture.size else opaque
        for quality in _JPEG_QUALITIES:
            data = _patiently(functools.partial(_encoded, smaller, "jpeg", quality=quality), progress, 0.8)
            if len(data) <= limit:
                return Upload(data, "jpeg", False, size, picture.size)
        size = Size(int(size.width * _SMALLER), int(size.height * _SMALLER))
    raise PictureError("The picture cannot be made small enough to be sent.", "Use the local engine.")


def encode_mask(mask_coverage: Image.Image) -> str:
    """A mask (mode L, 255 = remove) as base64 of a PNG."""
    return base64.b64encode(_encoded(mask_coverage, "png", compress_level=6)).decode("ascii")


def _in_srgb(picture: Picture) -> Image.Image:
    import numpy as np
    from PIL import Image

    image = to_srgb(Image.fromarray(picture.rgb8), picture.icc)
    if picture.alpha8 is not None:
        image.putalpha(Image.fromarray(np.asarray(picture.alpha8)))
    return image


def _patiently(work: Callable[[], Made], progress: Progress, share: float = 0.0) -> Made:
    """Do ``work`` in a thread, so that a cancel need not wait for an encoder; whatever that still makes is dropped."""
    made: concurrent.futures.Future[Made] = concurrent.futures.Future()

    def run() -> None:
        try:
            made.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the waiting thread
            made.set_exception(error)

    threading.Thread(target=run, name="maskpick-prepare", daemon=True).start()
    progress.report("Preparing", share)
    while not concurrent.futures.wait([made], _LOOK_EVERY).done:
        progress.report("Preparing", share)
    return made.result()


def _hopeless(image: Image.Image, form: str, limit: int) -> bool:
    """Whether tiles from all over a large picture say that it cannot fit."""
    pixels = image.width * image.height
    if pixels < _LARGE:
        return False
    size = 0
    for row in range(_TILES):
        for column in range(_TILES):
            left = (image.width - _TILE) * column // (_TILES - 1)
            top = (image.height - _TILE) * row // (_TILES - 1)
            size += len(_lossless(image.crop((left, top, left + _TILE, top + _TILE)), form))
    return size * pixels / (_TILES * _TILE) ** 2 > limit * _HOPE


def _lossless(image: Image.Image, form: str) -> bytes:
    if form == "png":
        return _encoded(image, "png", compress_level=6)
    return _encoded(image, "webp", lossless=True, quality=50, method=2, exact=True)


def _opaque(image: Image.Image) -> Image.Image:
    """Over white, since JPEG holds no transparency."""
    from PIL import Image as Images

    if image.mode == "RGB":
        return image
    ground = Images.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    # Pillow writes metadata only when it is handed some; `info` may carry what the file had.
    bare = image.copy()
    bare.info.clear()
    bare.save(buffer, form, **options)
    return buffer.getvalue()
