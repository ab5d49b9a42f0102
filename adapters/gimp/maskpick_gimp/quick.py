"""Actions that ask nothing, fit for a shortcut: they do the likeliest, and say what that was."""

from __future__ import annotations

from gi.repository import Gimp

from maskpick_bridge import REPLACE, Box
from maskpick_bridge.rows import names_of
from maskpick_bridge.session import Edge
from maskpick_bridge.words import _
from maskpick_gimp import placing, scripted
from maskpick_gimp.images import selected_area, selected_box
from maskpick_gimp.running import Call, Refused
from maskpick_gimp.working import Working


def select_here(call: Call) -> scripted.Values:
    """Select the object at the newest sample point; without one, what the selection encloses, or has at its middle."""
    point, box = newest_sample_point(call.image), selected_box(call.image)
    if point is None and box is None:
        raise Refused(
            _("There is neither a sample point nor a selection to go by."),
            _("Hold Ctrl and drag from a ruler onto the object, or select a part of it."),
        )
    with Working(call) as working:
        working.find()
        if point is not None:
            scripted.pick_at(working, *point)
            told = _("{objects}: at the sample point")
        else:
            assert box is not None
            told = _pick_in(working, box)
        values = scripted.selected(call, working, Edge(), REPLACE)
        Gimp.message(told.format(objects=names_of(working.picking, working.picking.ids)))
        return values


def _pick_in(working: Working, box: Box) -> str:
    """Pick what a box encloses, or else what is at its middle; returns how to say so."""
    if working.picking.rectangle(box):
        return _("{objects}: inside the selection")
    scripted.pick_at(working, box.x + box.width // 2, box.y + box.height // 2)
    return _("{objects}: at the middle of the selection")


def newest_sample_point(image: Gimp.Image) -> tuple[int, int] | None:
    """Where the sample point lies that was set last, None where there is none."""
    newest = following = 0
    while following := image.find_next_sample_point(following):
        newest = following
    if not newest:
        return None
    x, y = image.get_sample_point_position(newest)
    return int(x), int(y)


def remove_selection(call: Call) -> scripted.Values:
    """Fill the selection as if what is in it had never been there."""
    area = selected_area(call.image)
    if area is None:
        raise Refused(_("Nothing is selected."), _("Select what is to go, and try again."))
    with Working(call) as working:
        filled = working.remove("", None, area)
        working.ready()
        return [(Gimp.Layer, placing.add_filled(call.image, filled))]


def all_to_layers(call: Call) -> scripted.Values:
    """A layer for each object of the visible image."""
    with Working(call) as working:
        working.find()
        working.objects()  # or it is refused
        return [(Gimp.GroupLayer, scripted.layers(call, working, (), Edge()))]
