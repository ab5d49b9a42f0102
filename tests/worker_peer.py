"""A peer of a real worker, in a process of its own, and engines that behave in the ways tests need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskpick.pictures import Picture
from processes import PATIENCE, end

ENGINES = '''
import os, pathlib, threading
from dataclasses import dataclass
import maskpick
from maskpick.masks import Box, Mask, MaskSet

@dataclass(frozen=True)
class Options:
    gate: str = ""

class Base:
    title, offline, version, Options = "Test", True, 1, Options
    def __init__(self, options=None):
        self.options = options or Options()
    def answer(self, picture):
        import numpy as np
        width, height = picture.size
        half = Mask(1, Box(0, 0, width // 2, height), np.full((height, width // 2), 255, np.uint8), name="half")
        return MaskSet(picture.size, (half,))

class Patient(Base):
    """Works, telling how far it is, until it is cancelled."""
    name = "patient"
    def segment(self, picture, progress):
        pause = threading.Event()
        while True:
            progress.report("Waiting", 0.5)
            pause.wait(0.005)

class Deaf(Base):
    """Does not look at its progress until its gate opens, then notes that it has ended."""
    name = "deaf"
    def segment(self, picture, progress):
        gate, pause = pathlib.Path(self.options.gate), threading.Event()
        gate.with_suffix(".begun").touch()
        while not gate.exists():
            pause.wait(0.005)
        gate.with_suffix(".ended").touch()
        return self.answer(picture)

class Loud(Base):
    """Prints where it should not, in Python and below it."""
    name = "loud"
    def segment(self, picture, progress):
        print("a progress bar")
        os.write(1, b"a warning of a C library\\n")
        return self.answer(picture)

class Broken(Base):
    name = "broken"
    def segment(self, picture, progress):
        raise ZeroDivisionError("by the test")

class Deadly(Base):
    name = "deadly"
    def segment(self, picture, progress):
        os._exit(9)

@maskpick.hookimpl
def register_segmenters(register):
    for engine in (Patient, Deaf, Loud, Broken, Deadly):
        register(engine)
'''


def install_engines(folder: Path) -> dict[str, str]:
    """Put the engines above where a worker finds them; returns the variables that say so."""
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "testing.py").write_text(ENGINES, "utf-8")
    return {"MASKPICK_PLUGIN_FOLDER": str(plugins)}


class Peer:
    """Speaks with a worker line by line, as an adapter of another author would."""

    def __init__(self, *arguments: str, hello: bool = True) -> None:
        command = [sys.executable, "-m", "maskpick.worker", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.heard: list[dict[str, Any]] = []
        self._id = 0
        if hello:
            try:
                self.about = self.ask("hello", protocol=1, version="0.1.0", peer="a test")["result"]
            except BaseException:
                end(self.process)
                raise
            self.folder = Path(self.about["folder"])

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def send(self, method: str, **params: Any) -> int:
        self._id += 1
        self.say(json.dumps({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}).encode())
        return self._id

    def cancel(self, request: int) -> None:
        self.say(json.dumps({"jsonrpc": "2.0", "method": "cancel", "params": {"id": request}}).encode())

    def hear(self) -> dict[str, Any]:
        """The next message; every line must be one."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the worker is gone"
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        self.heard.append(message)
        return message

    def answer(self, request: int | None) -> dict[str, Any]:
        """Read until the answer to a request."""
        while True:
            message = self.hear()
            if "method" not in message and message["id"] == request:
                return message

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self.answer(self.send(method, **params))

    def result(self, method: str, **params: Any) -> Any:
        answer = self.ask(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def pixels(self, picture: Picture | NDArray[Any], name: str = "a.raw", **about: Any) -> dict[str, Any]:
        """Hand pixels over, as BGRA."""
        rgb = picture.rgb8 if isinstance(picture, Picture) else picture
        alpha = np.full((*rgb.shape[:2], 1), 255, np.uint8)
        (self.folder / name).write_bytes(np.concatenate([rgb[:, :, ::-1], alpha], axis=2).tobytes())
        return {"file": name, "width": rgb.shape[1], "height": rgb.shape[0], "format": "bgra8", **about}

    def leave(self) -> int:
        """Close the pipe, and wait for the worker's end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        end(self.process)
