#!/usr/bin/env python3
"""The plug-in as GIMP starts it, with a scenario that begins when its dialog is there: see `gimp_driver`."""

import sys

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
gi.require_version("Babl", "0.1")

import gimp_gui_drive  # noqa: E402

from maskpick_gimp.start import main  # noqa: E402

gimp_gui_drive.install()
main(sys.argv)
