"""Shows what there is to say, in place."""

from __future__ import annotations

from typing import Any

from gi.repository import Gtk, Pango

from maskpick_bridge.saying import HINT, QUESTION, TROUBLE, Saying

TONES = {
    HINT: (Gtk.MessageType.INFO, "dialog-information"),
    QUESTION: (Gtk.MessageType.QUESTION, "dialog-question"),
    TROUBLE: (Gtk.MessageType.ERROR, "dialog-error"),
}


class Card(Gtk.Revealer):
    """Shows a `Saying`, or nothing."""

    def __init__(self) -> None:
        super().__init__(transition_type=Gtk.RevealerTransitionType.NONE, no_show_all=True)
        self._seen: tuple[Any, ...] | None = None

    def say(self, saying: Saying | None) -> None:
        seen = None if saying is None else saying.seen
        if seen != self._seen:
            self._seen = seen
            if self.get_child() is not None:
                self.remove(self.get_child())
            if saying is not None:
                self.add(_bar(saying))
                self.get_child().show_all()
            self.set_reveal_child(saying is not None)
            self.set_visible(saying is not None)


def _bar(saying: Saying) -> Any:
    kind, icon_name = TONES[saying.tone]
    bar = Gtk.InfoBar(message_type=kind, show_close_button=saying.dismiss is not None, name="maskpick-saying")
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=3, valign=Gtk.Align.CENTER, hexpand=True)
    title = _sentence(saying.title)
    title.get_style_context().add_class("title")
    bold = Pango.AttrList()
    bold.insert(Pango.attr_weight_new(Pango.Weight.BOLD))
    title.set_attributes(bold)
    column.add(title)
    if saying.text:
        column.add(_sentence(saying.text))
    icon = Gtk.Image.new_from_icon_name(icon_name, Gtk.IconSize.LARGE_TOOLBAR)
    icon.set_valign(Gtk.Align.START)
    for widget in (icon, column):
        bar.get_content_area().add(widget)
    _see_through(column, *column.get_children())
    for number, answer in enumerate(saying.answers):
        button = bar.add_button(answer.label, number)
        button.set_name(f"maskpick-answer-{number}")
        button.set_valign(Gtk.Align.CENTER)

    def answered(_bar: Any, response: int) -> None:
        if 0 <= response < len(saying.answers):
            saying.answers[response].do()
        elif saying.dismiss is not None:
            saying.dismiss()

    bar.connect("response", answered)
    return bar


def _see_through(*widgets: Any) -> None:
    """Let the bar's own colour be seen: GIMP's themes give everything in it the window's."""
    style = Gtk.CssProvider()
    style.load_from_data(b"* { background: none; }")
    for widget in widgets:
        widget.get_style_context().add_provider(style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)


def _sentence(text: str) -> Any:
    # A label that may wrap asks for far too much room unless it is told how little will do.
    return Gtk.Label(label=text, wrap=True, xalign=0, width_chars=20, max_width_chars=100)
