"""What maskpick offers in GIMP: every procedure with its words, its menus, its arguments and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gi.repository import Gimp
from maskpick_bridge.words import _

Add = Callable[[Gimp.Procedure], None]
"""Adds arguments, or return values, to a procedure."""

FILTERS = "<Image>/Filters/Maskpick"
EVERYWHERE = (FILTERS, "<Image>/Select/Maskpick", "<Image>/Layer/Maskpick", "<Layers>/Layers Menu/Maskpick")


@dataclass(frozen=True)
class Declared:
    """One procedure. ``work`` is the function that does it, ``module:name``, called with a `running.Call`; ``asks``:
    run by hand it asks for its arguments first."""

    name: str
    label: str
    blurb: str
    help: str
    work: str
    menus: tuple[str, ...] = (FILTERS,)
    arguments: tuple[Add, ...] = ()
    returns: tuple[Add, ...] = ()
    asks: bool = False


def declared() -> tuple[Declared, ...]:
    """All procedures, in the language in use."""
    return (
        Declared(
            "plug-in-maskpick-pick",
            _("_Pick Objects…"),
            _("Pick objects of the picture, and make them selections, layers, masks or channels, or remove them"),
            _("Opens a window that shows the picture and its objects. It can only be run by hand."),
            "maskpick_gimp.dialog:pick",
            menus=EVERYWHERE,
        ),
        Declared(
            "plug-in-maskpick-reshow",
            _("_Reshow Last"),
            _("Open the objects that were found last for this image, with what was picked"),
            _("Opens the window of “Pick Objects” as it was closed. It can only be run by hand."),
            "maskpick_gimp.dialog:reshow",
        ),
    )
