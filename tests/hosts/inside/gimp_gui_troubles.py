"""What goes wrong, and what is given up: the image stays as it was, and the dialog says what to do, in words."""

import os
import signal
from pathlib import Path

from gi.repository import Gimp

OUT = Path("/out")


def steps(drive):
    before = drive.state()
    drive.record("dirty", drive.image.is_dirty())
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from cancelled(drive)
    yield from failed(drive)
    yield from killed(drive)
    yield from asked(drive)
    yield from refused(drive)
    drive.record("untouched", drive.state() == before)
    drive.record("dirty after", drive.image.is_dirty())
    yield from nothing_to_undo(drive, before)
    yield from closed_meanwhile(drive)


def cancelled(drive):
    drive.desk.set_engine("waiting")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.fraction > 0, "it is under way")
    yield from drive.photograph("working")
    drive.record("stage", drive.widget("maskpick-stage").get_text())
    yield from drive.push("maskpick-cancel")
    yield from drive.until(lambda: not drive.desk.working, "Cancel stops it")
    yield from drive.until(lambda: (OUT / "cancelled").exists(), "the engine has stopped")
    (OUT / "cancelled").unlink()
    drive.record("said when cancelled", drive.saying())
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.fraction > 0, "it is under way again")
    yield from drive.key("Escape")
    yield from drive.until(lambda: not drive.desk.working, "Esc stops it, too")


def failed(drive):
    drive.desk.set_engine("failing")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.error, "the engine fails")
    yield from drive.photograph("failing")
    drive.record("said when it fails", drive.saying())
    (OUT / "mended").touch()
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "once it is mended it finds objects")
    drive.record("said afterwards", drive.saying())


def killed(drive):
    drive.desk.set_engine("waiting")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.fraction > 0, "it is under way")
    os.kill(drive.session.connection.about["pid"], signal.SIGKILL)
    yield from drive.until(lambda: drive.session.error, "the loss is noticed")
    yield from drive.photograph("killed")
    drive.record("said when killed", drive.saying())
    drive.desk.set_engine("shapes")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: not drive.desk.working and drive.session.outlines, "it finds objects again")


def asked(drive):
    """An engine elsewhere is sent nothing before the artist has agreed."""
    drive.desk.set_engine("sending")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.desk.question, "it asks first")
    yield from drive.photograph("asking")
    drive.record("asked", drive.saying())
    drive.record("sent before", (OUT / "sent").exists())
    yield from drive.push("maskpick-answer-1")
    yield from drive.until(lambda: not drive.desk.question, "no is an answer")
    drive.record("sent after a no", (OUT / "sent").exists())
    drive.desk.engines = []  # as while the engine has not told yet what it offers
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.desk.question, "it asks again")
    yield from drive.push("maskpick-answer-0")
    yield from drive.until(lambda: (OUT / "sent").exists() and not drive.desk.working, "yes sends it")


def refused(drive):
    drive.desk.set_engine("shapes")
    drive.desk.set_source("selection")
    drive.panel.find.renew()
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.error, "without a selection there is no selected area")
    drive.record("said without a selection", drive.saying())
    drive.desk.set_source("visible")
    drive.desk.put_away()
    yield from drive.rest()


def nothing_to_undo(drive, before):
    """No step was begun: what GIMP takes back is what was there before, which is nothing."""
    yield from drive.in_gimp("ctrl+z")
    yield from drive.rest()
    drive.record("untouched by undo", drive.state() == before)
    layer = Gimp.Layer.new(drive.image, "mine", 10, 10, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    drive.image.insert_layer(layer, None, 0)
    yield from drive.in_gimp("ctrl+z")
    yield from drive.until(
        lambda: len(drive.image.get_layers()) == 1, "no group is open: one step takes one layer back"
    )


def closed_meanwhile(drive):
    """The window is closed while the engine works: nothing of it remains."""
    (OUT / "cancelled").unlink(missing_ok=True)
    drive.desk.set_engine("waiting")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.fraction > 0, "it is under way")
    drive.record("worker", drive.session.connection.about["pid"])
    drive.closes = True
    yield from drive.click(drive.on_screen(drive.button("Close")))
