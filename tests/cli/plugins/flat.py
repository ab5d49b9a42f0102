"""A plugin for tests: each colour but the commonest is an object. Quick, and able to misbehave when told to.

What a picture's first pixel says: (1, 2, 3) ends the process at once, (3, 2, 1) raises what no engine should.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from maskpick import hookimpl
from maskpick.errors import Cancelled


@dataclass(frozen=True)
class Options:
    most: int = field(default=100, metadata={"help": "Find at most this many."})
    busy: str = field(
        default="", metadata={"help": "Write our process id to this file, and then work until told to stop."}
    )
    deaf: bool = field(
        default=False, metadata={"help": "While busy, do not stop when told to, but leave a file `busy`.told."}
    )
    gate: str = field(default="", metadata={"help": "Leave our process id in this folder, wait for its file `open`."})
    seen: str = field(default="", metadata={"help": "Add a letter to this file for each picture."})


class Flat:
    name: ClassVar[str] = "flat"
    title: ClassVar[str] = "Flat colours"
    offline: ClassVar[bool] = True
    version: ClassVar[int] = 1
    Options: ClassVar[type[Any]] = Options

    def __init__(self, options: Any = None) -> None:
        self.options = options or Options()

    def segment(self, picture: Any, progress: Any) -> Any:
        import numpy as np

        from maskpick import Mask, MaskSet

        first = tuple(picture.rgb8[0, 0].tolist())
        if first == (1, 2, 3):
            os._exit(3)
        if first == (3, 2, 1):
            raise KeyError("no colour")
        if self.options.seen:
            with Path(self.options.seen).open("a") as file:
                file.write("x")
        if self.options.busy:
            written = Path(f"{self.options.busy}.{os.getpid()}")
            written.write_text(str(os.getpid()))
            written.replace(self.options.busy)
        patience = time.monotonic() + 600  # should whoever tests have forgotten us
        if self.options.gate:
            (Path(self.options.gate) / str(os.getpid())).touch()
        while self.options.gate and not (Path(self.options.gate) / "open").exists() and time.monotonic() < patience:
            time.sleep(0.005)
            progress.check()
        while self.options.busy and time.monotonic() < patience:
            time.sleep(0.005)
            try:
                progress.report("Thinking", 0.5)
            except Cancelled:
                if not self.options.deaf:
                    raise
                Path(f"{self.options.busy}.told").touch()
        progress.report("Looking")
        codes = picture.rgb8.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
        colours, counts = np.unique(codes, return_counts=True)
        kept = colours[np.argsort(-counts)][1 : self.options.most + 1]
        masks = [Mask.from_array(number, codes == code) for number, code in enumerate(kept, 1)]
        return MaskSet(picture.size, masks, "0123456789abcdef")


@hookimpl
def register_segmenters(register: Any) -> None:
    register(Flat)
