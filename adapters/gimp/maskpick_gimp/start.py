"""The first thing that runs: the log, then the plug-in; and where that cannot be loaded, something that says so."""

from __future__ import annotations

import platform
from importlib import import_module

from maskpick_bridge.logfile import catch_all, log, open_log


def main(arguments: list[str]) -> None:
    """Be the plug-in GIMP asked for."""
    path = open_log("gimp")
    catch_all()
    log.info("started by GIMP in Python %s", platform.python_version())

    import gi  # what is missing from here on is written down

    gi.require_version("Gimp", "3.0")
    gi.require_version("Gegl", "0.4")
    gi.require_version("Babl", "0.1")
    from gi.repository import Gimp

    try:
        plugin = import_module("maskpick_gimp.plugin").Maskpick
    except Exception as error:  # noqa: BLE001 - a plug-in that ends here would be absent without a word
        log.critical("The plug-in cannot be loaded", exc_info=True)
        from maskpick_gimp.broken import plugin_for

        plugin = plugin_for(error, path)
    Gimp.main(plugin.__gtype__, arguments)
