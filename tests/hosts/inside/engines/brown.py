"""An engine that finds what is brown, with a hard edge: a thing with hair before something blue."""

from __future__ import annotations

from dataclasses import dataclass

import maskpick
from maskpick.masks import Box, Mask, MaskSet


@dataclass(frozen=True)
class Options:
    """None."""


class Brown:
    name, title, offline, version, Options = "brown", "Brown", True, 1, Options

    def __init__(self, options=None):
        self.options = options or Options()

    def segment(self, picture, progress):
        import numpy as np

        colours = picture.rgb8.astype(int)
        coverage = np.where(colours[:, :, 0] > colours[:, :, 2], np.uint8(255), np.uint8(0))
        return MaskSet(picture.size, (Mask(1, Box(0, 0, *picture.size), coverage, name="thing"),))


@maskpick.hookimpl
def register_segmenters(register):
    register(Brown)
