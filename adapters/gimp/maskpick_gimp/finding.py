"""Where to look for objects, what finds them, and the button that does it."""

from __future__ import annotations

from gi.repository import Gtk, Pango

from maskpick_bridge.words import _
from maskpick_gimp.desk import SELECTION, Desk
from maskpick_gimp.edge import place
from maskpick_gimp.images import LAYERS, VISIBLE


class FindBar(Gtk.Grid):
    """Shows a `Desk`, and tells it what is wanted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(row_spacing=6, column_spacing=6)
        self._desk = desk
        self._source = _choice("maskpick-source", _("Where to look for objects"))
        for key, label in (
            (VISIBLE, _("Visible image")),
            (LAYERS, _("Selected layers")),
            (SELECTION, _("Selected area")),
        ):
            self._source.append(key, label)
        self._source.connect("changed", lambda combo: desk.set_source(combo.get_active_id()))
        self._engine = _choice("maskpick-engine", _("What finds the objects"))
        self._engine.connect("changed", self._chosen)
        self._find = Gtk.Button(use_underline=True, name="maskpick-find", can_default=True)
        self._find.get_style_context().add_class("suggested-action")
        self._find.connect("clicked", lambda _button: desk.find())
        self._told: list[tuple[str, str]] = []
        self.labels = [place(self, 0, _("_In"), self._source), place(self, 1, _("En_gine"), self._engine)]
        self.attach(self._find, 0, 2, 2, 1)

    def renew(self) -> None:
        """Show the desk as it is now."""
        desk = self._desk
        self._source.set_active_id(desk.options.source)
        told = [(engine.name, engine.title) for engine in desk.engines]
        if told != self._told:
            self._told = []  # what is said while the list is filled is nobody's wish
            self._engine.remove_all()
            for name, title in told:
                self._engine.append(name, title)
            self._told = told
        self._engine.set_active_id(desk.engine)
        self._find.set_label(_("_Find Again") if desk.session.file is not None else _("_Find Objects"))
        for widget in (self._find, self._source, self._engine):
            widget.set_sensitive(not (desk.working or desk.asking))

    def _chosen(self, combo: Gtk.ComboBoxText) -> None:
        if self._told and combo.get_active_id() is not None:
            self._desk.set_engine(combo.get_active_id())


def _choice(name: str, tooltip: str) -> Gtk.ComboBoxText:
    """A list to choose from that may be narrower than what stands in it."""
    choice = Gtk.ComboBoxText(name=name, hexpand=True, tooltip_text=tooltip)
    for cell in choice.get_cells():
        cell.set_property("ellipsize", Pango.EllipsizeMode.END)
    return choice
