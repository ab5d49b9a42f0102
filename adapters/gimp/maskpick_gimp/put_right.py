"""Buttons that say what a click on the picture does to the object picked last: "not this", "this too"."""

from __future__ import annotations

from typing import Any

from gi.repository import Gtk

from maskpick_bridge.clicks import NOT, TOO
from maskpick_bridge.words import _
from maskpick_gimp.desk import Desk
from maskpick_gimp.view import PictureView


class PutRight(Gtk.Box):
    """While one of them is down, clicks in the view put right what is picked. Clicks of the right button always do."""

    def __init__(self, desk: Desk, view: PictureView) -> None:
        super().__init__(spacing=6)
        self._desk = desk
        self._view = view
        self._buttons: dict[str, Any] = {}
        box = Gtk.Box(hexpand=True, homogeneous=True)
        box.get_style_context().add_class("linked")
        for meaning, label, icon, tooltip in (
            (NOT, _("Not This"), "list-remove-symbolic", _("Click on what is too much (or: the right mouse button)")),
            (TOO, _("This Too"), "list-add-symbolic", _("Click on what is missing (or: Shift and the right button)")),
        ):
            button = Gtk.ToggleButton(tooltip_text=tooltip)
            inside = Gtk.Box(spacing=6, halign=Gtk.Align.CENTER)
            inside.add(Gtk.Image.new_from_icon_name(icon, Gtk.IconSize.BUTTON))
            inside.add(Gtk.Label(label=label))
            button.add(inside)
            button.set_name(f"maskpick-{meaning.replace(' ', '-')}")
            button.connect("toggled", self._toggled, meaning)
            box.pack_start(button, True, True, 0)
            self._buttons[meaning] = button
        self.label = Gtk.Label(label=_("_Put right"), use_underline=True, xalign=0)
        self.label.set_mnemonic_widget(self._buttons[NOT])
        self.pack_start(self.label, False, False, 0)
        self.pack_start(box, True, True, 0)

    def renew(self) -> None:
        """Show the desk as it is now."""
        possible = self._desk.can_put_right
        if not possible:
            self._view.put_right = ""
        for meaning, button in self._buttons.items():
            button.set_sensitive(possible)
            button.set_active(self._view.put_right == meaning)

    def end(self) -> bool:
        """Let clicks pick again; whether they did not."""
        ended = bool(self._view.put_right)
        self._view.put_right = ""
        self.renew()
        return ended

    def _toggled(self, button: Any, meaning: str) -> None:
        if button.get_active():
            self._view.put_right = meaning
        elif self._view.put_right == meaning:
            self._view.put_right = ""
        self._view.queue_draw()
        self.renew()
