"""Photographs the docker in every state; the variables THEME and WIDTH say how."""

import os

from krita import Krita
from krita_docker_hands import PHOTO, Docker


def steps(drive):
    theme, width = os.environ.get("THEME", ""), int(os.environ.get("WIDTH", "320"))
    docker = Docker(drive)
    yield from drive.fill_screen()
    if theme:
        Krita.instance().action(theme).trigger() if Krita.instance().action(theme) else None
    yield from drive.open(PHOTO)
    yield from docker.show(width)
    drive.record("width", docker.dock().width())
    yield from drive.photograph_at_rest("first")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.fraction > 0, "it is under way")
    drive.photograph("finding")
    yield from docker.found()
    yield from drive.photograph_at_rest("found")
    ids = docker.rows()
    drive.record("rows", len(ids))
    yield from docker.click_row(ids[2])
    yield from drive.photograph_at_rest("picked")
