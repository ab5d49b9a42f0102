"""Engines that behave in the ways the docker's scenarios need; MASKPICK_PLUGIN_FOLDER names this folder."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import maskpick
from maskpick.errors import EngineError
from maskpick.masks import Box, Mask, MaskSet

OUT = Path("/out")
SHAPES = {
    1: ("house", (0.10, 0.20, 0.50, 0.60), None),
    2: ("door", (0.20, 0.50, 0.10, 0.30), 1),
    3: ("knob", (0.22, 0.62, 0.03, 0.05), 2),
    4: ("tree", (0.70, 0.30, 0.20, 0.50), None),
}
"""Names, places as shares of the picture (x, y, width, height), and what each is a part of."""


@dataclass(frozen=True)
class Options:
    """None."""


class Engine:
    title, offline, version, Options = "Staged", True, 1, Options

    def __init__(self, options=None):
        self.options = options or Options()


class Shapes(Engine):
    """Four rectangles, within one another."""

    name, title = "shapes", "Shapes"

    def segment(self, picture, progress):
        import numpy as np

        width, height = picture.size
        masks = []
        for id, (name, (x, y, w, h), parent) in SHAPES.items():
            box = Box(int(x * width), int(y * height), int(w * width), int(h * height))
            full = np.full((box.height, box.width), 255, np.uint8)
            masks.append(Mask(id, box, full, name=name, parent=parent, confidence=1 - id / 10))
        return MaskSet(picture.size, tuple(masks))


class Many(Engine):
    """Three hundred small ones, beside one another."""

    name, title = "many", "Many"

    def segment(self, picture, progress):
        import numpy as np

        width, height = picture.size
        masks, columns, rows = [], 20, 15
        for id in range(1, columns * rows + 1):
            row, column = divmod(id - 1, columns)
            box = Box(column * width // columns, row * height // rows, width // columns - 4, height // rows - 4)
            full = np.full((box.height, box.width), 255, np.uint8)
            masks.append(Mask(id, box, full, name=f"tile {id}"))
        return MaskSet(picture.size, tuple(masks))


class Patient(Engine):
    """Says how far it is until /out/go is there; says in /out/cancelled when it was stopped."""

    def segment(self, picture, progress):
        pause = threading.Event()
        try:
            while not (OUT / "go").exists():
                progress.report("Looking for edges", 0.42)
                pause.wait(0.01)
        except BaseException:
            (OUT / "cancelled").touch()
            raise
        return super().segment(picture, progress)


class Waiting(Patient, Shapes):
    """The shapes, when they are wanted."""

    name, title = "waiting", "Waiting"


class ManyLater(Patient, Many):
    """The three hundred, when they are wanted."""

    name, title = "many-later", "Many later"


class Failing(Shapes):
    """Fails until /out/mended is there."""

    name, title = "failing", "Failing"

    def segment(self, picture, progress):
        if not (OUT / "mended").exists():
            raise EngineError("The engine is out of breath.", "Let it rest.")
        return super().segment(picture, progress)


class Deadly(Shapes):
    """Takes the worker down, the first time."""

    name, title = "deadly", "Deadly"

    def segment(self, picture, progress):
        if not (OUT / "died").exists():
            (OUT / "died").touch()
            os._exit(9)
        return super().segment(picture, progress)


class Sending(Shapes):
    """Would send the picture; notes in /out/sent that it has."""

    name, title, offline = "sending", "Sending", False

    def plan(self, picture, progress):
        width, height = picture.size
        return Planned(("To: far away", f"What: {width} x {height} pixels"))

    def segment(self, picture, progress):
        (OUT / "sent").touch()
        return super().segment(picture, progress)


@dataclass(frozen=True)
class Planned:
    lines: tuple[str, ...]
    size = 0
    about_all = ()
    as_json = {}


@maskpick.hookimpl
def register_segmenters(register):
    for engine in (Shapes, Many, Waiting, ManyLater, Failing, Deadly, Sending):
        register(engine)
