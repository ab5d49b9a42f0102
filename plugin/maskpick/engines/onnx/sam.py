"""The models of SAM's family: an encoder that looks at a picture once, a decoder that answers points in it.

Three forms of the pair are known, and told apart by what the decoder takes: SAM and MobileSAM (Kirillov et al. 2023,
Zhang et al. 2023), which see the picture in the corner of a square; EfficientSAM (Xiong et al. 2023) and SAM 2 (Ravi et
al. 2024), which see it stretched to one. Every answer is a few candidates of 256 x 256 logits and how good the
model takes each to be.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.onnx import Device
from maskpick.engines.onnx.runtime import Array, Net
from maskpick.errors import EngineError
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.engines import Point
    from maskpick.masks import Box
    from maskpick.pictures import Picture

SIDE = 1024
"""The side of the square the encoder sees; points are given in its pixels."""
ANSWER = 256
"""The side of an answer, which covers the same square."""
MOST_POINTS = 6
"""EfficientSAM takes no more points than these in one question."""

SPECK = 0.01
"""A part of an answer smaller than this share of the whole is a fault, and so is a hole in it."""

Logits = NDArray[np.float32]

_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_SPREAD = np.array([58.395, 57.12, 57.375], np.float32)
_INSIDE, _OUTSIDE, _NONE = 1.0, 0.0, -1.0  # labels of points ...
_CORNERS = (2.0, 3.0)  # ... and of a box's, above on the left and below on the right
_KEPT = 2  # pictures whose embedding is kept


class Embedding(NamedTuple):
    """What the encoder saw, by name, and the shares of the square a pixel of the picture takes: across, down."""

    arrays: dict[str, Array]
    share: tuple[float, float]


class Candidates(NamedTuple):
    """``logits`` (n, 256, 256), above 0 where the object is; ``quality`` (n,), the expected IoU, about 0..1."""

    logits: Logits
    quality: Logits


@dataclass(frozen=True)
class Sam:
    """An encoder and a decoder that fit."""

    encoder: Net
    decoder: Net

    @classmethod
    def open(cls, encoder: Path, decoder: Path, device: Device) -> Sam:
        """Raises `EngineError` where a file cannot be used, or is of none of the known forms."""
        # A question is small: many at once, with a thread each, are quicker than one with many threads.
        sam = cls(Net.open(encoder, device), Net.open(decoder, device, 1))
        known = {"batched_point_coords"} if sam.knows_no_outside else {"point_coords", "point_labels"}
        if len(sam.encoder.inputs) != 1 or not known <= set(sam.decoder.inputs) or not sam._quality_name:
            raise EngineError(
                f"{encoder.name} and {decoder.name} are no encoder and decoder of a known kind.",
                "Known are SAM, MobileSAM, EfficientSAM and SAM 2: see docs/models.md.",
            )
        return sam

    @property
    def knows_no_outside(self) -> bool:
        """EfficientSAM was trained with points inside alone."""
        return "batched_point_coords" in self.decoder.inputs

    @property
    def _is_padded(self) -> bool:
        """SAM and MobileSAM keep the picture's shape; the others have more, or other, inputs."""
        return not self.knows_no_outside and "has_mask_input" in self.decoder.inputs and not self._is_second

    @property
    def _is_second(self) -> bool:
        return any(name.startswith("high_res_feat") for name in self.decoder.inputs)

    @property
    def _quality_name(self) -> str:
        return next((name for name in self.decoder.outputs if "iou" in name or "score" in name), "")

    @property
    def _logits_name(self) -> str:
        low = [name for name in self.decoder.outputs if "low_res" in name]
        masks = [name for name in self.decoder.outputs if "mask" in name]
        # EfficientSAM's masks come in the size it is told, which is that of an answer.
        return str((masks if self.knows_no_outside else low + masks)[0])

    def look(self, picture: Picture, progress: Progress, *, keep: bool = True) -> Embedding:
        """Encode the picture, once for all clicks in it where it is to be kept. Raises `EngineError`, `Cancelled`."""
        key = (picture.digest, self.encoder.path, self.encoder.path.stat().st_mtime_ns)
        embedding = _embeddings.get(key)
        if embedding is None:
            progress.report("Looking at the picture")
            embedding = self._encoded(picture.rgb8, progress)
            if keep:
                _embeddings.put(key, embedding)
        return embedding

    def ask(
        self,
        embedding: Embedding,
        inside: Sequence[Point],
        outside: Sequence[Point] = (),
        box: Box | None = None,
    ) -> Candidates:
        """What the decoder answers to points in the picture and a box round them. Raises `EngineError`."""
        corners = [] if box is None else [(box.x, box.y), (box.right - 1, box.bottom - 1)]
        if self.knows_no_outside:
            outside = ()
            inside = inside[max(0, len(inside) - (MOST_POINTS - len(corners))) :]
        points = [*inside, *outside, *corners]
        labels = [_INSIDE] * len(inside) + [_OUTSIDE] * len(outside) + [*_CORNERS][: len(corners)]
        centres = (np.array(points, np.float32) + 0.5) * np.array(embedding.share, np.float32) * SIDE - 0.5
        feeds = self._question(embedding, centres.astype(np.float32), np.array(labels, np.float32))
        logits, quality = self.decoder.run(feeds, [self._logits_name, self._quality_name])
        logits = logits.reshape(-1, *logits.shape[-2:]).astype(np.float32, copy=False)
        quality = quality.reshape(-1).astype(np.float32, copy=False)
        if len(logits) != len(quality) or logits.shape[1:] != (ANSWER, ANSWER):
            raise EngineError(
                f"{self.decoder.path.name} answers in a form that is not known: {logits.shape}.",
                "Use another file: see docs/models.md.",
            )
        return Candidates(logits, quality)

    def _question(self, embedding: Embedding, centres: Logits, labels: Logits) -> dict[str, Array]:
        """The decoder's inputs for points (n, 2) in the square, with labels (n,)."""
        size = np.array([ANSWER, ANSWER])
        if self.knows_no_outside:
            feeds: dict[str, Array] = {
                "batched_point_coords": centres[None, None] * np.float32(ANSWER / SIDE),
                "batched_point_labels": labels[None, None],
                "orig_im_size": size,
            }
        else:
            if self._is_padded and not (labels == _CORNERS[0]).any():  # then it expects a point more, which is none
                centres, labels = (
                    np.append(centres, np.zeros((1, 2), np.float32), 0),
                    np.append(labels, np.float32(_NONE)),
                )
            feeds = {
                "point_coords": centres[None],
                "point_labels": labels[None],
                "mask_input": np.zeros((1, 1, ANSWER, ANSWER), np.float32),
                "has_mask_input": np.zeros(1, np.float32),
                "orig_im_size": size,
            }
        seen = _by_input(self.decoder, embedding.arrays, set(feeds))
        given = {**feeds, **seen}
        return {name: given[name].astype(one.dtype, copy=False) for name, one in self.decoder.inputs.items()}

    def _encoded(self, rgb: NDArray[np.uint8], progress: Progress) -> Embedding:
        (name, wanted), height, width = next(iter(self.encoder.inputs.items())), *rgb.shape[:2]
        if self._is_padded:
            pads_itself = len(wanted.shape) == 3  # and takes the mean away
            rows, columns = wanted.shape[:2] if pads_itself else wanted.shape[2:]
            scale = min((rows or SIDE) / height, (columns or SIDE) / width)
            seen = _resized(rgb, max(1, round(width * scale)), max(1, round(height * scale)))
            high, wide = seen.shape[:2]
            share = (wide / width / SIDE, high / height / SIDE)
            if pads_itself:
                image = np.tile(_MEAN, (rows or high, columns or wide, 1))
                image[:high, :wide] = seen
            else:
                image = np.zeros((1, 3, rows or SIDE, columns or SIDE), np.float32)
                image[0, :, :high, :wide] = ((seen - _MEAN) / _SPREAD).transpose(2, 0, 1)
        else:
            share = (1 / width, 1 / height)
            rows, columns = wanted.shape[-2:]
            scale = min(1.0, SIDE / max(height, width))
            seen = _resized(rgb, columns or max(1, round(width * scale)), rows or max(1, round(height * scale)))
            colours = seen / np.float32(255) if self.knows_no_outside else (seen - _MEAN) / _SPREAD
            image = np.ascontiguousarray(colours.transpose(2, 0, 1)[None], np.float32)
        outputs = self.encoder.run_patiently(
            {name: image.astype(wanted.dtype, copy=False)}, self.encoder.outputs, progress
        )
        return Embedding(dict(zip(self.encoder.outputs, outputs, strict=True)), share)


def in_picture(
    logits: Logits, embedding: Embedding, corner: tuple[int, int], size: tuple[int, int], step: float
) -> Logits:
    """Logits (256, 256) as seen through a window of the picture: float32, of ``size`` (width, height).

    The window begins at the picture's pixel ``corner`` (x, y); its pixels are ``step`` of the picture's apart.
    """
    across, down = (share * ANSWER for share in embedding.share)
    # The centre of window pixel i is at corner + (i + 1/2) step in the picture.
    matrix = np.array(
        [
            [across * step, 0, across * (corner[0] + step / 2) - 0.5],
            [0, down * step, down * (corner[1] + step / 2) - 0.5],
        ]
    )
    seen = cv2.warpAffine(
        logits, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return seen.astype(np.float32, copy=False)


def tidied(logits: Logits, embedding: Embedding, inside: Sequence[Point] = (), outside: Sequence[Point] = ()) -> Logits:
    """Logits (256, 256) without specks and pinholes, of which these models leave many. One with a point of its own in
    it stays."""
    seen = logits > 0
    least = SPECK * np.count_nonzero(seen)
    result = logits.copy()
    for plane, points, value in ((seen, inside, -1), (~seen, outside, 1)):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(plane.astype(np.uint8), connectivity=4)
        area = stats[:, cv2.CC_STAT_AREA]
        small = area < min(least, area[1:].max(initial=0))  # of many alike, none is a speck
        small[0] = False  # what is not in the plane
        for x, y in points:
            column, row = (int((at + 0.5) * share * ANSWER) for at, share in zip((x, y), embedding.share, strict=True))
            small[labels[row, column]] = False
        result[small[labels]] = value
    return result


def _by_input(decoder: Net, arrays: dict[str, Array], others: set[str]) -> dict[str, Array]:
    """The encoder's outputs under the decoder's names for them: the same name, or else the same shape.

    Raises `EngineError` where one is missing.
    """
    found = {}
    for name, wanted in decoder.inputs.items():
        if name in others:
            continue
        alike = [array for array in arrays.values() if _fits(array.shape, wanted.shape)]
        if name not in arrays and not alike:
            raise EngineError(
                f"{decoder.path.name} asks for {name}, which its encoder does not give.",
                "Take both from one place: see docs/models.md.",
            )
        found[name] = arrays[name] if name in arrays else alike[0]
    return found


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(want in (None, length) for length, want in zip(shape, wanted, strict=True))


def _resized(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    if rgb.shape[:2] == (height, width):
        return rgb
    smaller = width < rgb.shape[1]
    resized: NDArray[np.uint8] = cv2.resize(
        rgb, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    ).astype(np.uint8, copy=False)
    return resized


class _Embeddings:
    """The last few, the oldest dropped first: the next click is likely to be in the same picture."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[object, Embedding] = {}

    def get(self, key: object) -> Embedding | None:
        with self._lock:
            found = self._kept.pop(key, None)
            if found is not None:
                self._kept[key] = found
            return found

    def put(self, key: object, embedding: Embedding) -> None:
        with self._lock:
            self._kept[key] = embedding
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]


_embeddings = _Embeddings()
