"""The outline of a mask as polygons, so that a canvas can draw it crisp at any zoom.

The line runs where the coverage passes one half. It is found on the coverage enlarged twice, bilinearly, which places
it to a quarter of a pixel and follows soft edges, by border following (Suzuki and Abe 1985), and thinned out by
Douglas and Peucker's rule (1973).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from maskpick.masks import INSIDE, Mask

TOLERANCE = 0.5
"""How far, in pixels, the thinned line may lie from the found one: less than what shows at 100 %."""
SMALLEST = 1.0
"""Specks and holes of a smaller area than this, in pixels, have no outline."""
LARGEST_ENLARGED = 1 << 24
"""Boxes of more pixels than this are not enlarged first: memory."""

Polygon = NDArray[np.float32]
"""Corners (n, 2) as x, y in image pixels, where pixel (0, 0) is the square from (0, 0) to (1, 1); closed."""


def outline(mask: Mask, tolerance: float = TOLERANCE) -> tuple[Polygon, ...]:
    """The polygons round a mask and its holes; filled by the even-odd rule they give the mask. Costs its box."""
    if mask.empty:
        return ()
    scale = 2 if mask.box.width * mask.box.height <= LARGEST_ENLARGED else 1
    # One ring of nothing, so that the line closes where the mask touches its box.
    around = cv2.copyMakeBorder(mask.coverage, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    if scale > 1:
        around = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    inside = (around >= INSIDE).view(np.uint8)
    lines, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    corner = np.array((mask.box.x - 1, mask.box.y - 1), np.float32)
    worth = [line for line in lines if cv2.contourArea(line) >= SMALLEST * scale * scale]
    polygons = []
    for line in worth or sorted(lines, key=len)[-1:]:  # a mask of nothing but specks shows the largest of them
        thinned = cv2.approxPolyDP(line, tolerance * scale, closed=True)
        corners = (thinned if len(thinned) >= 3 else line)[:, 0]
        polygons.append(((corners + np.float32(0.5)) / np.float32(scale) + corner).astype(np.float32))
    return tuple(polygons)


def to_bytes(outlines: Mapping[int, Sequence[Polygon]]) -> bytes:
    """An outline file; `docs/worker.md` describes it, and `maskpick_bridge.outlines` reads it.

    Little endian. u4: how many masks. For each u4 id, u4 how many polygons; then u4 the corners of every polygon, in
    the same order; then f4 x, y of every corner.
    """
    polygons = [polygon for many in outlines.values() for polygon in many]
    heads = [number for id, many in outlines.items() for number in (id, len(many))]  # noqa: A001
    numbers = [len(outlines), *heads, *map(len, polygons)]
    return struct.pack(f"<{len(numbers)}I", *numbers) + b"".join(
        polygon.astype("<f4").tobytes() for polygon in polygons
    )
