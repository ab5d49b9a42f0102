"""maskpick in Krita: a docker that finds the objects of a picture, and makes layers, masks and selections of them.

Krita imports this when it starts. For scripts inside Krita it has `find`, and what that gives: see `scripting`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
if (_FOLDER / "maskpick_bridge").is_dir():  # as it is installed
    sys.path.append(str(_FOLDER))


_FOR_SCRIPTS = ("Error", "Objects", "find", "open_kept")


def __getattr__(name: str) -> Any:
    """What scripts use, imported when they do."""
    if name in _FOR_SCRIPTS:
        return getattr(importlib.import_module("maskpick_krita.scripting"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


from maskpick_krita.plugin import install  # noqa: E402 - the path comes first

install()
