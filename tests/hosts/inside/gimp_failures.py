"""Runs in GIMP: everything that can go wrong, and that it leaves the image as it was and says what to do."""

import json
import os
import signal
import threading
from pathlib import Path

from gi.repository import Gimp
from gimp_calls import INTERACTIVE, call, file, load, record, state

HOME, OUT = Path(os.environ["MASKPICK_HOME"]), Path("/out")
ENGINE = HOME / "engine.json"
PHOTO = "/src/docs/photos/coffee.jpg"

image = load(PHOTO)
image.clean_all()
Gimp.Selection.none(image)
image.clean_all()
before = state(image)
told, changed = {}, []


def fails(about, name, **arguments):
    """Call a procedure that cannot do what it is asked."""
    answer = call(name, image, **arguments)
    told[about] = answer.told
    record("told", told)
    if state(image) != before:
        changed.append(about)
    record("changed", {"got": changed, "wanted": []})


fails("nothing is named", "select")
fails("no numbers", "select", ids="three")
fails("no pairs", "select", points="1,2 3")
fails("no box", "select", box="1,2,3")
fails("an unknown object", "select", ids="1, 9999")
fails("beside the picture", "select", points="-5,20")
fails("an empty box", "select", box="10,10,2,2")
fails("nothing to remove", "remove")
fails("nothing selected", "remove-selection")
fails("nothing to go by", "select-here")
fails("an unknown engine", "to-layers", engine="wonder")
fails("an unknown remover", "remove", points="300,200", remover="wonder")
fails("no file", "find")
fails("an unknown ending", "find", file=file("/out/objects.xyz"))
fails("no folder to write to", "find", file=file("/proc/objects.maskpick"))
fails("an engine that fails", "to-layers", engine="failing")
fails("an engine with a fault", "to-channels", engine="broken")
fails("an engine that dies", "to-layer-masks", engine="deadly")
fails("an engine that finds nothing", "to-layers", engine="blind")
fails("run by hand where there is no screen", "to-layers", mode=INTERACTIVE)
fails("a window for a script", "pick")

kept = ENGINE.read_bytes()
ENGINE.write_text(json.dumps({"interpreter": "/nowhere/python", "python": "3"}), "utf-8")
for name in ("to-layers", "all-to-layers"):
    fails(f"no engine, {name}", name)
fails("no engine, find", "find", file=file("/out/never.maskpick"))
fails("no engine, select", "select", points="300,200")
fails("no engine, remove", "remove", points="300,200")
ENGINE.write_bytes(kept)


# GIMP's own Cancel ends the process of the plug-in: the engine goes with it, and nothing has changed.


def cancelled():
    while not (OUT / "waiting.json").exists():
        wait.wait(0.05)
    worker, plugin = json.loads((OUT / "waiting.json").read_text("utf-8"))
    os.kill(plugin, signal.SIGKILL)
    while Path(f"/proc/{worker}").exists():
        wait.wait(0.05)
    gone.set()


wait, gone = threading.Event(), threading.Event()
killer = threading.Thread(target=cancelled, daemon=True)
killer.start()
fails("cancelled", "to-layers", engine="patient")
record("the engine is gone", gone.wait(60))
record("no step of undo is open", {"got": bool(image.undo_group_end()), "wanted": False})
record("and it works again", call("select", image, points="300,200").status)
image.delete()
record("log", (Path.home() / ".local/state/maskpick/log/gimp.log").read_text("utf-8"))
record("left files", [path.name for path in OUT.iterdir()])
record("done", True)
