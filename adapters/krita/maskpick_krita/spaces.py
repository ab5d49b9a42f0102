"""Krita's colour spaces: how their pixels lie in memory, which of them the engine reads as they are, and the way there.

Krita keeps whole numbers of RGB as BGRA, floating-point ones as RGBA, and everything else in the order of its name.
Alpha comes last, is not premultiplied, and is at its highest (1.0 in floats) where a pixel is opaque.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Iterator, NamedTuple

from krita import Krita

_DEPTHS = {"U8": "8", "U16": "16", "F16": "16f", "F32": "32f"}
_CHANNELS = {"GRAYA": "greya", "CMYKA": "cmyka"}
"""All others have three channels of colour."""
_CURVED = re.compile(
    r"(sRGB|Gray-D50)-elle-V[24]-srgbtrc\.icc|sRGB built-in|sRGB IEC61966-2[.-]1\b.*|Artifex Software sRGB ICC Profile"
)
_LINEAR = re.compile(r"(sRGB|Gray-D50)-elle-V[24]-g10\.icc|krita-2\.5, lcms sRGB built-in with linear gamma TRC")
_SRGB = "sRGB-elle-V2-srgbtrc.icc"
_LINEAR_SRGB = "sRGB-elle-V2-g10.icc"


class Space(NamedTuple):
    """A colour space as Krita names it: ``RGBA``, ``U8``, and the profile's name."""

    model: str
    depth: str
    profile: str

    @classmethod
    def of(cls, thing: Any) -> Space:
        """That of a document or a layer."""
        return cls(thing.colorModel(), thing.colorDepth(), thing.colorProfile())

    @property
    def linear(self) -> bool:
        """Whether its values go with the light, for all that is known of its profile."""
        return _LINEAR.fullmatch(self.profile) is not None

    @property
    def readable(self) -> bool:
        """Whether the engine sees these pixels as the artist does, without their profile."""
        if self.model not in ("RGBA", "GRAYA"):
            return False
        return self.linear or _CURVED.fullmatch(self.profile) is not None

    @property
    def format(self) -> str:
        """How its pixels lie, as the engine names it."""
        if self.model == "RGBA" and self.depth in ("U8", "U16"):
            return "bgra" + _DEPTHS[self.depth]
        return _CHANNELS.get(self.model, "rgba") + _DEPTHS[self.depth]

    @property
    def for_engine(self) -> Space:
        """The nearest one that the engine reads as it is."""
        if self.readable:
            return self
        return Space("RGBA", "U8" if self.depth == "U8" else "U16", _SRGB)


def space_of(format: str, linear: bool) -> Space:  # noqa: A002 - the word everybody knows
    """The space of pixels that the engine made, in a format that `Space.format` gave."""
    depth = next(name for name, ours in _DEPTHS.items() if format.endswith(f"a{ours}"))
    if format.startswith("grey"):
        return Space("GRAYA", depth, "Gray-D50-elle-V2-g10.icc" if linear else "Gray-D50-elle-V2-srgbtrc.icc")
    return Space("RGBA", depth, _LINEAR_SRGB if linear else _SRGB)


@contextlib.contextmanager
def scratch(space: Space, width: int = 1, height: int = 1) -> Iterator[Any]:
    """A document nobody sees, for work that must leave no steps in the artist's undo history.

    Hold none of its nodes when it ends: Krita crashes over a wrapper that outlives its document.
    """
    document = Krita.instance().createDocument(width, height, "", *space, 72.0)
    document.setBatchmode(True)
    try:
        yield document
    finally:
        document.waitForDone()
        document.setModified(False)
        document.close()


def converted(data: Any, width: int, height: int, source: Space, target: Space) -> Any:
    """Pixels in another space, by Krita's own colour management.

    It blocks: 12 megapixels take 0.2 s from RGB, 1 s from CMYK or to floats.
    """
    if source == target:
        return data
    with scratch(source) as document:
        layer = document.createNode("", "paintlayer")
        layer.setPixelData(data, 0, 0, width, height)
        layer.setColorSpace(*target)
        data = layer.pixelData(0, 0, width, height)
        del layer
    return data
