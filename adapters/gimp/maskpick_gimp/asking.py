"""The dialog in which GIMP asks for a procedure's arguments, when one is run by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, Gtk  # noqa: E402

from maskpick_bridge.words import _  # noqa: E402
from maskpick_gimp.running import Call, Refused  # noqa: E402

if TYPE_CHECKING:
    from maskpick_gimp.procedures import Declared


def ask(call: Call, about: Declared) -> bool:
    """Ask, with what was answered the last time filled in. False when the artist changed their mind."""
    _begin()
    title = about.label.replace("_", "").rstrip("…")
    dialog = GimpUi.ProcedureDialog.new(call.procedure, call.config, title)
    hints = {"ids": _("all, or numbers: 3, 5"), "points": "120,80 300,45", "box": "10, 20, 300, 200"}
    hints |= dict.fromkeys(("at", "not-at"), "120,80 300,45")
    hints |= dict.fromkeys(("engine", "remover"), _("the usual one"))
    if "points" in {argument.name for argument in call.procedure.get_arguments()}:
        hints["ids"] = _("numbers: 3, 5")
    for argument in call.procedure.get_arguments():
        if argument.name in hints:
            entry = dialog.get_widget(argument.name, GimpUi.LabelEntry).get_entry()
            entry.set_placeholder_text(hints[argument.name])
            entry.set_activates_default(True)
    dialog.fill(None)
    agreed = bool(dialog.run())
    dialog.destroy()
    return agreed


def agrees(question: str, lines: list[str]) -> bool:
    """Whether the artist agrees to what will be sent to an engine elsewhere."""
    _begin()
    kind = Gtk.MessageType.QUESTION
    dialog = Gtk.MessageDialog(title="Maskpick", text=question, secondary_text="\n".join(lines), message_type=kind)
    GimpUi.window_set_transient(dialog)
    for label in dialog.get_message_area().get_children():
        label.set_halign(Gtk.Align.START)
    dialog.add_button(_("Do N_ot Send"), Gtk.ResponseType.CANCEL).grab_focus()
    dialog.add_button(_("Sen_d"), Gtk.ResponseType.OK)
    agreed = bool(dialog.run() == Gtk.ResponseType.OK)
    dialog.destroy()
    return agreed


def _begin() -> None:
    """Raises `Refused` where there is no screen: GIMP's own functions would end the process."""
    if not Gtk.init_check(None)[0]:
        raise Refused(_("There is no screen to ask on."), _("Run it without questions: not interactively."))
    GimpUi.init("maskpick")
