"""Pixels as editors hold them, and as the core does: raw files of the room <-> `Picture`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.masks import Box, Size
from maskpick.pictures import Picture
from maskpick.worker.params import Params
from maskpick.worker.wire import INVALID_PARAMS, BadMessage

_DEPTHS = {"8": "<u1", "16": "<u2", "16f": "<f2", "32f": "<f4"}
_CHANNELS = {"grey": 1, "greya": 2, "rgb": 3, "bgr": 3, "rgba": 4, "bgra": 4, "cmyk": 4, "cmyka": 5}
_NAME = re.compile(r"(grey|greya|rgb|bgr|rgba|bgra|cmyk|cmyka)(8|16|16f|32f)")
_STRIP_ROWS = 256
_LUMA = np.array([[0.2126], [0.7152], [0.0722]], np.float32)  # ITU-R BT.709
MOST_PIXELS = 1 << 28


class Format(NamedTuple):
    """How pixels lie in a file: rows from the top, channels side by side, little endian.

    The name is the channels' order and their depth: ``bgra8``, ``rgba16``, ``greya32f`` ... ``linear`` says that the
    values of colours go with the light; else they follow sRGB's curve. Floating-point values are in 0..1. Layers can be
    cut from CMYK; what it looks like only its profile tells, and the picture made of it is blank.
    """

    order: str
    depth: str
    linear: bool

    @classmethod
    def named(cls, name: str, linear: bool) -> Format:
        match = _NAME.fullmatch(name)
        if match is None:
            raise BadMessage(INVALID_PARAMS, f"There is no pixel format {name!r}.")
        return cls(match[1], match[2], linear)

    @property
    def has_alpha(self) -> bool:
        return self.order.endswith("a")

    @property
    def with_alpha(self) -> Format:
        return self if self.has_alpha else self._replace(order=f"{self.order}a")

    @property
    def name(self) -> str:
        return self.order + self.depth

    @property
    def channels(self) -> int:
        return _CHANNELS[self.order]

    @property
    def colours(self) -> int:
        """How many channels are not alpha."""
        return self.channels - self.has_alpha

    @property
    def blank(self) -> bool:
        """Whether these are colours that only their profile explains."""
        return self.order.startswith("cmyk")

    @property
    def full(self) -> float:
        """The value of white and of opaque."""
        return 1.0 if self.depth.endswith("f") else float(np.iinfo(self.dtype).max)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(_DEPTHS[self.depth])


@dataclass(frozen=True)
class Placed:
    """A picture that fills ``box`` of a canvas. ``format`` is how the peer holds its pixels.

    ``raw`` are those, (height, width, channels), where there is more to them than the picture tells: floating-point
    and linear values; None where a result in their format can be made of the picture as well.
    """

    picture: Picture
    box: Box
    canvas: Size
    format: Format
    raw: NDArray[Any] | None = None

    def within(self, box: Box) -> Placed | None:
        """The part inside ``box`` (in the canvas's coordinates); None where there is none."""
        common = self.box.intersection(box)
        if common.empty:
            return None
        if common == self.box:
            return self
        here = common.slices(self.box)
        part = self.picture.replace(pixels=self.picture.pixels[here])
        raw = None if self.raw is None else self.raw[here]
        return Placed(part, common, self.canvas, self.format, raw)


def read_placed(params: Params, room: Path) -> Placed | None:
    """Read the parameter ``pixels``: a raw file, or a picture file. None when all of it lies beside the canvas.

    Raises `PictureError`, and `BadMessage` where file and description differ.
    """
    about = params.inner("pixels")
    raw = None
    if "path" in about:
        picture = Picture.open(about.text("path"))
        depth = "8" if picture.pixels.dtype == np.uint8 else "16"
        form = Format("rgb" if picture.colour.shape[2] == 3 else "grey", depth, linear=False)
    else:
        form = Format.named(about.text("format"), about.flag("linear"))
        size = Size(about.whole("width", low=1), about.whole("height", low=1))
        stored = _stored(room / about.text("file"), size, form)
        picture = _picture(stored, form)
        raw = stored if form.linear or form.depth.endswith("f") or form.blank else None
        if "icc" in about:
            picture = picture.replace(icc=_bytes(room / about.text("icc")))
    x, y = about.integers("offset", 2) or (0, 0)
    canvas = Size(*(about.integers("canvas", 2) or picture.size))
    about.done()
    if min(canvas) < 1 or canvas.width * canvas.height > MOST_PIXELS:
        raise BadMessage(INVALID_PARAMS, "The canvas is empty, or too large.")
    return Placed(picture, Box(x, y, *picture.size), canvas, form, raw).within(Box(0, 0, *canvas))


def encode(pixels: NDArray[Any], form: Format) -> NDArray[Any]:
    """Pixels of the core - (h, w, 1 to 4), uint8 or uint16, grey or RGB with alpha or without - in another format."""
    alpha = pixels[:, :, -1:] if pixels.shape[2] in (2, 4) else None
    colour = pixels[:, :, : 1 if pixels.shape[2] < 3 else 3]
    if form.colours == 1 and colour.shape[2] == 3:
        colour = colour @ _LUMA
    elif form.order.startswith("bgr"):
        colour = colour[:, :, ::-1]
    encoded = np.empty((*pixels.shape[:2], form.channels), form.dtype)
    encoded[:, :, : form.colours] = _to_depth(colour, pixels.dtype, form, form.linear)  # one grey serves three colours
    if form.has_alpha:
        encoded[:, :, -1:] = form.full if alpha is None else _to_depth(alpha, pixels.dtype, form, linear=False)
    return encoded


def alpha_of(form: Format, share: NDArray[np.uint8]) -> NDArray[Any]:
    """Shares of 0..255 as the alpha of a format, (height, width)."""
    return _to_depth(share, share.dtype, form, linear=False).astype(form.dtype, copy=False)


def _stored(path: Path, size: Size, form: Format) -> NDArray[Any]:
    """Read a raw file. It is copied: what the editor does with it afterwards is its own business."""
    shape = (size.height, size.width, form.channels)
    wanted = size.width * size.height * form.channels * form.dtype.itemsize
    try:
        found = path.stat().st_size
        if size.width * size.height > MOST_PIXELS or found != wanted:
            raise BadMessage(INVALID_PARAMS, f"The pixels need {wanted} bytes, and {path.name} has {found}.")
        return np.fromfile(path, form.dtype).reshape(shape)
    except (OSError, ValueError) as error:
        raise BadMessage(INVALID_PARAMS, f"The pixel file {path.name} cannot be read: {error}.") from error


def _picture(stored: NDArray[Any], form: Format) -> Picture:
    """What the core makes of stored pixels: whole numbers that follow sRGB's curve."""
    if form.blank:
        alpha = stored[:, :, -1:] if form.has_alpha else np.full((*stored.shape[:2], 1), form.full, form.dtype)
        stored, form = np.repeat(alpha, 2, axis=2), form._replace(order="greya")
    if form.linear or form.depth.endswith("f"):
        pixels: NDArray[Any] = np.empty(stored.shape, np.uint16)
        for rows in _strips(len(stored)):
            pixels[rows] = _to_curve(stored[rows], form)
    else:
        pixels = stored
    if form.has_alpha and bool((pixels[:, :, -1] == np.iinfo(pixels.dtype).max).all()):
        pixels = pixels[:, :, :-1]  # opaque throughout: the same picture as without alpha, and the same cached answer
    if form.order.startswith("bgr"):
        pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    return Picture(pixels)


def _to_curve(values: NDArray[Any], form: Format) -> NDArray[np.uint16]:
    inside = values.astype(np.float32) / np.float32(form.full)
    if form.depth.endswith("f"):
        inside = np.clip(np.nan_to_num(inside), 0.0, 1.0)
    if form.linear:
        colour = inside[:, :, : form.colours]
        inside[:, :, : form.colours] = np.where(
            colour <= 0.0031308, 12.92 * colour, 1.055 * np.power(colour, 1 / 2.4) - 0.055
        )
    whole: NDArray[np.uint16] = np.rint(inside * 65535).astype(np.uint16)
    return whole


def _to_depth(values: NDArray[Any], dtype: np.dtype[Any], form: Format, linear: bool) -> NDArray[Any]:
    """``values``, in 0 to the highest of ``dtype``, at the depth of ``form``."""
    highest = np.iinfo(dtype).max
    if form.full == highest and not linear and values.dtype == dtype:
        return values
    shares = values.astype(np.float32) / np.float32(highest)
    if linear:
        shares = np.where(shares <= 0.04045, shares / 12.92, np.power((shares + 0.055) / 1.055, 2.4))
    return shares if form.full == 1.0 else np.rint(shares * form.full)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadMessage(INVALID_PARAMS, f"The file {path.name} cannot be read: {error}.") from error


def _strips(height: int) -> Iterator[slice]:
    return (slice(top, top + _STRIP_ROWS) for top in range(0, height, _STRIP_ROWS))
