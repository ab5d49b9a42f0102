"""Every place where a plugin can take part, one function each.

Write a function of the same name in your plugin and mark it with ``maskpick.hookimpl``; take any of
the arguments, by name. docs/plugin-hooks.md shows each hook with an example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from maskpick.engines import Remover, Segmenter
    from maskpick.hosts import Exporter, Host
    from maskpick.masks import Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Step

hookspec = pluggy.HookspecMarker("maskpick")
hookimpl = pluggy.HookimplMarker("maskpick")

# Parts: called once, when the plugins are loaded.


@hookspec
def register_segmenters(register: Callable[[type[Segmenter]], None]) -> None:
    """Call register(cls) for each engine that finds the objects of a picture."""


@hookspec
def register_removers(register: Callable[[type[Remover]], None]) -> None:
    """Call register(cls) for each engine that fills the hole a removed object leaves."""


@hookspec
def register_hosts(register: Callable[[type[Host]], None]) -> None:
    """Call register(cls) for each place where pictures are edited."""


@hookspec
def register_exporters(register: Callable[[type[Exporter]], None]) -> None:
    """Call register(cls) for each way to write a picture and its masks."""


# Work: called for every picture.


@hookspec
def refine_masks(masks: MaskSet, picture: Picture) -> MaskSet | None:
    """Return a better mask set, or None to leave it; each plugin gets what the one before returned."""


@hookspec(firstresult=True)
def name_mask(mask: Mask, masks: MaskSet, picture: Picture) -> str | None:
    """Return a name a person would use for this object, or None; the first answer wins."""


@hookspec
def show_progress(step: Step) -> None:
    """Follow the work: called at every step, in the working thread; be quick."""
