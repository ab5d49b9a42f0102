"""Panoptic maps: one label a pixel. Read them, verify them against the masks, repair them, build them.

The masks are the truth and a map is a hint: real maps were resized smoothly, so that borders name objects that are
not there, and had big masks painted over small ones.
"""

from __future__ import annotations

import bisect
import io
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maskpick.errors import ArchiveError
from maskpick.lookup import count, look_up
from maskpick.masks import LabelMap, Mask, MaskSet

if TYPE_CHECKING:
    from PIL.PngImagePlugin import PngImageFile

MOST_PIXELS = 1 << 28
"""A map of more pixels (268 million) is refused before any of them is decoded."""
HIGHEST_LABEL = 65535
CLEARLY_LARGER = 1.25
"""A mask of this many times another's area is a bigger object, not a twin of it."""
PAINTED_OVER = 0.5
"""A mask of which bigger ones hide more than this share was painted over, and comes back on top."""

_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, OverflowError, IndexError, struct.error, zlib.error)
"""What Pillow raises over a torn or hostile PNG."""


def read(data: bytes | Path, known: Collection[int] = ()) -> LabelMap:
    """Read a label map from a PNG: uint16 (h, w), 0 = no mask.

    A pixel's label is

    * grey of 8 or 16 bits: the grey value; grey of 1, 2 or 4 bits: the sample as it lies in the file;
    * a palette of greys only: the grey value its colour has; a palette with colours: the index;
    * RGB of equal channels: the grey value; else, as panoptic formats have it, red + 256 green + 65536 blue.

    Where two of these are possible and ``known`` ids are given, the one that names more pixels after known ids is
    taken. Wholly transparent pixels have label 0. Raises `ArchiveError` for what is no PNG, is torn, has more than
    `MOST_PIXELS` pixels, or has a label above 65,535: none is ever cut.
    """
    readings = _readings(data)
    if len(readings) > 1 and known:
        wanted = np.zeros(HIGHEST_LABEL + 1, bool)
        wanted[[label for label in known if 0 < label <= HIGHEST_LABEL]] = True
        return max(readings, key=lambda labels: int(np.count_nonzero(wanted[labels])))
    return readings[0]


def _readings(data: bytes | Path) -> list[LabelMap]:
    """Every way to read the map, the likeliest first."""
    from PIL.PngImagePlugin import PngImageFile

    try:
        # Not Image.open: its limit of pixels is a setting of the whole process, and it tries every format there is.
        with PngImageFile(io.BytesIO(data) if isinstance(data, bytes) else data) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ArchiveError(f"The panoptic map is said to have {width} x {height} pixels, which is too many.")
            image.load()
            depth = _depth(data)
            if image.mode == "P":
                return _from_palette(image)
            if image.mode in ("1", "L", "I;16"):
                return _from_grey(np.asarray(image), depth)
            return [_from_channels(_sixteen_bit_channels(data, image.size) if depth == 16 else np.asarray(image))]
    except _UNREADABLE as error:
        raise ArchiveError(f"The panoptic map cannot be read: {error}.", "The file is damaged, or no PNG.") from error


def _depth(data: bytes | Path) -> int:
    """Bits a sample, which every PNG tells in byte 24; Pillow keeps it to itself."""
    if isinstance(data, Path):
        with data.open("rb") as file:
            data = file.read(25)
    if data[12:16] != b"IHDR" or data[24] not in (1, 2, 4, 8, 16):
        raise ValueError("its header is damaged")
    return data[24]


def _from_grey(pixels: NDArray[Any], depth: int) -> list[LabelMap]:
    values = pixels.astype(np.uint16)
    if depth >= 8:
        return [values]
    # Pillow spreads 2 and 4 bits over 0..255; 1 bit it gives as False and True.
    step = 255 // ((1 << depth) - 1)
    samples = values if depth == 1 else values // np.uint16(step)
    return [samples, samples * np.uint16(step)]


def _from_palette(image: PngImageFile) -> list[LabelMap]:
    indices = np.asarray(image)
    flat = image.getpalette("RGB") or []
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(flat) // 3] = np.array(flat, np.uint8).reshape(-1, 3)
    used = palette[np.bincount(indices.ravel(), minlength=256) > 0]
    by_index = indices.astype(np.uint16)
    if (used != used[:, :1]).any():
        return [by_index]
    return [palette[:, 0].astype(np.uint16)[indices], by_index]


def _sixteen_bit_channels(data: bytes | Path, size: tuple[int, int]) -> NDArray[Any]:
    """(h, w, channels) of uint16. Pillow would keep the upper eight bits alone."""
    import cv2

    encoded = np.frombuffer(data if isinstance(data, bytes) else data.read_bytes(), np.uint8)
    decoded = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.ndim != 3 or decoded.shape[1::-1] != size:
        raise ValueError("its 16-bit colours cannot be decoded")
    channels: NDArray[Any] = decoded[..., [2, 1, 0, 3][: decoded.shape[2]]]
    return channels


def _from_channels(pixels: NDArray[Any]) -> LabelMap:
    """Labels of a picture (h, w, 2: grey and alpha, 3: RGB or 4: RGB and alpha) of uint8 or uint16."""
    red = pixels[..., 0]
    labels = red.astype(np.uint16)
    if pixels.shape[2] >= 3:
        green, blue = pixels[..., 1], pixels[..., 2]
        if not (np.array_equal(red, green) and np.array_equal(red, blue)):
            if pixels.dtype != np.uint8 or blue.any():
                raise ArchiveError(
                    f"The colours of the panoptic map stand for no ids up to {HIGHEST_LABEL}.",
                    "An id is a grey value, or red + 256 green.",
                )
            labels |= green.astype(np.uint16) << np.uint16(8)
    if pixels.shape[2] in (2, 4):
        labels[pixels[..., -1] == 0] = 0
    return labels


class LabelCheck(NamedTuple):
    """One label against its mask: how many pixels it names, and how many of them lie in the mask."""

    named: int
    inside: int


@dataclass(frozen=True)
class Verification:
    """What a map is worth. ``labels`` holds every label that is named or has a mask; label 0 is not one."""

    pixels: int
    labels: dict[int, LabelCheck]

    @property
    def wrong(self) -> float:
        """The share of all pixels, 0..1, that name a mask which does not contain them or does not exist."""
        return sum(check.named - check.inside for check in self.labels.values()) / self.pixels if self.pixels else 0.0


def verify(labels: LabelMap, masks: MaskSet) -> Verification:
    """Hold every label against its mask. Raises `ArchiveError` when the map has another size than the masks."""
    _check(labels, masks)
    named = count(labels, int(labels.max(initial=0)) + 1)
    checks = {int(label): LabelCheck(int(named[label]), 0) for label in np.flatnonzero(named) if label}
    for mask in masks:
        inside = np.count_nonzero(_believed(labels, mask))
        checks[mask.id] = LabelCheck(int(named[mask.id]) if mask.id < len(named) else 0, int(inside))
    return Verification(labels.size, checks)


def repaired(labels: LabelMap, masks: MaskSet) -> LabelMap:
    """The map with nothing wrong in it: every label's pixel lies in that mask, and 0 stands only where no mask is.

    A label is believed where its mask contains the pixel; every other pixel gets the smallest mask that contains it.
    A mask that is mostly hidden by clearly larger ones was painted over and comes back on top; smaller masks come
    back on top of that. Repairing twice changes nothing more. Raises `ArchiveError` as `verify` does.
    """
    _check(labels, masks)
    smallest_first = _largest_first(masks)[::-1]
    areas = [mask.area for mask in smallest_first]
    # While the map is made, a pixel holds its mask's rank, 1 = smallest, so that "larger" is one comparison.
    ranks = np.zeros(labels.shape, np.uint16)
    for rank, mask in enumerate(smallest_first, 1):
        np.copyto(ranks[mask.box.slices()], np.uint16(rank), where=_believed(labels, mask))
    for rank, mask in enumerate(smallest_first, 1):
        part = ranks[mask.box.slices()]
        np.copyto(part, np.uint16(rank), where=(part == 0) & mask.inside)
    for rank, mask in reversed(list(enumerate(smallest_first, 1))):
        part = ranks[mask.box.slices()]
        hidden = (part > bisect.bisect_right(areas, CLEARLY_LARGER * mask.area)) & mask.inside
        if np.count_nonzero(hidden) > PAINTED_OVER * mask.area:
            np.copyto(part, np.uint16(rank), where=hidden)
    return look_up(np.array([0, *(mask.id for mask in smallest_first)], np.uint16), ranks)


def build(masks: MaskSet) -> LabelMap:
    """A map from masks alone: uint16 (h, w), each pixel the smallest mask that contains it, or 0.

    Raises `ArchiveError` for an id above 65,535.
    """
    labels = np.zeros((masks.size.height, masks.size.width), np.uint16)
    for mask in _largest_first(masks):
        np.copyto(labels[mask.box.slices()], np.uint16(mask.id), where=mask.inside)
    return labels


def _largest_first(masks: MaskSet) -> list[Mask]:
    """In the order to paint them: as the stacks of `MaskSet.at`, read from the far end."""
    highest = max(masks.ids, default=0)
    if highest > HIGHEST_LABEL:
        raise ArchiveError(f"Object number {highest} does not fit a panoptic map, which ends at {HIGHEST_LABEL}.")
    return sorted(masks, key=lambda mask: (-mask.area, -mask.id))


def _believed(labels: LabelMap, mask: Mask) -> NDArray[np.bool_]:
    """Where in its box a mask is named and contains the pixel."""
    believed: NDArray[np.bool_] = (labels[mask.box.slices()] == mask.id) & mask.inside
    return believed


def _check(labels: LabelMap, masks: MaskSet) -> None:
    if labels.shape != (masks.size.height, masks.size.width):
        height, width = labels.shape
        raise ArchiveError(
            f"The panoptic map is {width} x {height} pixels, but its picture {masks.size.width} x {masks.size.height}."
        )
