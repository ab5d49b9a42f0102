"""What the scenarios of picking on the canvas share: a document with known objects, and picking on it."""

import json
import logging
import sys
from pathlib import Path

from krita import Krita

import maskpick_krita

# Where the plug-in itself finds the bridge once it runs.
sys.path.extend(path for path in maskpick_krita.__path__ if path not in sys.path)

from maskpick_bridge import MaskFile, Outlines, Picking
from maskpick_bridge.session import Session
from maskpick_krita.overlay import Overlay
from maskpick_krita.pointer import Picker

OUT = Path("/out")


class Tell(logging.Handler):
    """A fault that picking survives fails the scenario all the same."""

    def emit(self, record):
        if record.exc_info:
            sys.excepthook(*record.exc_info)


logging.getLogger("maskpick_krita").addHandler(Tell())


class NoEngine:
    """In place of a connection: takes every request and never answers."""

    def request(self, *_what, **_params):
        return self

    def cancel(self):
        pass


def session(name):
    """The session over /out/NAME.maskpick and its outlines, as after a find."""
    one = Session(NoEngine(), lambda what: None)
    one.file = MaskFile.open(OUT / f"{name}.maskpick")
    one.picking = Picking(one.file)
    one.outlines = Outlines.open(OUT / f"{name}.outlines")
    return one


def known(name):
    """What the test knows of a scene."""
    return json.loads((OUT / f"{name}.json").read_text("utf-8"))


class Scene:
    """A picture opened and picking on it, with what a scenario asks again and again."""

    def __init__(self, drive, name):
        self.drive, self.name = drive, name
        self.session = session(name)
        self.stops = 0
        self.picker = Picker(self.session, stopped=self.stopped)

    def stopped(self):
        self.stops += 1

    def overlays(self, window=None):
        """What lies over the canvas of a window, by default the active one."""
        return [one for one in self.drive.canvas(window).children() if isinstance(one, Overlay) and one.isVisible()]

    @property
    def picking(self):
        return self.session.picking

    def begin(self):
        self.picker.start(Krita.instance().activeWindow().activeView())
        assert self.picker.on, self.session.error

    def still(self):
        """Wait until the view does not move any more; Krita moves it when it comes to that."""
        before, times = None, 0

        def is_still():
            nonlocal before, times
            now = self.drive.image_to_canvas()
            times = times + 1 if now == before else 0
            before = now
            return times > 40

        yield from self.drive.until(is_still, "the view is still")

    def point(self, x, y, expected):
        """Move the mouse to a pixel and wait for what has to be hovered there."""
        yield from self.drive.move(self.drive.on_canvas(x + 0.5, y + 0.5))
        yield from self.drive.until(
            lambda: self.picking.hovered == expected,
            f"{expected} is hovered at {x}, {y}, not {self.picking.hovered}",
            20,
        )

    def click(self, x, y, expected, holding=()):
        """Click on a pixel and wait for what has to be picked then."""
        yield from self.drive.click(self.drive.on_canvas(x + 0.5, y + 0.5), holding=holding)
        yield from self.picked(expected)

    def picked(self, expected):
        yield from self.drive.until(
            lambda: sorted(self.picking.ids) == sorted(expected), f"{expected} is picked, not {self.picking.ids}", 20
        )
