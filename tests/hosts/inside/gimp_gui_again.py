"""The dialog is closed, its last action repeated by GIMP's own *Repeat Last*, and opened again by *Reshow Last*."""

from pathlib import Path

TREE, IN_TREE = 4, (480, 200)
FIRST = Path("/out/first.json")
"""What the first dialog recorded, moved there once it has ended."""


def steps(drive):
    yield from second(drive) if FIRST.exists() else first(drive)


def first(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.until(lambda: drive.image.get_parasite("maskpick-objects"), "they are kept with the image")
    yield from drive.click(drive.at(*IN_TREE))
    drive.dialog.window.resize(980, 720)
    drive.widget("maskpick-grow").set_value(2)
    drive.widget("maskpick-edge").set_active_id("fine")
    yield from drive.until(lambda: drive.session.preview, "the edge is shown")
    yield from drive.push("maskpick-layer-masks")
    yield from drive.until(lambda: len(drive.image.get_layers()) == 2 and not drive.desk.working, "there is a group")
    drive.record("size", drive.dialog.window.get_size())
    drive.record("layers", drive.state()["layers"])
    drive.closes = True
    yield from drive.click(drive.on_screen(drive.button("Close")))


def second(drive):
    drive.record("layers", drive.state()["layers"])
    yield from drive.until(lambda: drive.session.outlines, "the kept objects are there")
    yield from drive.photograph("again")
    drive.record("picked", drive.picking.ids)
    drive.record("said", drive.saying())
    drive.closes = True
    yield from drive.click(drive.on_screen(drive.button("Close")))
