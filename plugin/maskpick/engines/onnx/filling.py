"""Removal by a trained model: windows round the holes are shown to it, and only the holes are taken from its answer.

Two forms are known, told apart by what they take: LaMa (Suvorov et al. 2022), which sees a square of numbers in 0..1 in
which the hole is 1; MI-GAN (Sargsyan et al. 2023), which sees a picture of bytes of any size in which the hole is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.engines.blending import blended
from maskpick.engines.fill.smooth import membrane
from maskpick.engines.onnx import Device
from maskpick.engines.onnx.painter import SIDE, Colours, Painter, Plane
from maskpick.masks import Box, Mask, Size
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.pictures import Picture, Pixels

_CONTEXT = 2.0  # times the hole's longer side is the window's
_RIM = 1 / 8  # of a window: holes nearer to its border than this are left to another window
_LEAST_KNOWN = 0.4  # of a window is shown to the model; what is to be kept out is shown rather than less
_EDGE = 0.1 * 255  # a step at the hole's border as high as this is taken half for an edge
_ALONG = 4.0  # pixels (sigma) along the border over which steps are averaged


def fill(
    path: Path, device: Device, picture: Picture, hole: Mask, keep_out: Sequence[Mask], progress: Progress
) -> Picture:
    """``picture`` with what is under ``hole`` invented by the model in the file ``path``; outside it is as it was.

    The objects of ``keep_out`` are hidden from the model, unless it would then see too little. Raises `EngineError`,
    `Cancelled`.
    """
    painter = Painter.open(path, device)
    unknown = hole.canvas(picture.size) > 0
    hidden = np.zeros(unknown.shape, bool) if picture.alpha8 is None else picture.alpha8 == 0
    for mask in keep_out:
        hidden[mask.box.slices()] |= mask.coverage > 0
    colours = picture.rgb8.astype(np.float32)
    total = max(1, int(unknown.sum()))
    for window, part in list(_windows(unknown)):
        progress.report("Filling", 1 - np.count_nonzero(unknown) / total)
        here = window.slices()
        _paint(painter, colours[here], part, unknown[here], hidden[here], progress)
        unknown[here] &= ~part
    return blended(picture, hole, _in_kind(colours, picture, hole.box))


def _paint(painter: Painter, colours: Colours, part: Plane, unknown: Plane, hidden: Plane, progress: Progress) -> None:
    """Replace the pixels ``part`` of a window's ``colours``, float32 (h, w, 3), 0..255. ``unknown`` has no colours yet,
    ``hidden`` none that may be copied."""
    unseen = unknown | hidden
    if np.count_nonzero(~unseen) < _LEAST_KNOWN * unseen.size:
        unseen = unknown
    painted = painter.paint(colours, unseen, progress)
    rows, columns = np.nonzero(part)
    near = np.s_[
        max(0, int(rows.min()) - 1) : int(rows.max()) + 2,
        max(0, int(columns.min()) - 1) : int(columns.max()) + 2,
    ]
    painted[near] += _light(colours[near], painted[near], part[near], ~(unknown | hidden)[near], progress)
    colours[part] = np.clip(painted[part], 0, 255)


def _light(colours: Colours, painted: Colours, part: Plane, known: Plane, progress: Progress) -> Colours:
    """What is to be added to what was ``painted`` so that the ``part`` of it meets the ``known`` colours around it.

    The steps across the border, averaged along it, are carried inwards by a membrane: gradient-domain blending (Pérez,
    Gangnet, Blake 2003). Steps that are edges of things and not of light count little.
    """
    square = np.ones((3, 3), np.uint8)
    border = part & (cv2.dilate(known.astype(np.uint8), square) > 0)
    if not border.any():
        return np.zeros_like(painted)
    weight = known.astype(np.float32)
    beside = cv2.boxFilter(colours * weight[..., None], cv2.CV_32F, (3, 3), normalize=False)
    count = cv2.boxFilter(weight, cv2.CV_32F, (3, 3), normalize=False)
    step = (beside / np.maximum(count, 1e-6)[..., None] - painted) * border[..., None]
    hold = border / (1 + np.mean(step * step, axis=2) / _EDGE**2)
    total = cv2.GaussianBlur(step * hold[..., None], (0, 0), _ALONG)
    share = cv2.GaussianBlur(hold, (0, 0), _ALONG)
    smooth = np.asarray(total / np.maximum(share, 1e-6)[..., None], np.float32)
    return membrane(smooth, border, progress)


def _windows(hole: Plane) -> Iterator[tuple[Box, Plane]]:
    """Windows of the picture, and which of their pixels are to be filled there: every hole in one of them, whole, and
    as many of them together as lie well inside."""
    size = Size(hole.shape[1], hole.shape[0])
    count, labels, stats, _ = cv2.connectedComponentsWithStats(hole.astype(np.uint8), connectivity=8)
    boxes = {label: Box(*(int(side) for side in stats[label, :4])) for label in range(1, count)}
    left = sorted(boxes, key=lambda label: -max(boxes[label][2:]))
    while left:
        window = _around(boxes[left[0]], size)
        inner = window.grown(-int(_RIM * min(window.width, window.height)))
        together = [left[0], *(label for label in left[1:] if boxes[label].intersection(inner) == boxes[label])]
        yield window, np.isin(labels[window.slices()], together)
        left = [label for label in left if label not in together]


def _around(box: Box, size: Size) -> Box:
    """A square with the box in its middle, as far as the picture goes."""
    side = max(SIDE, int(_CONTEXT * max(box.width, box.height)))
    width, height = min(side, size.width), min(side, size.height)
    x = min(max(0, box.x + (box.width - width) // 2), size.width - width)
    y = min(max(0, box.y + (box.height - height) // 2), size.height - height)
    return Box(x, y, width, height)


def _in_kind(colours: Colours, picture: Picture, box: Box) -> Pixels:
    """The picture's pixels, those in the box with these colours, in its own depth and number of channels."""
    channels = picture.colour.shape[2]
    fresh = colours[box.slices()]
    if channels == 1:
        fresh = fresh.mean(axis=2, keepdims=True)
    pixels = picture.pixels.copy()
    pixels[box.slices()][..., :channels] = np.rint(fresh * np.float32(picture.full / 255)).astype(pixels.dtype)
    return pixels
