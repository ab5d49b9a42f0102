"""Krita's window goes on while objects are found: seen by what it does meanwhile, not by a clock.

The engine finds three hundred objects, but ends only once /out/go is there, which this writes after Krita has had many
turns: had anything waited for the engine, that would never come. How much is done in one turn when the objects come, or
many are picked, is counted in calls, which are as many on a slow machine as on a fast one.
"""

import sys

from driver.qt import QtCore
from driver.steps import OUT
from krita_docker_hands import Docker

from maskpick_krita import documents

TURNS = 100


class Turns:
    """Counts the turns of Krita's own thread, and the calls of Python's in each. Used as ``with``, around steps."""

    def __init__(self):
        self.count = self.calls = self.most_calls = 0
        self.timer = QtCore.QTimer()
        self.timer.timeout.connect(self.came)

    def __enter__(self):
        self.timer.start(0)
        sys.setprofile(self.called)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)
        self.came()
        self.timer.stop()

    def called(self, _frame, event, _argument):
        self.calls += event in ("call", "c_call")

    def came(self):
        self.count += 1
        self.most_calls = max(self.most_calls, self.calls)
        self.calls = 0


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    yield from drive.new_document(4000, 3000)
    yield from docker.show()
    readings = counted_readings()
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.fraction > 0, "the engine is at work")
    with Turns() as turns:
        yield from drive.until(lambda: turns.count > TURNS, "Krita goes on while the engine is at work")
    drive.record("at work all the while", docker.session.busy == "find")
    early = picked_at_once(docker)
    with Turns() as turns:
        (OUT / "go").touch()
        yield from docker.found()
    drive.record("most calls in a turn", turns.most_calls)
    drive.record("rows when the first was picked", early)
    drive.record("shown as picked", docker.tree().selected())
    drive.record("picking", docker.desk.picking)
    ids = docker.rows()
    yield from docker.click_row(ids[5])
    with Turns() as turns:
        yield from docker.click_row(ids[200], holding=["shift"])
        yield from drive.until(lambda: len(docker.session.picking.ids) == 196, "many are picked")
        yield from drive.until(lambda: docker.session.area is not None, "their size is known")
    drive.record("most calls in a turn that picks many", turns.most_calls)
    drive.record("readings", readings)
    drive.record("rows", len(docker.rows()))


def picked_at_once(docker):
    """Pick the seventh object as soon as it is known, before the list has it: how many rows there were then."""
    rows = []

    def told(_work, _what):
        picking = docker.session.picking
        if picking is not None and not rows:
            rows.append(len(docker.rows()))
            picking.pick([7])
            docker.session.picked()

    docker.desk.studio.told.connect(told)
    return rows


def counted_readings():
    """A list that gets an entry whenever pixels are read out of a document, which Krita has to stand still for."""
    sources, read = [], documents.read

    def counted(document, source, *what):
        sources.append(source)
        return read(document, source, *what)

    documents.read = counted
    return sources
