"""Where maskpick's own things lie."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ENGINE_FILE = "engine.json"
"""The note in `home` that tells editors where the engine's Python is."""


def user_folders() -> list[Path]:
    """maskpick's folders in the user's account, as platformdirs lays them: data; settings, kept answers, logs."""
    if sys.platform == "win32":
        bases = [Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")]
    elif sys.platform == "darwin":
        bases = [Path.home() / "Library" / name for name in ("Application Support", "Caches", "Logs")]
    else:
        kinds = {"DATA": ".local/share", "CONFIG": ".config", "CACHE": ".cache", "STATE": ".local/state"}
        bases = [Path(os.environ.get(f"XDG_{kind}_HOME") or Path.home() / usual) for kind, usual in kinds.items()]
    return [base / "maskpick" for base in bases]


def home() -> Path:
    """The folder that everything made here lies in."""
    chosen = os.environ.get("MASKPICK_HOME")
    return Path(chosen).expanduser().resolve() if chosen else user_folders()[0]
