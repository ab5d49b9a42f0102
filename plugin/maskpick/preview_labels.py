"""Numbers for a preview: small rounded labels, each well inside its object, none over another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from maskpick.masks import INSIDE, Box, Mask

RGB = tuple[int, int, int]
Pixels8 = NDArray[np.uint8]

INK: RGB = (16, 16, 20)
ENOUGH_ROOM = 0.75
"""A label may lie in an object when this much of its half height fits there between the borders."""
FINER = 4
"""Labels are drawn so many times larger, and reduced."""


@dataclass(frozen=True)
class Label:
    """A label drawn: colours (h, w, 3) and coverage (h, w), float32 0..1."""

    colours: Pixels8
    coverage: NDArray[np.float32]

    @classmethod
    def draw(cls, text: str, height: int, colour: RGB) -> Label:
        """Draw a pill of ``colour`` with ``text`` in it, ``height`` pixels high."""
        font = ImageFont.load_default(size=height * FINER * 0.74)
        left, top, right, bottom = font.getbbox(text)
        tall = height * FINER
        wide = max(tall, round(right - left + tall * 0.62))
        wide = -(-wide // FINER) * FINER
        rim = max(1, round(0.07 * tall))
        image = Image.new("RGBA", (wide, tall), (*INK, 0))
        pen = ImageDraw.Draw(image)
        pen.rounded_rectangle((0, 0, wide - 1, tall - 1), tall / 2, fill=(*INK, 255))
        pen.rounded_rectangle((rim, rim, wide - 1 - rim, tall - 1 - rim), tall / 2 - rim, fill=(*colour, 255))
        pen.text(((wide - left - right) / 2, (tall - top - bottom) / 2), text, font=font, fill=(*INK, 255))
        small = np.asarray(image.resize((wide // FINER, height), Image.Resampling.BOX))
        return cls(small[:, :, :3], np.asarray(small[:, :, 3] / 255, np.float32))

    def paste(self, canvas: Pixels8, x: int, y: int) -> None:
        """Lay the label over ``canvas``, centred at (x, y); what reaches beyond the canvas is cut off."""
        height, width = self.coverage.shape
        box = Box(x - width // 2, y - height // 2, width, height)
        seen = box.intersection(Box(0, 0, canvas.shape[1], canvas.shape[0]))
        part, own = canvas[seen.slices()], seen.slices(box)
        weight = self.coverage[own][:, :, None]
        part[:] = self.colours[own] * weight + part * (1 - weight) + 0.5


class Place(NamedTuple):
    """Where the centre of a label goes; for a label beside its object, also the point in the object it belongs to."""

    x: int
    y: int
    points_at: tuple[int, int] | None


class Places:
    """Finds a place for one label after the other, on a label map that is ``step`` times smaller than the picture."""

    def __init__(self, labels: Pixels8, step: int) -> None:
        self._labels = labels
        self._step = step
        self._taken: list[tuple[float, float, float, float]] = []

    def find(self, number: int, mask: Mask, label: Label) -> Place:
        """Where to put ``label`` of ``mask``, whose visible pixels are ``number`` on the map.

        Deep inside what is seen of the mask, else of the whole mask; beside it where it is too small or taken.
        """
        height, width = (side / self._step / 2 for side in label.coverage.shape)
        free = self._free(width, height)
        anchor = None
        for part in (self._labels == number, self._whole(mask)):
            depth = cv2.distanceTransform(np.pad(part, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
            if anchor is None and depth.any():
                anchor = _highest(depth)
            inside = depth * free
            if inside.max(initial=0) >= ENOUGH_ROOM * height:
                return self._take(*_highest(inside), width, height, None)
        if anchor is None:
            anchor = (
                (mask.box.x + mask.box.width // 2) // self._step,
                (mask.box.y + mask.box.height // 2) // self._step,
            )
        x, y = anchor
        rows, columns = np.ogrid[: free.shape[0], : free.shape[1]]
        # A little further than the label's own edge, so that the anchor can be seen.
        beside = free & ((abs(columns - x) > width + height) | (abs(rows - y) > 2 * height))
        distance = np.where(beside if beside.any() else free, (columns - x) ** 2 + (rows - y) ** 2, np.inf)
        return self._take(*_highest(-distance), width, height, anchor)

    def _free(self, width: float, height: float) -> NDArray[np.bool_]:
        """Where the centre of a label of twice ``width`` x ``height`` can lie."""
        rows, columns = self._labels.shape
        free = np.zeros((rows, columns), bool)
        across, down = math.ceil(width), math.ceil(height)
        free[down : max(down + 1, rows - down), across : max(across + 1, columns - across)] = True
        for x, y, w, h in self._taken:
            left, top = max(0, math.floor(x - w - width)), max(0, math.floor(y - h - height))
            free[top : math.ceil(y + h + height) + 1, left : math.ceil(x + w + width) + 1] = False
        return free

    def _whole(self, mask: Mask) -> NDArray[np.bool_]:
        step = self._step
        whole = np.zeros(self._labels.shape, bool)
        x, y = -(-mask.box.x // step), -(-mask.box.y // step)
        seen = mask.coverage[y * step - mask.box.y :: step, x * step - mask.box.x :: step] >= INSIDE
        whole[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
        return whole

    def _take(self, x: int, y: int, width: float, height: float, anchor: tuple[int, int] | None) -> Place:
        self._taken.append((x, y, width, height))
        middle = self._step // 2
        points_at = None if anchor is None else (anchor[0] * self._step + middle, anchor[1] * self._step + middle)
        return Place(x * self._step + middle, y * self._step + middle, points_at)


def _highest(values: NDArray[Any]) -> tuple[int, int]:
    """x and y of the largest value; of several, the first."""
    y, x = divmod(int(values.argmax()), values.shape[1])
    return x, y
