"""The list of objects: a tree with thumbnails, searched and sorted, in step with the view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cairo
from gi.repository import Gdk, GdkPixbuf, GLib, GObject, Gtk, Pango

from maskpick_bridge.highlight import HOVERED
from maskpick_bridge.maskfile import MaskInfo
from maskpick_bridge.picking import REPLACE
from maskpick_bridge.rows import NAME, SIZE, TREE, Row, rows, share_of
from maskpick_bridge.session import OBJECTS
from maskpick_bridge.words import _
from maskpick_gimp.desk import Desk

SMALL = 0.002
"""Objects that cover less of the picture than this are small ones."""
SIDE = 32
"""The side of a thumbnail, in logical pixels."""
TILE = (0.55, 0.55, 0.55)
"""Behind thumbnails: black and white objects are seen on it, in a dark theme and in a light one."""
ID, PICTURE, LABEL, SHARE, FOUND, STALE = range(6)
"""The columns of the model."""


class ObjectList(Gtk.Box):
    """``chosen`` is called with an object that is double-clicked."""

    def __init__(self, desk: Desk, chosen: Callable[[MaskInfo], object]) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self.session = desk.session
        self._options = desk.options
        self._chosen = chosen
        self._rows: list[Row] = []
        self._following = False
        self._places: dict[int, Any] = {}
        self._search = Gtk.SearchEntry(placeholder_text=_("Search"), name="maskpick-search")
        self._search.connect("search-changed", lambda _entry: self._renew())
        self._order = Gtk.ComboBoxText(name="maskpick-order", tooltip_text=_("What the list is sorted by"))
        for key, label in ((TREE, _("Best first")), (SIZE, _("Largest first")), (NAME, _("By name"))):
            self._order.append(key, label)
        self._order.set_active_id(desk.options.order)
        self._order.connect("changed", lambda _combo: self._filtered())
        self._hide_small = Gtk.CheckButton(label=_("_Hide small"), use_underline=True, name="maskpick-hide-small")
        self._hide_small.set_tooltip_text(_("Leave out what covers less than {share}").format(share=share_of(SMALL)))
        self._hide_small.set_active(desk.options.hide_small)
        self._hide_small.connect("toggled", lambda _button: self._filtered())
        filters = Gtk.Box(spacing=6)
        filters.pack_start(self._order, True, True, 0)
        filters.pack_start(self._hide_small, False, False, 0)
        self._model = Gtk.TreeStore(int, GObject.TYPE_PYOBJECT, str, str, bool, bool)
        self.tree = self._new_tree()
        scrolled = Gtk.ScrolledWindow(shadow_type=Gtk.ShadowType.IN, vexpand=True, min_content_height=120)
        scrolled.set_policy(Gtk.PolicyType.NEVER, Gtk.PolicyType.AUTOMATIC)
        scrolled.add(self.tree)
        self.pack_start(self._search, False, False, 0)
        self.pack_start(filters, False, False, 0)
        self.pack_start(scrolled, True, True, 0)

    def refresh(self, what: str) -> None:
        """Show what the session holds now; ``what`` is what it told."""
        if what == OBJECTS:
            self._renew()
        self._follow()
        self.tree.queue_draw()

    # The tree.

    def _new_tree(self) -> Any:
        tree = Gtk.TreeView(model=self._model, headers_visible=False, enable_search=False, name="maskpick-objects")
        name = Gtk.TreeViewColumn()
        name.set_expand(True)
        share = Gtk.TreeViewColumn()
        for column, renderer, draw in (
            (name, Gtk.CellRendererPixbuf(xpad=3, ypad=2, width=SIDE + 6, height=SIDE + 4), self._draw_picture),
            (name, Gtk.CellRendererText(ellipsize=Pango.EllipsizeMode.END, xpad=3), self._draw_name),
            (share, Gtk.CellRendererText(xalign=1.0, xpad=4, scale=0.9), self._draw_share),
        ):
            column.pack_start(renderer, isinstance(renderer, Gtk.CellRendererText))
            column.set_cell_data_func(renderer, draw)
        tree.append_column(name)
        tree.append_column(share)
        tree.get_selection().set_mode(Gtk.SelectionMode.MULTIPLE)
        tree.get_selection().connect("changed", self._selected)
        tree.connect("motion-notify-event", self._pointed)
        tree.connect("leave-notify-event", lambda *_: self._point_at(None))
        tree.connect("row-activated", self._activated)
        tree.set_tooltip_column(LABEL)
        return tree

    def _draw_picture(self, _column: Any, cell: Any, model: Any, row: Any, _data: Any) -> None:
        cell.set_property("surface", model[row][PICTURE])
        self._mark(cell, model[row][ID])

    def _draw_name(self, _column: Any, cell: Any, model: Any, row: Any, _data: Any) -> None:
        cell.set_property("text", model[row][LABEL])
        cell.set_property("style", Pango.Style.ITALIC if model[row][STALE] else Pango.Style.NORMAL)
        cell.set_property("sensitive", model[row][FOUND])
        self._mark(cell, model[row][ID])

    def _draw_share(self, _column: Any, cell: Any, model: Any, row: Any, _data: Any) -> None:
        cell.set_property("text", _("changed") if model[row][STALE] else model[row][SHARE])
        cell.set_property("sensitive", model[row][FOUND])
        self._mark(cell, model[row][ID])

    def _mark(self, cell: Any, id: int) -> None:  # noqa: A002 - the word everybody knows
        """The row of what is under the pointer has the colour it has in the view."""
        picking = self.session.picking
        hovered = picking is not None and picking.hovered == id
        if hovered:
            cell.set_property("cell-background-rgba", Gdk.RGBA(*HOVERED.tint))
        cell.set_property("cell-background-set", hovered)

    # What is in it.

    def _filtered(self) -> None:
        self._options.order = self._order.get_active_id()
        self._options.hide_small = self._hide_small.get_active()
        self._renew()

    def _renew(self) -> None:
        picking = self.session.picking
        smallest = SMALL if self._options.hide_small else 0.0
        search, stale = self._search.get_text(), self.session.stale
        wanted = rows(picking, search, self._options.order, smallest, stale) if picking is not None else []
        self._following = True
        if [(row.id, row.parent) for row in wanted] != [(row.id, row.parent) for row in self._rows]:
            self._model.clear()
            self._places = {}
            for row in wanted:
                parent = self._places.get(row.parent) if row.parent is not None else None
                self._places[row.id] = self._model.append(parent, [row.id, None, "", "", True, False])
            self.tree.expand_all()
        self._rows = wanted
        scale = self.get_scale_factor()
        for row in wanted:
            told = self.session.thumbnail(row.id)
            picture = _surface(*told, scale) if told is not None else None
            place = self._places[row.id]
            self._model[place] = [row.id, picture, row.name, share_of(row.area), row.found, row.stale]
        self._following = False
        self._follow()

    # In step with the view.

    def _follow(self) -> None:
        """Select what is picked."""
        picking = self.session.picking
        ids = picking.ids if picking is not None else ()
        selection = self.tree.get_selection()
        if self._following or set(ids) & self._places.keys() == set(self._selected_ids()):
            return
        self._following = True
        selection.unselect_all()
        for id in ids:  # noqa: A001
            if id in self._places:
                selection.select_iter(self._places[id])
        shown = [id for id in ids if id in self._places]  # noqa: A001
        if shown:
            self.tree.scroll_to_cell(self._model.get_path(self._places[shown[-1]]), None, False, 0, 0)
        self._following = False

    def _selected(self, _selection: Any) -> None:
        picking = self.session.picking
        if not self._following and picking is not None and picking.pick(self._selected_ids(), REPLACE):
            self.session.picked()

    def _selected_ids(self) -> list[int]:
        model, paths = self.tree.get_selection().get_selected_rows()
        return [model[path][ID] for path in paths]

    def _pointed(self, _tree: Any, event: Any) -> bool:
        found = self.tree.get_path_at_pos(int(event.x), int(event.y))
        self._point_at(self._model[found[0]][ID] if found else None)
        return False

    def _point_at(self, id: int | None) -> None:  # noqa: A002
        picking = self.session.picking
        if picking is not None and picking.hovered != id:
            picking.hovered = id
            self.session.hovered()

    def _activated(self, _tree: Any, path: Any, _column: Any) -> None:
        if self.session.file is not None:
            self._chosen(self.session.file.masks[self._model[path][ID]])


def _surface(width: int, height: int, data: Any, scale: int) -> Any:
    """A thumbnail for a list row on a screen of this scale: SIDE logical pixels square, on a tile of its own."""
    pixels = GLib.Bytes.new(bytes(data))
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(pixels, GdkPixbuf.Colorspace.RGB, True, 8, width, height, 4 * width)
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, SIDE * scale, SIDE * scale)
    surface.set_device_scale(scale, scale)
    context = cairo.Context(surface)
    context.set_source_rgb(*TILE)
    context.paint()
    fitting = SIDE / max(width, height)
    context.translate((SIDE - width * fitting) / 2, (SIDE - height * fitting) / 2)
    context.scale(fitting, fitting)
    Gdk.cairo_set_source_pixbuf(context, pixbuf, 0, 0)
    context.get_source().set_filter(cairo.FILTER_GOOD)
    context.paint()
    return surface
