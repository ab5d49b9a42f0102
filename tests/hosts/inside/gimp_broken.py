"""Runs in a GIMP whose plug-in cannot be loaded: what it says, and what its log has."""

from pathlib import Path

from gi.repository import Gimp
from gimp_calls import record

pdb = Gimp.get_pdb()
record("pick", bool(pdb.lookup_procedure("plug-in-maskpick-pick")))
broken = pdb.lookup_procedure("plug-in-maskpick-broken")
record("menu", [broken.get_menu_label(), list(broken.get_menu_paths())])
result = broken.run(broken.create_config())
record("told", [int(result.index(0)) == int(Gimp.PDBStatusType.EXECUTION_ERROR), pdb.get_last_error()])
record("log", (Path.home() / ".local/state/maskpick/log/gimp.log").read_text("utf-8"))
