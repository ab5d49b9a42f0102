"""A removal model, given a window of a picture in the form it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.engines.onnx import Device
from maskpick.engines.onnx.runtime import Array, Net
from maskpick.errors import EngineError
from maskpick.progress import Progress

SIDE = 512
"""The side of the squares these models were trained on."""
_MOST = 768  # the longer side for a model that takes any, in pixels
_MULTIPLE = 8  # of this a model that takes any size wants its sides

Colours = NDArray[np.float32]
Plane = NDArray[np.bool_]


@dataclass(frozen=True)
class Painter:
    """``net`` takes ``image``, 3 channels, and ``mask``, 1 channel, and gives the image whole."""

    net: Net
    image: str
    mask: str

    @classmethod
    def open(cls, path: Path, device: Device) -> Painter:
        """Raises `EngineError` where the file cannot be used, or is no model of a known form."""
        net = Net.open(path, device)
        named = {
            channels: [name for name, one in net.inputs.items() if len(one.shape) == 4 and one.shape[1] == channels]
            for channels in (3, 1)
        }
        if len(net.inputs) != 2 or not named[3] or not named[1]:
            raise EngineError(
                f"{path.name} is no model that removes objects, of a known kind.",
                "Known are LaMa and MI-GAN: see docs/models.md.",
            )
        return cls(net, named[3][0], named[1][0])

    def paint(self, colours: Colours, unseen: Plane, progress: Progress) -> Colours:
        """The model's painting of a window: float32 (h, w, 3), 0..255, of which it did not see what is ``unseen``.

        Raises `EngineError`, `Cancelled`.
        """
        height, width = unseen.shape
        rows, columns, scale = self._seen_as(height, width)
        small = (max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale))))
        image, mask = colours, unseen.astype(np.float32)
        if small != (width, height):
            image = cv2.resize(image, small, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
            mask = cv2.resize(mask, small, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
        # Beyond the window the picture goes on as in a mirror, so that there is no edge for the model to go on with.
        around = (0, rows - small[1], 0, columns - small[0], cv2.BORDER_REFLECT)
        image = cv2.copyMakeBorder(image, *around).astype(np.float32, copy=False)
        hidden = cv2.copyMakeBorder(mask, *around) > 0
        painted = self._answer(image, hidden, progress)[: small[1], : small[0]]
        if small != (width, height):
            painted = np.asarray(cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        return np.clip(painted, 0, 255)

    def _seen_as(self, height: int, width: int) -> tuple[int, int, float]:
        """The rows and columns the model is given, and by how much the window is scaled to lie in them."""
        rows, columns = self.net.inputs[self.image].shape[2:]
        if rows is not None and columns is not None:
            return rows, columns, min(1.0, rows / height, columns / width)
        if self._takes_bytes:
            return height, width, 1.0
        scale = min(1.0, _MOST / max(height, width))
        high, wide = (-(-round(side * scale) // _MULTIPLE) * _MULTIPLE for side in (height, width))
        return max(_MULTIPLE, high), max(_MULTIPLE, wide), scale

    @property
    def _takes_bytes(self) -> bool:
        return self.net.inputs[self.image].dtype == "uint8"

    def _answer(self, image: Colours, hidden: Plane, progress: Progress) -> Colours:
        channels = np.ascontiguousarray(image.transpose(2, 0, 1)[None])
        given: dict[str, Array]
        if self._takes_bytes:
            bytes_ = np.rint(np.clip(channels, 0, 255)).astype(np.uint8)
            given = {self.image: bytes_, self.mask: np.where(hidden, np.uint8(0), np.uint8(255))[None, None]}
        else:
            given = {self.image: channels / np.float32(255), self.mask: hidden.astype(np.float32)[None, None]}
        given = {name: array.astype(self.net.inputs[name].dtype, copy=False) for name, array in given.items()}
        answer = self.net.run_patiently(given, self.net.outputs[:1], progress)[0]
        if answer.shape != channels.shape:
            raise EngineError(
                f"{self.net.path.name} answers in a form that is not known: {answer.shape}.",
                "Use another file: see docs/models.md.",
            )
        painted: Colours = answer[0].transpose(1, 2, 0).astype(np.float32)
        if not np.isfinite(painted).all():
            raise EngineError(
                f"{self.net.path.name} could not make anything of this picture.",
                "Remove less at once, or choose another engine.",
            )
        if answer.dtype == np.uint8:
            return painted
        # Some exports answer in 0..255, others in 0..1; what the model saw tells which.
        seen = image[~hidden] if not hidden.all() else image.reshape(-1, 3)
        told = painted[~hidden] if not hidden.all() else painted.reshape(-1, 3)
        in_ones = float(np.abs(255 * told - seen).mean()) < float(np.abs(told - seen).mean())
        return painted * np.float32(255) if in_ones else painted
