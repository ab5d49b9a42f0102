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
    if not Gtk.init_check(None)[0]:
        raise Refused(_("There is no screen to ask on."), _("Run it without questions: not interactively."))
    GimpUi.init("maskpick")
    title = about.label.replace("_", "").rstrip("…")
    dialog = GimpUi.ProcedureDialog.new(call.procedure, call.config, title)
    dialog.fill(None)
    agreed = bool(dialog.run())
    dialog.destroy()
    return agreed
