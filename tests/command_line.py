"""What tests of the command line share."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Maskpick = Callable[..., Ran]
Start = Callable[..., "subprocess.Popen[str]"]


def left_behind(folder: Path) -> list[Path]:
    """Half-made files and folders."""
    return [path for path in folder.rglob("*.part") if path.name.startswith(".")]
