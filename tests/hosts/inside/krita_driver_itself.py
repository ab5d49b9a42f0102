"""A scenario that tries the driver: a brush stroke, a key, the wheel; FAULT says what is to go wrong, if anything."""

import os

from driver.qt import QtCore
from krita import Krita


def steps(drive):
    yield from drive.fill_screen()
    document = yield from drive.new_document(600, 400)
    drive.record("version", Krita.instance().version())
    drive.record("canvas", drive.canvas().metaObject().className())
    if os.environ.get("FAULT") == "wait in vain":
        yield from drive.until(lambda: False, "the moon is blue", limit=0.2)
    if os.environ.get("FAULT") == "raise in a handler":
        QtCore.QTimer.singleShot(0, lambda: 1 / 0)
        yield from drive.until(lambda: False, "the error is noticed")
    if os.environ.get("FAULT") == "crash":
        os.abort()
    if os.environ.get("FAULT") == "stay":
        Krita.instance().action("file_quit").triggered.disconnect()
        return
    layer = document.activeNode()
    blank = bytes(layer.projectionPixelData(0, 0, 600, 400))
    with drive.stalls() as stalls:
        yield from drive.drag([drive.on_canvas(150, 150), drive.on_canvas(300, 250), drive.on_canvas(450, 150)])
        yield from drive.until(lambda: bytes(layer.projectionPixelData(0, 0, 600, 400)) != blank, "the brush paints")
    drive.record("stall", [stalls.longest, stalls.longest_busy])
    drive.photograph("painted")
    yield from drive.key("ctrl+z")
    yield from drive.until(lambda: bytes(layer.projectionPixelData(0, 0, 600, 400)) == blank, "the stroke is undone")
    zoom = drive.zoom()
    yield from drive.wheel(2)
    yield from drive.until(lambda: drive.zoom() > zoom, "the wheel zooms")
    yield from drive.photograph_at_rest("zoomed", drive.canvas())
