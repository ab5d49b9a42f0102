"""What there is to say, in place: an error with the next step, a question, something worth knowing. One at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gi.repository import Gtk, Pango

HINT, QUESTION, TROUBLE = Gtk.MessageType.INFO, Gtk.MessageType.QUESTION, Gtk.MessageType.ERROR
"""The tones something is said in."""

ICONS = {HINT: "dialog-information", QUESTION: "dialog-question", TROUBLE: "dialog-error"}


class Answer(NamedTuple):
    """A button: what stands on it, and what it does."""

    label: str
    do: Callable[[], object]


class Saying(NamedTuple):
    """A sentence, more of them beneath it, and what can be answered. ``dismiss`` is what its cross does."""

    tone: Any
    title: str
    text: str = ""
    answers: tuple[Answer, ...] = ()
    dismiss: Callable[[], object] | None = None


class Card(Gtk.Revealer):
    """Shows a `Saying`, or nothing."""

    def __init__(self) -> None:
        super().__init__(transition_type=Gtk.RevealerTransitionType.NONE, no_show_all=True)
        self._shown: tuple[Any, ...] = ()

    def say(self, saying: Saying | None) -> None:
        shown = _what_shows(saying)
        if shown != self._shown:
            self._shown = shown
            if self.get_child() is not None:
                self.remove(self.get_child())
            if saying is not None:
                self.add(_bar(saying))
                self.get_child().show_all()
            self.set_reveal_child(saying is not None)
            self.set_visible(saying is not None)


def _what_shows(saying: Saying | None) -> tuple[Any, ...]:
    if saying is None:
        return ()
    labels = tuple(answer.label for answer in saying.answers)
    return saying.tone, saying.title, saying.text, labels, saying.dismiss is None


def _bar(saying: Saying) -> Any:
    bar = Gtk.InfoBar(message_type=saying.tone, show_close_button=saying.dismiss is not None, name="maskpick-saying")
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=3, valign=Gtk.Align.CENTER, hexpand=True)
    title = _sentence(saying.title)
    title.get_style_context().add_class("title")
    bold = Pango.AttrList()
    bold.insert(Pango.attr_weight_new(Pango.Weight.BOLD))
    title.set_attributes(bold)
    column.add(title)
    if saying.text:
        column.add(_sentence(saying.text))
    icon = Gtk.Image.new_from_icon_name(ICONS[saying.tone], Gtk.IconSize.LARGE_TOOLBAR)
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
