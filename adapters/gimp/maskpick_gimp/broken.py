"""What stands in GIMP's menu when the plug-in cannot be loaded: one entry, which says so and where to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gi.repository import Gimp, GLib, GObject

NAME = "plug-in-maskpick-broken"


def plugin_for(error: Exception, log: Path) -> type[Gimp.PlugIn]:
    """A plug-in that does nothing but tell of ``error``. In English: the translations may be what is broken."""
    text = (
        f"Maskpick cannot be loaded: {type(error).__name__}: {error}\n\n"
        f"Install it again with install.py, and restart GIMP. The details are in {log}."
    )

    def run(procedure: Gimp.Procedure, *_: Any) -> Gimp.ValueArray:
        told = GLib.Error.new_literal(GLib.quark_from_string("maskpick"), text, 0)
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, told)

    class Broken(Gimp.PlugIn):
        def do_set_i18n(self, _: str) -> bool:
            return False

        def do_query_procedures(self) -> list[str]:
            return [NAME]

        def do_create_procedure(self, name: str) -> Gimp.Procedure:
            procedure = Gimp.Procedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
            kind, hand = Gimp.RunMode.__gtype__, Gimp.RunMode.INTERACTIVE  # without it, it has no place in menus
            procedure.add_enum_argument("run-mode", "Run mode", "", kind, hand, GObject.ParamFlags.READWRITE)
            procedure.set_menu_label("Maskpick Is Broken: Why?")
            procedure.add_menu_path("<Image>/Filters/Maskpick")
            procedure.set_documentation("Say why Maskpick cannot be loaded", text, name)
            return procedure

    return Broken
