"""Photographs the docker in every state. THEME and WIDTH say how it looks then, FEW that three pictures are enough."""

import os

from driver.qt import QtGui, QtWidgets
from krita_docker_hands import PHOTO, Docker
from krita_docker_trouble import dialog

ACTION = getattr(QtGui, "QAction", None) or QtWidgets.QAction
SIZE = (1280, 800)
COFFEE = (270, 170), (285, 102)
SPOON = (392, 274), (382, 218)
"""Pixels at either end of an object: the smallest one with both is all of it."""


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    theme = os.environ.get("THEME")
    if theme:
        next(one for one in drive.window().findChildren(ACTION) if one.text().replace("&", "") == theme).trigger()
    if os.environ.get("SMALL"):
        drive.window().showNormal()
        drive.window().resize(*SIZE)
    yield from drive.open(PHOTO)
    yield from docker.show(int(os.environ.get("WIDTH", "320")))
    panel = docker.part("maskpick_panel")
    drive.record("width", [docker.dock().width(), panel.width(), panel.minimumSizeHint().width()])
    few = bool(os.environ.get("FEW"))
    if not few:
        yield from shoot(drive, "first")
    yield from docker.find()
    if not few:
        yield from shoot(drive, "found")
    yield from picked(drive, docker)
    if not few:
        yield from rest(drive, docker)


def picked(drive, docker):
    """The coffee picked, the spoon pointed at."""
    yield from point(drive, docker, *COFFEE)
    yield from drive.click()
    yield from drive.until(lambda: docker.session.picking.ids, "the coffee is picked")
    yield from point(drive, docker, *SPOON)
    yield from shoot(drive, "picked")


def point(drive, docker, *ends):
    """Point at an object, and walk from what is meant there to all of it."""
    stack = docker.session.file.at(*ends[0])
    whole = next(id for id in stack if all(id in docker.session.file.at(*end) for end in ends))
    picking = docker.session.picking
    yield from drive.move(drive.on_canvas(*ends[0]))
    yield from drive.until(lambda: picking.hovered in stack, "something there is hovered")
    notches = stack.index(whole) - stack.index(picking.hovered)
    if notches:
        yield from drive.wheel(notches, holding=["ctrl"])
    yield from drive.until(lambda: picking.hovered == whole, "all of it is hovered")


def rest(drive, docker):
    document_before = docker.children()
    before = docker.session.picking.ids
    yield from drive.click()
    yield from drive.until(lambda: docker.session.picking.ids != before, "the spoon is picked")
    yield from drive.key("Escape")
    docker.part("maskpick_grow").setValue(12)
    docker.part("maskpick_feather").setValue(4)
    yield from drive.until(lambda: docker.session.preview, "the edge is drawn")
    yield from drive.move(drive.on_screen(docker.part("maskpick_grow_slider")))
    yield from shoot(drive, "edge")
    yield from docker.click("maskpick_remove")
    yield from drive.until(lambda: docker.children() != document_before and not docker.desk.working, "it is removed")
    yield from drive.move(drive.on_canvas(20, 20))
    yield from shoot(drive, "removed")
    drive.record("children", docker.children())
    yield from docker.choose("maskpick_engine", "Hosted service (Bria)")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "leave your computer" in docker.said(), "it asks")
    yield from shoot(drive, "asking")
    yield from docker.click("maskpick_answer_0")
    yield from drive.until(lambda: docker.session.error is not None, "it fails without a token")
    yield from shoot(drive, "trouble")
    yield from docker.click("maskpick_settings_button")
    yield from drive.until(lambda: dialog() and dialog().isVisible(), "the settings open")
    pages = dialog().findChild(QtWidgets.QTabWidget, "maskpick_settings_pages")
    for number in range(pages.count()):
        pages.setCurrentIndex(number)
        if number == pages.count() - 1:
            yield from drive.click(drive.on_screen(dialog().findChild(QtWidgets.QPushButton, "maskpick_examine")))
            yield from drive.until(lambda: "numpy" in findings().toPlainText(), "the doctor has looked")
        yield from drive.photograph_at_rest(f"settings-{number}", dialog())
    yield from drive.key("Escape", seen="KeyPress")


def findings():
    return dialog().findChild(QtWidgets.QTextBrowser, "maskpick_findings")


def shoot(drive, name):
    yield from drive.photograph_at_rest(name, drive.window())
