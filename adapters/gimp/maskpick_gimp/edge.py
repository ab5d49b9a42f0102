"""How the edge of what is picked is wanted: soft, hard or fine, grown, feathered."""

from __future__ import annotations

from typing import Any

from gi.repository import Gtk

from maskpick_bridge.session import Edge
from maskpick_bridge.words import _
from maskpick_gimp.desk import Desk

MOST = 100.0
"""Pixels an edge can be grown, shrunk or feathered by here."""
SOFT, HARD, FINE = "soft", "hard", "fine"


class EdgeOptions(Gtk.Grid):
    """Each change is previewed at once, a fine edge as soon as it is found."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(row_spacing=6, column_spacing=6)
        self._desk: Desk | None = None  # until the widgets show what is wanted already
        self._kind = Gtk.ComboBoxText(name="maskpick-edge", hexpand=True)
        self._kind.set_tooltip_text(
            _("A fine edge is looked up in the picture, strand by strand; the outline shows it when it is found")
        )
        self._kind.append(SOFT, _("Soft, as it was found"))
        self._kind.append(HARD, _("Hard: every pixel in or out"))
        self._kind.append(FINE, _("Fine: hair, fur, leaves"))
        self._kind.connect("changed", lambda _combo: self._changed())
        self._grow = self._pixels("maskpick-grow", -MOST, _("Grow, or with a negative number shrink, in pixels"))
        self._feather = self._pixels("maskpick-feather", 0, _("How wide the edge fades out, in pixels"))
        self.labels = [place(self, 0, _("_Edge"), self._kind, 3), place(self, 1, _("Gro_w"), self._grow)]
        place(self, 1, _("Feathe_r"), self._feather, left=2)
        edge = desk.options.edge
        self._kind.set_active_id(HARD if edge.hard else FINE if edge.fine else SOFT)
        self._grow.set_value(edge.grow)
        self._feather.set_value(edge.feather)
        self._desk = desk

    def _pixels(self, name: str, least: float, tooltip: str) -> Any:
        button = Gtk.SpinButton.new_with_range(least, MOST, 0.5)
        button.set_name(name)
        button.set_value(0)
        button.set_digits(1)
        button.set_width_chars(4)
        button.set_hexpand(True)
        button.set_tooltip_text(tooltip)
        button.connect("value-changed", lambda _button: self._changed())
        return button

    def _changed(self) -> None:
        if self._desk is not None:
            kind = self._kind.get_active_id()
            self._desk.set_edge(Edge(self._grow.get_value(), self._feather.get_value(), kind == HARD, kind == FINE))


def place(grid: Any, row: int, label: str, widget: Any, width: int = 1, left: int = 0) -> Gtk.Label:
    """Put a widget into a grid's row, with its label before it, which is returned."""
    text = Gtk.Label(label=label, use_underline=True, mnemonic_widget=widget, xalign=0)
    grid.attach(text, left, row, 1, 1)
    grid.attach(widget, left + 1, row, width, 1)
    return text
