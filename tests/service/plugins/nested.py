"""A plugin for tests: each colour but the commonest is an object, with all that lies inside its outline. Quick."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from maskpick import hookimpl


@dataclass(frozen=True)
class Options:
    seconds: float = field(default=0.0, metadata={"help": "Work for so long."})
    gate: str = field(default="", metadata={"help": "Do not end while this file is there."})
    mark: str = field(default="", metadata={"help": "Write our process id to this file when the work begins."})


class Nested:
    name: ClassVar[str] = "nested"
    title: ClassVar[str] = "Nested colours"
    offline: ClassVar[bool] = True
    version: ClassVar[int] = 1
    Options: ClassVar[type[Any]] = Options

    def __init__(self, options: Any = None) -> None:
        self.options = options or Options()

    def segment(self, picture: Any, progress: Any) -> Any:
        import cv2
        import numpy as np

        from maskpick import Mask, MaskSet

        if self.options.mark:
            fresh = Path(f"{self.options.mark}.{os.getpid()}")
            fresh.write_text(str(os.getpid()))
            fresh.replace(self.options.mark)
        time.sleep(self.options.seconds)
        while self.options.gate and Path(self.options.gate).exists():
            time.sleep(0.005)
        codes = picture.rgb8.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
        colours, counts = np.unique(codes, return_counts=True)
        masks = []
        for number, colour in enumerate(colours[np.argsort(-counts)][1:], start=1):
            outlines, _ = cv2.findContours((codes == colour).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            filled = cv2.drawContours(np.zeros(codes.shape, np.uint8), outlines, -1, 255, cv2.FILLED)
            masks.append(Mask.from_array(number, filled))
        return MaskSet(picture.size, masks)


@hookimpl
def register_segmenters(register: Any) -> None:
    register(Nested)
