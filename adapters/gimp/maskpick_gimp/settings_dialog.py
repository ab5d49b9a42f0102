"""Settings: the token of the hosted service, where the settings are kept, and whether all is in order."""

from __future__ import annotations

from typing import Any

from gi.repository import Gtk, Pango

from maskpick_bridge import WorkerError
from maskpick_bridge.engine_words import translated
from maskpick_bridge.words import _, n_
from maskpick_gimp.desk import Desk

GOOD = "good"
MARKS = {"warning": "!", "wrong": "✗"}


class SettingsDialog:
    """Asks the engine and tells it; nothing is kept here, a token least of all."""

    def __init__(self, parent: Any, desk: Desk) -> None:
        self._desk = desk
        self._open = True
        self.window = Gtk.Dialog(title=_("Maskpick Settings"), transient_for=parent, modal=True)
        self.window.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
        self.window.set_default_size(520, -1)
        self._place = Gtk.Label(xalign=0, wrap=True, max_width_chars=60, name="maskpick-token-place")
        self._token = Gtk.Entry(visibility=False, hexpand=True, name="maskpick-token")
        self._token.set_placeholder_text(_("Paste the token here"))
        self._token.set_input_purpose(Gtk.InputPurpose.PASSWORD)
        self._token.connect("activate", lambda _entry: self._keep())
        self._save = Gtk.Button(label=_("_Keep Token"), use_underline=True, name="maskpick-token-keep")
        self._save.connect("clicked", lambda _button: self._keep())
        self._forget = Gtk.Button(label=_("_Forget Token"), use_underline=True, name="maskpick-token-forget")
        self._forget.connect("clicked", lambda _button: self._tell_token(None))
        self._file = Gtk.Label(xalign=0, wrap=True, selectable=True, max_width_chars=60, can_focus=False)
        self._file.set_line_wrap_mode(Pango.WrapMode.WORD_CHAR)
        self._check = Gtk.Button(label=_("C_heck the Installation"), use_underline=True, halign=Gtk.Align.START)
        self._check.set_name("maskpick-check")
        self._check.connect("clicked", lambda _button: self._examine())
        self._said = Gtk.Label(xalign=0)
        self._findings = Gtk.Grid(row_spacing=6, column_spacing=12)
        self._lay_out()

    def run(self) -> None:
        """Show the window until it is closed."""
        self._ask("token_state", self._show_place)
        self._ask("settings_get", lambda told: self._file.set_text(_("The settings are in {file}.").format(**told)))
        self.window.show_all()
        self.window.run()
        self._open = False
        self.window.destroy()

    def _lay_out(self) -> None:
        column = self.window.get_content_area()
        column.set_border_width(12)
        column.set_spacing(6)
        buttons = Gtk.Box(spacing=6)
        for widget in (self._token, self._save, self._forget):
            buttons.pack_start(widget, widget is self._token, True, 0)
        for title, widgets in (
            (_("Token of the Hosted Service"), (self._place, buttons)),
            (_("Settings"), (self._file,)),
            (_("Installation"), (self._check, self._said, self._findings)),
        ):
            frame = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin_bottom=12)
            frame.add(_heading(title))
            for widget in widgets:
                widget.set_margin_start(12)
                frame.add(widget)
            column.add(frame)

    # What the engine is asked and told.

    def _keep(self) -> None:
        token = self._token.get_text().strip()
        if token:
            self._token.set_text("")
            self._tell_token(token)

    def _tell_token(self, token: str | None) -> None:
        self._ask("token_set", self._show_place, token=token)

    def _show_place(self, told: dict[str, Any]) -> None:
        place = told["place"]
        kept = _("A token is kept in {place}.").format(place=translated(place or ""))
        self._place.set_text(kept if place else _("There is no token."))
        self._forget.set_sensitive(bool(place))

    def _examine(self) -> None:
        self._check.set_sensitive(False)
        self._ask("doctor", self._show_findings)

    def _show_findings(self, told: dict[str, Any]) -> None:
        self._check.set_sensitive(True)
        for child in self._findings.get_children():
            self._findings.remove(child)
        wanting = [finding for finding in told["findings"] if finding["state"] != GOOD]
        good = len(told["findings"]) - len(wanting)
        self._said.set_text(n_("{n} thing is in order.", "{n} things are in order.", good))
        for row, finding in enumerate(wanting):
            said = f"{translated(finding['found'])} {translated(finding['advice'] or '')}".strip()
            words = (MARKS.get(finding["state"], ""), translated(finding["subject"]), said)
            for at, text in enumerate(words):
                label = Gtk.Label(label=text, xalign=0, yalign=0, wrap=at == 2, selectable=at == 2, can_focus=False)
                label.set_max_width_chars(50 if at == 2 else -1)
                self._findings.attach(label, at, row, 1, 1)
        self._findings.show_all()

    def _ask(self, method: str, done: Any, **params: Any) -> None:
        """A request whose answer is passed over once the window is closed."""
        self._desk.connection.request(method, lambda told: done(told) if self._open else None, self._failed, **params)

    def _failed(self, error: WorkerError) -> None:
        if self._open:
            self._check.set_sensitive(True)
            self._place.set_text(f"{error.happened} {error.advice}".strip())


def _heading(text: str) -> Any:
    bold = Pango.AttrList()
    bold.insert(Pango.attr_weight_new(Pango.Weight.BOLD))
    return Gtk.Label(label=text, xalign=0, attributes=bold)
