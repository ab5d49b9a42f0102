"""Takes steps: a generator gives what to wait for, and goes on when that has come."""

import json
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from driver.qt import QtCore

OUT = Path("/out")
POLL = 5  # milliseconds


@dataclass
class Wait:
    """Until ``condition`` gives something true. ``what`` says it to who reads that it never did."""

    condition: object
    what: str
    limit: float = 120.0


class Runner:
    """Takes the steps that ``steps(drive)`` gives; tells ``end`` whether to close the documents."""

    def __init__(self, drive, steps, end):
        self.drive, self.begin, self.end = drive, steps, end
        self.timer = QtCore.QTimer()
        self.timer.timeout.connect(self.look)
        self.uncaught = []

    def start(self):
        # Of a plug-in's handlers, too: Qt calls them, and nobody above could catch it.
        sys.excepthook = lambda *what: self.uncaught.append("".join(traceback.format_exception(*what)))
        try:
            self.steps = self.begin(self.drive)
            self.go_on(None)
            self.timer.start(POLL)
        except Exception:  # noqa: BLE001 - whatever a scenario raises is told
            self.finish(traceback.format_exc())

    def look(self):
        if self.uncaught:
            return self.finish(None)
        try:
            came = self.waiting.condition()
            if came:
                self.go_on(came)
            elif time.monotonic() > self.until:
                self.steps.throw(TimeoutError(f"waited {self.waiting.limit:g} s in vain: {self.waiting.what}"))
                raise RuntimeError("a scenario cannot go on after it has waited in vain")
        except StopIteration:
            self.finish(None)
        except Exception:  # noqa: BLE001 - whatever a scenario raises is told
            self.finish(traceback.format_exc())

    def go_on(self, came):
        self.waiting = self.steps.send(came)
        self.until = time.monotonic() + self.waiting.limit

    def finish(self, error):
        error = "\n".join([*self.uncaught, *([error] if error else [])])
        self.timer.stop()
        sys.excepthook = sys.__excepthook__  # from now on Qt ends Krita by what nobody catches: nobody would tell of it
        drive, self.drive, self.steps, self.waiting = self.drive, None, None, None
        if error:
            drive.photograph("failed")
        drive.let_go()
        # All of it at once, for who reads it must not find a part.
        part = OUT / "scenario.part"
        part.write_text(json.dumps({"error": error, "records": drive.records}, default=str), "utf-8")
        part.rename(OUT / "scenario.json")
        self.end(drive.close_documents)
