"""Engines that end in every bad way; a test puts this file into the folder MASKPICK_PLUGIN_FOLDER names."""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import maskpick
from maskpick.errors import EngineError
from maskpick.masks import MaskSet


@dataclass(frozen=True)
class Options:
    """None."""


class Engine:
    title, offline, version, Options = "Failing", True, 1, Options

    def __init__(self, options=None):
        self.options = options or Options()


class Failing(Engine):
    name = "failing"

    def segment(self, picture, progress):
        raise EngineError("The engine cannot see this picture.", "Turn on the light.")


class Broken(Engine):
    name = "broken"

    def segment(self, picture, progress):
        raise ZeroDivisionError("by the test")


class Deadly(Engine):
    name = "deadly"

    def segment(self, picture, progress):
        os._exit(9)


class Blind(Engine):
    name = "blind"

    def segment(self, picture, progress):
        return MaskSet(picture.size, ())


class Patient(Engine):
    """Says who it is and whose, and works until it is stopped."""

    name = "patient"

    def segment(self, picture, progress):
        told = Path("/out/waiting.json")
        told.with_suffix(".part").write_text(json.dumps([os.getpid(), os.getppid()]), "utf-8")
        told.with_suffix(".part").rename(told)
        pause = threading.Event()
        while True:
            progress.report("Waiting", 0.5)
            pause.wait(0.01)


@maskpick.hookimpl
def register_segmenters(register):
    for engine in (Failing, Broken, Deadly, Blind, Patient):
        register(engine)
