"""Photographs the docker in every state; the variables THEME and WIDTH say how."""

import os

from driver.qt import QtGui, QtWidgets
from krita_docker_hands import PHOTO, Docker

ACTION = getattr(QtGui, "QAction", None) or QtWidgets.QAction


def steps(drive):
    theme, width = os.environ.get("THEME", ""), int(os.environ.get("WIDTH", "320"))
    docker = Docker(drive)
    yield from drive.fill_screen()
    if theme:
        next(one for one in drive.window().findChildren(ACTION) if one.text().replace("&", "") == theme).trigger()
    yield from drive.open(PHOTO)
    yield from docker.show(width)
    drive.record("width", [docker.dock().width(), docker.part("maskpick_panel").width()])
    yield from drive.photograph_at_rest("first")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.fraction > 0, "it is under way")
    drive.photograph("finding")
    yield from docker.found()
    yield from drive.photograph_at_rest("found")
    ids = docker.rows()
    yield from docker.click_row(ids[2])
    yield from drive.move(drive.on_canvas(*docker.inside(ids[6])))
    yield from drive.photograph_at_rest("picked")
    yield from docker.click("maskpick_layer_masks")
    yield from docker.idle()
    yield from docker.click("maskpick_remove")
    yield from docker.idle()
    yield from drive.photograph_at_rest("removed")
    drive.record("children", docker.children())
