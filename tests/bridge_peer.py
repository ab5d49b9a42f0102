"""What tests of the bridge hand to a real worker, and how they wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from maskpick.pictures import Picture
from maskpick_bridge import Pixels

Wait = Callable[[Callable[[], Any]], None]
"""Pumps until something is so."""


def pixels(picture: Picture) -> Pixels:
    """The colours of a picture as editors hand them over, opaque."""
    opaque = np.full((*picture.rgb8.shape[:2], 1), 255, np.uint8)
    data = np.concatenate([picture.rgb8, opaque], axis=2).tobytes()
    return Pixels(data, picture.size.width, picture.size.height, "rgba8")
