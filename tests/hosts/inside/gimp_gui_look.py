"""A scenario that photographs the dialog in all its states."""

from gi.repository import GLib

from maskpick_bridge import WorkerError
from maskpick_bridge.offers import Engine
from maskpick_bridge.session import STATE
from maskpick_gimp.desk import Question, sending
from maskpick_gimp.settings_dialog import SettingsDialog


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine is there")
    yield from drive.photograph("look-first")
    drive.desk.find()
    yield from drive.until(lambda: drive.session.fraction > 0 or not drive.desk.working, "it is under way")
    yield from drive.photograph("look-busy")
    yield from drive.until(lambda: drive.session.outlines and drive.session.thumbnail(1), "the objects are found")
    yield from drive.photograph("look-found")
    yield from drive.move(drive.at(400, 310))
    yield from drive.photograph("look-hovered")
    yield from drive.wheel(2, holding=["shift"])
    yield from drive.photograph("look-walked")
    yield from drive.click()
    yield from drive.click(drive.at(320, 180), holding=["shift"])
    yield from drive.move(drive.at(360, 150))
    yield from drive.photograph("look-picked")
    yield from drive.run("xdotool", "keydown", "ctrl")
    yield from drive.photograph("look-taking")
    yield from drive.run("xdotool", "keyup", "ctrl")
    drive.panel.edge._grow.set_value(6)
    drive.panel.edge._feather.set_value(3)
    yield from drive.until(lambda: drive.session.preview, "the edge is shown")
    yield from drive.photograph("look-edge")
    drive.session.fail(
        WorkerError(
            "x",
            "The engine stopped unexpectedly.",
            "Find the objects again. If it happens twice, run “maskpick doctor”, and have a look at the log.",
        )
    )
    yield from drive.photograph("look-error")
    drive.session.fail(None)
    lines = ["PNG, 600 x 400, 412 kB, to engine.prod.bria-api.com", "1 request; about 0.02 $"]
    drive.desk.question = Question(sending(Engine("b", "BRIA", False)), lines, lambda: None)
    drive.desk.tell(STATE)
    yield from drive.photograph("look-question")
    drive.desk.put_away()
    drive.dialog.window.resize(10, 10)
    yield from drive.until(lambda: drive.dialog.window.get_size()[0] < 900, "narrow")
    yield from drive.photograph("look-narrow")
    drive.record("smallest", drive.dialog.window.get_size())
    drive.dialog.window.resize(1100, 760)
    settings = SettingsDialog(drive.dialog.window, drive.desk)
    GLib.idle_add(settings.run)
    yield from drive.until(lambda: settings.window.is_active(), "settings")
    yield from drive.click(drive.on_screen(settings._check))
    yield from drive.until(lambda: settings._said.get_text(), "doctor")
    yield from drive.photograph("look-settings", settings.window)
    settings.window.response(-7)
