"""What can be made of what is picked."""

from __future__ import annotations

from typing import Any

from gi.repository import Gtk

from maskpick_bridge.words import _
from maskpick_gimp import desk as desks
from maskpick_gimp.desk import Desk


class Results(Gtk.Box):
    """A button for everything a `Desk` can do."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._desk = desk
        self._buttons: dict[str, Any] = {}
        self.pack_start(self._selections(), False, False, 0)
        grid = Gtk.Grid(row_spacing=6, column_spacing=6, column_homogeneous=True)
        for place, (action, label, tooltip) in enumerate(
            (
                (desks.TO_LAYERS, _("_Layers"), _("A group with a layer for each object; nothing picked: for all")),
                (desks.TO_MASKS, _("Layer _Masks"), _("A group of layers, each with the object as its mask")),
                (desks.TO_CHANNELS, _("Cha_nnels"), _("A channel for each object")),
                (desks.REMOVE, _("Remo_ve Selected"), _("A layer that shows what may lie behind what is picked")),
            )
        ):
            button = Gtk.Button(label=label, use_underline=True, tooltip_text=tooltip)
            self._add(action, button)
            grid.attach(button, place % 2, place // 2, 1, 1)
        self._shadow = self._with_shadow()
        grid.attach(self._shadow, 1, 2, 1, 1)
        self.pack_start(grid, False, False, 0)

    def renew(self) -> None:
        """Show the desk as it is now."""
        for action, button in self._buttons.items():
            button.set_sensitive(self._desk.can(action))
        self._shadow.set_sensitive(self._desk.can(desks.REMOVE))

    def _selections(self) -> Any:
        """The four ways a selection is made, as GIMP's own tools show them."""
        box = Gtk.Box(hexpand=True, homogeneous=True)
        box.get_style_context().add_class("linked")
        ways = (
            (desks.SELECT, "gimp-selection-replace", _("Replace the selection by what is picked")),
            (desks.SELECT_ADD, "gimp-selection-add", _("Add what is picked to the selection")),
            (desks.SELECT_SUBTRACT, "gimp-selection-subtract", _("Subtract what is picked from the selection")),
            (desks.SELECT_INTERSECT, "gimp-selection-intersect", _("Intersect the selection with what is picked")),
        )
        for action, icon, tooltip in ways:
            button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.MENU)
            button.set_tooltip_text(tooltip)
            button.get_accessible().set_name(tooltip)
            self._add(action, button)
            box.pack_start(button, True, True, 0)
        row = Gtk.Box(spacing=6)
        self.label = Gtk.Label(label=_("_Selection"), use_underline=True, xalign=0)
        self.label.set_mnemonic_widget(self._buttons[desks.SELECT])
        row.pack_start(self.label, False, False, 0)
        row.pack_start(box, True, True, 0)
        return row

    def _with_shadow(self) -> Any:
        check = Gtk.CheckButton(label=_("with its shadow"), active=self._desk.options.with_shadow)
        check.set_tooltip_text(_("Remove the shadow at its foot as well, where it can be told from the ground"))
        check.set_name("maskpick-with-shadow")
        check.connect("toggled", lambda check: self._desk.set_with_shadow(check.get_active()))
        return check

    def _add(self, action: str, button: Any) -> None:
        button.set_name(f"maskpick-{action}")
        button.connect("clicked", lambda _button: self._desk.do(action))
        self._buttons[action] = button
