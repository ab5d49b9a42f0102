"""Close a hole with a membrane: the smoothest surface that meets the picture at the hole's border.

It solves Laplace's equation inside the hole. A pyramid gives the start (Gortler et al., *The Lumigraph*, SIGGRAPH
1996: pull what is known down to a size without holes, push it back up), a few relaxations at each size remove the
pyramid's blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from maskpick.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RELAXATIONS = 8
_NEIGHBOURS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4


def membrane(image: NDArray[np.float32], known: NDArray[np.bool_], progress: Progress) -> NDArray[np.float32]:
    """Return the image with everything that is not known replaced by a membrane.

    image: (h, w, c) float32. known: (h, w) bool, at least one pixel True. Raises Cancelled.
    """
    progress.check()
    height, width, channels = image.shape
    if known.all():
        return image.copy()
    if height == 1 and width == 1:
        return image.copy()
    small = ((height + 1) // 2, (width + 1) // 2)
    even = ((0, 2 * small[0] - height), (0, 2 * small[1] - width))
    weight = np.pad(known, even).astype(np.float32)
    padded = np.pad(image, (*even, (0, 0))) * weight[..., None]
    share = cv2.resize(weight, small[::-1], interpolation=cv2.INTER_AREA).reshape(small)
    total = cv2.resize(padded, small[::-1], interpolation=cv2.INTER_AREA).reshape(*small, channels)
    mean = np.asarray(total / np.maximum(share, 1e-6)[..., None], np.float32)
    below = membrane(mean, share > 0, progress)

    size = (2 * small[1], 2 * small[0])
    above = cv2.resize(below, size, interpolation=cv2.INTER_LINEAR).reshape(size[1], size[0], channels)
    result = np.where(known[..., None], image, above[:height, :width])
    unknown = ~known
    for _ in range(_RELAXATIONS):
        progress.check()
        blurred = cv2.filter2D(result, cv2.CV_32F, _NEIGHBOURS, borderType=cv2.BORDER_REPLICATE)
        result[unknown] = blurred.reshape(image.shape)[unknown]
    return result
