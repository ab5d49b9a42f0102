"""What a mask leaves of its object: hair, a strap, the blurred edge. Left in the picture, it shows where that was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from maskpick.masks import Box, Mask, Size
from maskpick.matting import matte
from maskpick.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from maskpick.pictures import Picture

_SHARE = 0.3  # of a pixel that is object: it is seen
_LONG_SIDE = 1000  # pixels of the picture, at the most, in which the rim is looked for, as masks are, …
_MOST_PIXELS = 400_000  # … and of the object and what is round it
_MARGIN = 0.25  # of the longer side of the object's box: what is looked at round it


def with_rim(mask: Mask, picture: Picture) -> Mask:
    """The mask, and what of its object it leaves out along its border (see `maskpick.matting`); it covers at least what
    it did."""
    from maskpick.pictures import Picture

    canvas = Box(0, 0, *picture.size)
    if mask.empty or mask.box.intersection(canvas) != mask.box:
        return mask
    margin = max(16, round(_MARGIN * max(mask.box.width, mask.box.height)))
    box = mask.box.grown(margin).intersection(canvas)
    scale = min(1.0, _LONG_SIDE / max(picture.size), (_MOST_PIXELS / (box.width * box.height)) ** 0.5)
    size = Size(max(1, round(scale * box.width)), max(1, round(scale * box.height)))
    coverage, view = mask.within(box), np.asarray(picture.rgb8[box.slices()])
    small, seen = (_resized(one, size, cv2.INTER_AREA) for one in (coverage, view))
    fine = matte(Mask.from_array(mask.id, small), Picture(seen), Progress()).canvas(size)
    rim = np.where(fine >= 255 * _SHARE, np.uint8(255), np.uint8(0))
    added = _resized(rim, Size(box.width, box.height), cv2.INTER_LINEAR)
    return mask | Mask.from_array(mask.id, added, box.x, box.y)


def _resized(array: NDArray[Any], size: Size, how: int) -> NDArray[np.uint8]:
    same = array.shape[1::-1] == size
    return np.ascontiguousarray(array if same else cv2.resize(array, size, interpolation=how), np.uint8)
