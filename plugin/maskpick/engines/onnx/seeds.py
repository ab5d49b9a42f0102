"""Where to ask a model for objects: in the middles of those the embedded segmenter finds in a small copy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.engines.local import LocalOptions, LocalSegmenter
from maskpick.engines.local.segmentation import working_copy
from maskpick.pictures import Picture

if TYPE_CHECKING:
    from maskpick.engines import Point
    from maskpick.progress import Progress

MOST = 60
"""Points at the most."""
SIDE = 480
"""The long side of the copy, in pixels."""
APART = 0.5
"""Two points are one where they are nearer than this share of the way from either to its object's border ..."""
LEAST_APART = 8
"""... or than so many pixels of the copy."""


def seeds(picture: Picture, progress: Progress) -> list[Point]:
    """The innermost pixels of what the embedded segmenter finds, the best objects first. Raises `Cancelled`."""
    small, visible = working_copy(picture.rgb8, picture.alpha8, SIDE)
    copy = Picture(np.dstack([small, np.where(visible, np.uint8(255), np.uint8(0))]))
    step = picture.size.width / copy.size.width, picture.size.height / copy.size.height
    middles: list[tuple[float, float, float]] = []
    for mask in LocalSegmenter(LocalOptions(working_size=SIDE)).segment(copy, progress):
        # A ring of what is not the object: the picture's own border is one too.
        inside = np.pad((mask.coverage >= 128).astype(np.uint8), 1)
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
        row, column = divmod(int(depth.argmax()), depth.shape[1])
        x, y, deep = mask.box.x + column, mask.box.y + row, float(depth[row, column])
        if all(
            math.dist((x, y), other) >= max(LEAST_APART, APART * min(deep, other_deep))
            for *other, other_deep in middles
        ):
            middles.append((x, y, deep))
    points = [(int((x + 0.5) * step[0]), int((y + 0.5) * step[1])) for x, y, _ in middles[:MOST]]
    hidden = picture.alpha8
    return [(x, y) for x, y in points if hidden is None or hidden[y, x]]
