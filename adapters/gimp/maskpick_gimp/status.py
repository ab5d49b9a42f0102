"""The line beneath the picture: the zoom, what is picked, and how far the work under way is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gtk, Pango

from maskpick_bridge.rows import summary
from maskpick_bridge.words import _
from maskpick_gimp.camera import Camera
from maskpick_gimp.desk import Desk

Zoom = Callable[[Callable[[Camera], object]], object]
IDLE, BUSY = "idle", "busy"


class StatusLine(Gtk.Box):
    """``zoom`` moves the view's camera."""

    def __init__(self, desk: Desk, zoom: Zoom) -> None:
        super().__init__(spacing=12)
        self._desk = desk
        self._percent = Gtk.Label(width_chars=7, name="maskpick-percent")
        self.pack_start(self._zooming(zoom), False, False, 0)
        self._summary = Gtk.Label(xalign=1, ellipsize=Pango.EllipsizeMode.END, name="maskpick-summary")
        self._stage = Gtk.Label(xalign=1, ellipsize=Pango.EllipsizeMode.END, name="maskpick-stage")
        self._bar = Gtk.ProgressBar(valign=Gtk.Align.CENTER, name="maskpick-progress")
        self._bar.set_size_request(120, -1)
        self._cancel = Gtk.Button(label=_("C_ancel"), use_underline=True, name="maskpick-cancel")
        self._cancel.connect("clicked", lambda _button: desk.cancel())
        busy = Gtk.Box(spacing=6)
        busy.pack_start(self._stage, True, True, 0)
        busy.pack_start(self._bar, False, False, 0)
        busy.pack_start(self._cancel, False, False, 0)
        self._stack = Gtk.Stack(hexpand=True)
        self._stack.add_named(self._summary, IDLE)
        self._stack.add_named(busy, BUSY)
        self.pack_start(self._stack, True, True, 0)

    def renew(self) -> None:
        """Show the desk as it is now."""
        session = self._desk.session
        picking = session.picking
        self._summary.set_text(summary(picking, session.area) if picking is not None else "")
        self._stack.set_visible_child_name(BUSY if self._desk.working else IDLE)
        if self._desk.working:
            self._stage.set_text(session.stage or _("Starting"))
            self._bar.set_fraction(session.fraction)

    def show_zoom(self, camera: Camera) -> None:
        percent = camera.percent
        self._percent.set_text(f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %")

    def _zooming(self, zoom: Zoom) -> Any:
        box = Gtk.Box()
        box.get_style_context().add_class("linked")
        for icon, tooltip, change in (
            ("zoom-out-symbolic", _("Zoom out (-)"), lambda camera: camera.zoom_by(-1)),
            ("zoom-in-symbolic", _("Zoom in (+)"), lambda camera: camera.zoom_by(1)),
            ("zoom-fit-best-symbolic", _("The whole picture (0)"), Camera.fit),
            ("zoom-original-symbolic", _("Pixel by pixel (1)"), Camera.actual),
        ):
            button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.BUTTON)
            button.set_tooltip_text(tooltip)
            button.get_accessible().set_name(tooltip)
            button.connect("clicked", lambda _button, change=change: zoom(change))
            box.pack_start(button, False, False, 0)
        row = Gtk.Box(spacing=6)
        row.pack_start(box, False, False, 0)
        row.pack_start(self._percent, False, False, 0)
        return row
