"""The plug-in as GIMP knows it: its procedures, their places in the menus and their arguments."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp, GLib

from maskpick_bridge import words
from maskpick_gimp.procedures import Declared, declared
from maskpick_gimp.running import run

ATTRIBUTION = ("The maskpick authors", "The maskpick authors, MIT license", "2026")
IMAGES = "RGB*, GRAY*, INDEXED*"
SENSITIVE = (
    Gimp.ProcedureSensitivityMask.DRAWABLE
    | Gimp.ProcedureSensitivityMask.DRAWABLES
    | Gimp.ProcedureSensitivityMask.NO_DRAWABLES
)


class Maskpick(Gimp.PlugIn):
    """One process of it runs for each call of a procedure."""

    def do_set_i18n(self, _name: str) -> bool:
        """No: the words come from catalogues that both editors share, already in the artist's language."""
        return False

    def do_query_procedures(self) -> list[str]:
        return list(_declared())

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        about = _declared()[name]

        def called(
            procedure: Gimp.Procedure,
            mode: Gimp.RunMode,
            image: Gimp.Image,
            drawables: list[Gimp.Drawable],
            config: Gimp.ProcedureConfig,
            _data: Any,
        ) -> Gimp.ValueArray:
            return run(about, procedure, mode, image, drawables, config)

        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, called, None)
        procedure.set_image_types(IMAGES)
        procedure.set_sensitivity_mask(SENSITIVE)
        procedure.set_documentation(about.blurb, about.help, name)
        procedure.set_attribution(*ATTRIBUTION)
        procedure.set_menu_label(about.label)
        for path in about.menus:
            procedure.add_menu_path(path)
        for add in (*about.arguments, *about.returns):
            add(procedure)
        return procedure


def _declared() -> dict[str, Declared]:
    words.use(GLib.get_language_names()[0])
    return {about.name: about for about in declared()}
