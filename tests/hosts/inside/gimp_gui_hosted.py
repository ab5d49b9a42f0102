"""The engine is a service elsewhere: what it would be sent is said first, in the dialog and by a procedure."""

import os
import re
import urllib.request

from gi.repository import Gimp
from gimp_gui_drive import lower_right, windows

ALL, REMOVE = "a", "v"
"""The letters of All Objects to Layers, and of Remove Selection's Content."""
IN_TREE = (480, 200)
SEND = (50, 28)
"""Pixels from the lower right corner of the question's window to its button."""
WORK = re.compile(r'maskpick_requests_total{route="/v1/[^"]*\b(mask_generator|eraser|remove)",status="200"} (\d+)')


def question():
    """The window in which a procedure asks."""
    return windows("^Maskpick$")


def asked_for():
    """What the service has been asked to do, and how often."""
    with urllib.request.urlopen(os.environ["BRIA_BASE_URL"] + "/metrics", timeout=60) as answer:
        return {what: int(times) for what, times in WORK.findall(answer.read().decode())}


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    before = drive.state()
    earlier = asked_for()
    yield from refused(drive)
    drive.record("untouched", drive.state() == before)
    drive.record("sent after a no", asked_for() != earlier)
    yield from agreed(drive)
    yield from removed_in_the_dialog(drive)
    yield from removed(drive)
    drive.record("sent", {what: times - earlier.get(what, 0) for what, times in asked_for().items()})


def refused(drive):
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.desk.question, "the dialog asks")
    yield from drive.photograph("dialog-asks")
    drive.record("dialog", drive.saying())
    yield from drive.push("maskpick-answer-1")
    yield from drive.until(lambda: not drive.desk.question, "no is an answer")
    yield from drive.from_menu(ALL, question, "the procedure asks")
    yield from drive.photograph_screen("procedure-asks")
    said = yield from drive.run("xprop", "-id", question()[0], "WM_TRANSIENT_FOR")
    drive.record("belongs to GIMP", "window id" in said)
    yield from drive.run("xdotool", "windowactivate", "--sync", question()[0], "key", "Return")
    yield from drive.until(lambda: not question(), "Return does not send")


def agreed(drive):
    yield from drive.from_menu(ALL, question, "the procedure asks again")
    yield from send(drive)
    yield from drive.until(lambda: len(drive.image.get_layers()) == 2, "there are layers")


def removed_in_the_dialog(drive):
    """The dialog asks in place, and a no leaves everything as it was."""
    yield from drive.back()
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.desk.question, "the dialog asks before it finds")
    yield from drive.push("maskpick-answer-0")
    yield from drive.until(lambda: drive.session.outlines and drive.session.idle, "the objects are found")
    drive.record("notes", drive.saying())
    yield from drive.click(drive.at(*IN_TREE))
    yield from drive.until(lambda: drive.picking.ids, "one is picked")
    before, earlier = drive.state(), asked_for()
    yield from drive.push("maskpick-remove")
    yield from drive.until(lambda: drive.desk.question, "the dialog asks before it removes")
    yield from drive.photograph("dialog-asks-to-remove")
    drive.record("dialog asks to remove", drive.saying())
    yield from drive.push("maskpick-answer-1")
    yield from drive.until(lambda: not drive.desk.question, "no is an answer")
    yield from drive.rest()
    drive.record("untouched by a no", drive.state() == before and not drive.desk.working)
    drive.record("still picked", bool(drive.picking.ids))
    drive.record("removed after a no", asked_for() != earlier)
    yield from drive.push("maskpick-remove")
    yield from drive.until(lambda: drive.desk.question, "it asks again")
    yield from drive.push("maskpick-answer-0")
    yield from drive.until(lambda: drive.session.error or len(drive.image.get_layers()) == 3, "it is removed")
    if drive.session.error:
        raise drive.session.error
    drive.record("removed in the dialog", drive.image.get_layers()[0].get_name())
    yield from drive.until(lambda: drive.session.idle, "what is out of date is known")


def removed(drive):
    drive.image.select_rectangle(Gimp.ChannelOps.REPLACE, 450, 150, 60, 60)
    yield from drive.from_menu(REMOVE, question, "removing asks, too")
    yield from drive.photograph_screen("removing-asks")
    yield from send(drive)
    yield from drive.until(lambda: len(drive.image.get_layers()) == 4, "it is removed")


def send(drive):
    """Click the button."""
    while question():
        right, bottom = lower_right(question()[0])
        yield from drive.click((right - SEND[0], bottom - SEND[1]))
        yield from drive.rest()
