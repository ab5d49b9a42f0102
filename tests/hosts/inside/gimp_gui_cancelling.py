"""A procedure is run from GIMP's own menu, and stopped by GIMP's own *Cancel*, in the line beneath the picture."""

import json
import subprocess
import threading
from pathlib import Path

from gi.repository import Gimp
from gimp_calls import call
from gimp_gui_drive import GIMP_WINDOW, lower_right, windows

UNDER_WAY = Path("/out/waiting.json")
"""Where the engine tells which processes are at work: its own, and the plug-in's."""
CANCEL = (45, 18)
"""Pixels from the lower right corner of GIMP's window to its Cancel, where no docks are shown."""
ALL = "a"
"""The letter of All Objects to Layers."""


def steps(drive):
    UNDER_WAY.unlink(missing_ok=True)
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    drive.dialog.window.resize(10, 10)
    drive.dialog.window.move(860, 100)
    drive.image.select_rectangle(Gimp.ChannelOps.REPLACE, 50, 60, 70, 80)
    drive.image.clean_all()
    before = everything(drive)
    yield from cancelled(drive)
    drive.record("untouched", everything(drive) == before)
    yield from cancelled_and_told(drive)
    drive.record("untouched when called", everything(drive) == before)
    yield from nothing_to_undo(drive)


def everything(drive):
    """The image, whether it is changed, and whether there is another one beside it."""
    return {**drive.state(), "dirty": drive.image.is_dirty(), "images": len(Gimp.get_images())}


def cancelled(drive):
    """As an artist does it."""
    yield from drive.from_menu(ALL, UNDER_WAY.exists, "it is under way")
    yield from drive.photograph_screen("working")
    person = Person()
    yield from drive.until(lambda: person.has_seen_it_end, "the plug-in and its engine are gone")


def cancelled_and_told(drive):
    """Called by another plug-in, this one, which stands still meanwhile."""
    person = Person()
    drive.record("status", call("to-layers", drive.image, source="layers").status)
    yield from drive.until(lambda: person.has_seen_it_end, "the plug-in and its engine are gone")


class Person(threading.Thread):
    """Clicks GIMP's Cancel, until what is under way has ended: the engine, and the plug-in."""

    def __init__(self):
        super().__init__(daemon=True)
        self.has_seen_it_end = False
        self.start()

    def run(self):
        wait = threading.Event()
        while not UNDER_WAY.exists():
            wait.wait(0.1)
        processes = [Path(f"/proc/{process}") for process in json.loads(UNDER_WAY.read_text("utf-8"))]
        UNDER_WAY.unlink()
        while any(process.exists() for process in processes):
            right, bottom = lower_right(windows(GIMP_WINDOW)[0])
            at = map(str, (right - CANCEL[0], bottom - CANCEL[1]))
            subprocess.run(["xdotool", "mousemove", *at, "click", "1"], check=True)
            wait.wait(1)
        self.has_seen_it_end = True


def nothing_to_undo(drive):
    """No step was begun: GIMP takes back the next one, and nothing else."""
    layer = Gimp.Layer.new(drive.image, "mine", 10, 10, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    drive.image.insert_layer(layer, None, 0)
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until(lambda: len(drive.image.get_layers()) == 1, "one step takes one layer back")
    drive.record("selected", drive.selected_box())
    yield from drive.photograph_screen("afterwards")
