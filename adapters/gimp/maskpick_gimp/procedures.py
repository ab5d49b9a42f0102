"""What maskpick offers in GIMP: every procedure with its words, its menus, its arguments and what it returns."""

from __future__ import annotations

from dataclasses import dataclass

from maskpick_bridge.words import _
from maskpick_gimp import arguments as given
from maskpick_gimp import remembered
from maskpick_gimp.arguments import Add

FILTERS = "<Image>/Filters/Maskpick"
EVERYWHERE = (FILTERS, "<Image>/Select", "<Image>/Layer", "<Layers>/Layers Menu")


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
    """All procedures, in the language in use. GIMP sorts them by their labels."""
    return (*_windows(), *_quick(), *_scripted())


def _windows() -> tuple[Declared, ...]:
    return (
        Declared(
            "plug-in-maskpick-pick",
            _("_Pick Objects…"),
            _("Pick objects of the picture, and make them selections, layers, masks or channels, or remove them"),
            _("Opens a window that shows the picture and its objects. It can only be run by hand."),
            "maskpick_gimp.dialog:pick",
            menus=EVERYWHERE,
            arguments=remembered.ARGUMENTS,
        ),
        Declared(
            "plug-in-maskpick-reshow",
            _("_Reshow Last"),
            _("Open the objects that were found last for this image, with what was picked"),
            _("Opens the window of “Pick Objects” as it was closed. It can only be run by hand."),
            "maskpick_gimp.dialog:reshow",
            arguments=remembered.ARGUMENTS,
        ),
    )


def _quick() -> tuple[Declared, ...]:
    """What asks nothing."""
    return (
        Declared(
            "plug-in-maskpick-select-here",
            _("_Select Object at Sample Point or Selection"),
            _("Select the object at the newest sample point; without one, the object in the selection"),
            _(
                "Goes by the sample point that was set last. Where there is none, it selects the objects that the "
                "selection encloses, or else the one at its middle. It says which of these it was."
            ),
            "maskpick_gimp.quick:select_here",
            menus=(FILTERS, "<Image>/Select"),
            returns=given.returns_objects(),
        ),
        Declared(
            "plug-in-maskpick-remove-selection",
            _("Remo_ve Selection's Content"),
            _("Fill the selection as if what is in it had never been there"),
            _("Puts a layer on top that holds only what was filled. Everything else stays as it is."),
            "maskpick_gimp.quick:remove_selection",
            returns=(given.returns_layer,),
        ),
        Declared(
            "plug-in-maskpick-all-to-layers",
            _("_All Objects to Layers"),
            _("Put every object of the picture on a layer of its own"),
            _("Puts a group on top, in which all layers together show exactly the picture."),
            "maskpick_gimp.quick:all_to_layers",
            returns=(given.returns_group,),
        ),
    )


def _scripted() -> tuple[Declared, ...]:
    """What scripts need, and whoever wants to choose."""
    in_steps = FILTERS + "/" + _("In Steps")
    where = (given.source, given.within_selection, given.engine, given.fresh)
    return (
        Declared(
            "plug-in-maskpick-find",
            _("_Find Objects to File…"),
            _("Find the objects of the picture, and write them to a file"),
            _("The objects are kept with the image as well, so that the other procedures know them by their numbers."),
            "maskpick_gimp.scripted:find",
            menus=(in_steps,),
            arguments=(given.file, *where),
            returns=given.returns_objects(),
            asks=True,
        ),
        Declared(
            "plug-in-maskpick-select",
            _("Select _Objects…"),
            _("Make objects the selection, or change the selection by them"),
            _("Objects are named by number, by points on them, or by a box around them; all that are named are meant."),
            "maskpick_gimp.scripted:select",
            menus=(in_steps,),
            arguments=(
                given.picks,
                given.larger,
                given.operation,
                given.edge,
                given.source,
                given.engine,
                given.fresh,
            ),
            returns=given.returns_objects(),
            asks=True,
        ),
        Declared(
            "plug-in-maskpick-to-layers",
            _("Objects to _Layers…"),
            _("Put objects on layers of their own, in a group"),
            _(
                "Without numbers all objects, and a layer of what lies behind them: together they show exactly the "
                "picture. Objects that have parts are groups of their own."
            ),
            "maskpick_gimp.scripted:to_layers",
            menus=(in_steps,),
            arguments=(given.ids, given.edge, *where),
            returns=(given.returns_group,),
            asks=True,
        ),
        Declared(
            "plug-in-maskpick-to-layer-masks",
            _("Objects to Layer _Masks…"),
            _("Put a layer for each object in a group, with the object as its layer mask"),
            _("Each layer holds all of the picture in the object's box; the larger objects lie below the smaller."),
            "maskpick_gimp.scripted:to_layer_masks",
            menus=(in_steps,),
            arguments=(given.ids, given.edge, *where),
            returns=(given.returns_group,),
            asks=True,
        ),
        Declared(
            "plug-in-maskpick-to-channels",
            _("Objects to _Channels…"),
            _("Make a channel of each object"),
            _("The channels hold the objects with their soft edges. They are not shown until their eye is clicked."),
            "maskpick_gimp.scripted:to_channels",
            menus=(in_steps,),
            arguments=(given.ids, given.edge, *where),
            returns=given.returns_channels(),
            asks=True,
        ),
        Declared(
            "plug-in-maskpick-remove",
            _("Remov_e Objects…"),
            _("Fill the place of objects, or of the selection, as if they had never been there"),
            _(
                "Objects are named by number, by points on them, or by a box around them; where none is named the "
                "selection is meant. Puts a layer in the image that holds only what was filled."
            ),
            "maskpick_gimp.scripted:remove",
            menus=(in_steps,),
            arguments=(
                given.picks,
                given.larger,
                given.around,
                given.shadow,
                given.remover,
                given.source,
                given.engine,
            ),
            returns=(given.returns_layer,),
            asks=True,
        ),
    )
