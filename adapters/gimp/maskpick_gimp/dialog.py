"""*Pick Objects…*: a window of its own, in a process of its own, which keeps GIMP from nothing."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("PangoCairo", "1.0")
from gi.repository import Gdk, Gimp, GimpUi, GLib, Gtk  # noqa: E402

from maskpick_bridge import Connection  # noqa: E402
from maskpick_bridge.session import STATE  # noqa: E402
from maskpick_bridge.words import _  # noqa: E402
from maskpick_gimp import remembered  # noqa: E402
from maskpick_gimp.desk import Desk  # noqa: E402
from maskpick_gimp.document import Document  # noqa: E402
from maskpick_gimp.panel import Panel  # noqa: E402
from maskpick_gimp.repeating import repeat  # noqa: E402
from maskpick_gimp.running import Call, Refused  # noqa: E402
from maskpick_gimp.settings_dialog import SettingsDialog  # noqa: E402

ROLE = "maskpick-pick"
SETTINGS = 1
"""The response of the button."""
WIDTH, HEIGHT = 1100, 820
"""Of the window the first time, in logical pixels, where the screen has room."""
LEAVE_SECONDS = 5.0
"""How long the engine may take to go, before this process ends without it."""


def pick(call: Call) -> None:
    """Run the dialog; *repeat last* does what was done last, without it. Raises `Refused`."""
    _run(call, picks=False)


def reshow(call: Call) -> None:
    """As `pick`, with what was picked when the dialog was closed. Raises `Refused`."""
    _run(call, picks=True)


def _run(call: Call, picks: bool) -> None:
    if call.mode == Gimp.RunMode.NONINTERACTIVE:
        raise Refused(_("Picking objects needs a window."), _("Scripts have procedures of their own; see the browser."))
    options = remembered.options(call.config)
    connection = Connection(
        f"GIMP {Gimp.version()}",
        wake=lambda: GLib.idle_add(connection.pump),
        notice=lambda sentence: desk.notify(sentence),
    )
    desk = Desk(Document(call.image), connection, options)
    try:
        if call.mode == Gimp.RunMode.WITH_LAST_VALS:
            repeat(desk)
        else:
            PickDialog(call, desk, picks).run()
            remembered.remember(call.config, options)
    finally:
        connection.close()
        connection.join(LEAVE_SECONDS)


class PickDialog:
    """The window around a `Panel`."""

    def __init__(self, call: Call, desk: Desk, picks: bool) -> None:
        GimpUi.init(ROLE)
        self.desk = desk
        self._config = call.config
        self._picks = picks
        self._begun = False
        header = Gtk.Settings.get_default().get_property("gtk-dialogs-use-header")
        self.window = GimpUi.Dialog(use_header_bar=header, title=_("Pick Objects"), role=ROLE)
        GimpUi.window_set_transient(self.window)
        self.window.add_button(_("Se_ttings…"), SETTINGS)
        self.window.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
        self.panel = Panel(desk)
        for side in ("start", "end", "top"):
            self.panel.set_property(f"margin-{side}", 12)
        self.window.get_content_area().pack_start(self.panel, True, True, 0)
        self.window.set_default_size(*self._size())
        self.window.connect("key-press-event", lambda _window, event: self.panel.key(event, True))
        self.window.connect("key-release-event", lambda _window, event: self.panel.key(event, False))
        self.window.connect("focus-in-event", self._back)
        desk.tell = self.panel.refresh

    def run(self) -> None:
        """Show the window until it is closed."""
        self.panel.show_all()
        self.panel.refresh(STATE)
        self.window.show()
        self.panel.view.grab_focus()
        GLib.idle_add(self._begin)
        while self.window.run() == SETTINGS:
            SettingsDialog(self.window, self.desk).run()
        self._end()

    def _begin(self) -> bool:
        """Read the picture once the window is there: of a large one that takes a moment."""
        self.panel.show_picture()
        self.desk.open_kept(self._picks)
        self._begun = True
        return False

    def _back(self, *_: Any) -> bool:
        """The artist comes back from GIMP."""
        if self._begun:
            GLib.idle_add(self._look_again)
        return False

    def _look_again(self) -> bool:
        self.desk.look_again()
        return False

    def _end(self) -> None:
        width, height = self.window.get_size()
        self._config.set_property("width", width)
        self._config.set_property("height", height)
        self.window.destroy()
        self.desk.close()

    def _size(self) -> tuple[int, int]:
        """As large as it was the last time, but no larger than the screen."""
        width, height = (self._config.get_property(name) for name in ("width", "height"))
        monitor: Any = self.window.get_display().get_primary_monitor() or self.window.get_display().get_monitor(0)
        room = monitor.get_workarea() if monitor is not None else Gdk.Rectangle()
        return min(width or WIDTH, room.width or WIDTH), min(height or HEIGHT, (room.height or HEIGHT) - 40)
