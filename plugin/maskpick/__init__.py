"""maskpick turns a picture into its objects.

    import maskpick

    picture = maskpick.open_picture("photo.jpg")
    masks = maskpick.find(picture)
    stack = masks.at(320, 240)                       # ids of the objects there, smallest first
    maskpick.export(picture, masks, "photo.ora")     # layers, in Krita and GIMP
    maskpick.remove(picture, masks, stack[:1]).save("without.png")

The names below are the public ones; each is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maskpick.api import export, find, find_by_clicks, open_masks, open_picture, remove
    from maskpick.errors import MaskpickError
    from maskpick.hookspecs import hookimpl
    from maskpick.masks import Box, Mask, MaskSet, Size
    from maskpick.pictures import Picture
    from maskpick.preview import draw_preview
    from maskpick.progress import Progress

__version__ = "0.1.0"

_HOMES = {
    "Box": "masks",
    "Mask": "masks",
    "MaskSet": "masks",
    "MaskpickError": "errors",
    "Picture": "pictures",
    "Progress": "progress",
    "Size": "masks",
    "draw_preview": "preview",
    "export": "api",
    "find": "api",
    "find_by_clicks": "api",
    "hookimpl": "hookspecs",
    "open_masks": "api",
    "open_picture": "api",
    "remove": "api",
}

__all__ = [
    "Box",
    "Mask",
    "MaskSet",
    "MaskpickError",
    "Picture",
    "Progress",
    "Size",
    "draw_preview",
    "export",
    "find",
    "find_by_clicks",
    "hookimpl",
    "open_masks",
    "open_picture",
    "remove",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"maskpick.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
