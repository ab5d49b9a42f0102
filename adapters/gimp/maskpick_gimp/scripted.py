"""What the procedures with arguments do. Each function returns the procedure's values: their types and themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gi.repository import Gimp, GObject

from maskpick_bridge import MaskInfo
from maskpick_bridge.picking import ADD
from maskpick_bridge.rows import name_of, names_of
from maskpick_bridge.session import Edge
from maskpick_bridge.words import _
from maskpick_gimp import placing
from maskpick_gimp.arguments import BY_ITSELF, box_of, edge_of, ids_of, points_of
from maskpick_gimp.images import selected_area
from maskpick_gimp.running import Call, Refused
from maskpick_gimp.working import Working

Values = list[tuple[Any, Any]]


def find(call: Call) -> Values:
    """Find the objects, and write them to a file."""
    if call["file"] is None or call["file"].get_path() is None:
        raise Refused(_("There is no file to write to."), _("Name one on this computer."))
    with Working(call, call["source"]) as working:
        _find(working, call)
        working.export(call["file"].get_path())
        working.ready()
        return told(working.objects())


def to_layers(call: Call) -> Values:
    """Make a group with a layer for each object."""
    ids = ids_of(call["ids"])
    with Working(call, call["source"]) as working:
        _find(working, call, ids)
        return _group(layers(call, working, ids, edge_of(call)))


def to_layer_masks(call: Call) -> Values:
    """Make a group with a masked layer for each object."""
    ids, image = ids_of(call["ids"]), call.image
    with Working(call, call["source"]) as working:
        _find(working, call, ids)
        working.pick(ids or _shown(working))
        parts = placing.largest_first(working.cut(edge_of(call), each=True), working.picking.file.masks)
        working.ready()
        with working.seen() as seen:
            return _group(placing.add_masked_layers(image, parts, seen, _name(working, ids), working.above))


def to_channels(call: Call) -> Values:
    """Make a channel for each object."""
    ids = ids_of(call["ids"])
    with Working(call, call["source"]) as working:
        _find(working, call, ids)
        working.pick(ids or _shown(working))
        parts = working.cut(edge_of(call), each=True)
        working.ready()
        channels = placing.add_channels(call.image, parts)
        return [(GObject.TYPE_INT, len(channels)), (GObject.TYPE_STRV, [one.get_name() for one in channels])]


def select(call: Call) -> Values:
    """Make objects the selection, or change the selection by them."""
    wanted = Wanted(call)
    if not wanted:
        raise Refused(_("No object is named."), _("Give its number, a point on it, or a box around it."))
    with Working(call, call["source"]) as working:
        working.find(call["engine"], fresh=call["fresh"], numbered=wanted.numbered)
        wanted.pick(working, call["larger"])
        return selected(call, working, edge_of(call), call["operation"])


def remove(call: Call) -> Values:
    """Fill the place of objects, or of the selection, on a layer of its own."""
    wanted = Wanted(call)
    area = None if wanted else selected_area(call.image)
    if not wanted and area is None:
        raise Refused(_("Nothing is selected, and no object is named."), _("Select what is to go, or name it."))
    with Working(call, call["source"]) as working:
        if wanted:
            working.find(call["engine"], numbered=wanted.numbered)
            wanted.pick(working, call["larger"])
        grow = None if call["grow"] == BY_ITSELF else call["grow"]
        filled = working.remove(call["remover"], grow, area, call["with-shadow"])
        working.ready()
        return [(Gimp.Layer, placing.add_filled(call.image, filled, working.above))]


class Wanted:
    """The objects the arguments name: by number, by points on them, by a box around them, and one by points that belong
    to it or do not. False if none are."""

    def __init__(self, call: Call) -> None:
        """Raises `Refused` for what cannot be read."""
        self._ids = ids_of(call["ids"])
        self._points = points_of(call["points"])
        self._box = box_of(call["box"])
        self._at, self._not_at = points_of(call["at"]), points_of(call["not-at"])
        if self._not_at and not self._at:
            raise Refused(_("It is said where the object is not, but not where it is."), _("Name a point in it."))

    @property
    def numbered(self) -> bool:
        """Whether some are named by their numbers."""
        return bool(self._ids)

    def __bool__(self) -> bool:
        return bool(self._ids or self._points or self._box or self._at)

    def pick(self, working: Working, larger: int) -> None:
        """Pick them all. Raises `Refused` where one of them is not there."""
        picking = working.picking
        working.pick(self._ids)
        for x, y in self._points:
            pick_at(working, x, y, larger)
        if self._at:
            working.find_at(self._at, self._not_at)
        if self._box and not picking.rectangle(self._box, ADD) and not picking:
            x, y, width, height = self._box
            place = f"{x}, {y}, {width}, {height}"
            raise Refused(_("No object lies inside the box {box}.").format(box=place), _("Draw it more generously."))


def pick_at(working: Working, x: int, y: int, larger: int | None = None) -> None:
    """Add the object at a point to what is picked: the likeliest, or with ``larger`` the smallest there (0), the next
    one around it (1), and so on. Raises `Refused` where there is none."""
    picking = working.picking
    picking.hover(x, y)
    if larger is not None and picking.hovered is not None:
        picking.walk(larger - picking.stack.index(picking.hovered))
    if picking.hovered is None:
        place = f"{x}, {y}"
        raise Refused(_("There is no object at {place}.").format(place=place), _("Point at another place."))
    picking.click(ADD)


def selected(call: Call, working: Working, edge: Edge, operation: str) -> Values:
    """Make what is picked the selection; returns what it was."""
    parts = working.cut(edge)
    working.ready()
    placing.select(call.image, parts[0] if parts else None, operation)
    masks = working.picking.file.masks
    return told(masks[id] for id in working.picking.ids)  # noqa: A001


def layers(call: Call, working: Working, ids: tuple[int, ...], edge: Edge) -> Gimp.GroupLayer:
    """Make layers of some objects; of all and what lies behind them where no numbers are given."""
    everything = not ids and edge == Edge()
    if not everything:
        working.pick(ids or _shown(working))
    nodes = working.layers(edge, everything)
    working.ready()
    return placing.add_layers(call.image, nodes, _name(working, ids), working.above)


def told(objects: Iterable[MaskInfo]) -> Values:
    """Objects as return values."""
    objects = list(objects)
    return [
        (GObject.TYPE_INT, len(objects)),
        (GObject.TYPE_STRING, ",".join(str(mask.id) for mask in objects)),
        (GObject.TYPE_STRV, [name_of(mask) for mask in objects]),
    ]


def _find(working: Working, call: Call, ids: tuple[int, ...] = ()) -> None:
    working.find(call["engine"], call["within-selection"], call["fresh"], bool(ids))
    working.objects()  # or it is refused


def _shown(working: Working) -> list[int]:
    return [mask.id for mask in working.objects()]


def _name(working: Working, ids: tuple[int, ...]) -> str:
    return names_of(working.picking, ids) if ids else _("Objects")


def _group(group: Gimp.GroupLayer) -> Values:
    return [(Gimp.GroupLayer, group)]
