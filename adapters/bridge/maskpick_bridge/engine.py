"""Finding the engine: the interpreter `install.py` made, or one that listens at a loopback address."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ENGINE_FILE = "engine.json"
LOOPBACK_FILE = "loopback.json"

# Set by AppImages, macOS bundles, GIMP and Krita for themselves; they would lead another interpreter astray.
_MISLEADING = re.compile(
    r"PYTHON.*|LD_LIBRARY_PATH|LD_PRELOAD|LD_AUDIT|DYLD_.*|GI_TYPELIB_PATH|GIO_.*|GTK_.*|GDK_PIXBUF_.*|GSETTINGS_.*|"
    r"GST_.*|QT_.*|QML.*|QTDIR|QTWEBENGINE.*|VIRTUAL_ENV|__PYVENV_LAUNCHER__|CONDA_.*|APPDIR|APPIMAGE|ARGV0|OWD|"
    r"BABL_.*|GEGL_.*|GIMP.*|KRITA.*|FONTCONFIG_.*|MAGICK_.*|TCL_LIBRARY|TK_LIBRARY"
)


class Engine(NamedTuple):
    """An interpreter that has maskpick's core."""

    interpreter: str


class Loopback(NamedTuple):
    """A worker that listens, and what to tell it."""

    host: str
    port: int
    secret: str


def data_folders(environ: Mapping[str, str] | None = None) -> list[Path]:
    """Where `install.py` may have left its notes, the likeliest first."""
    environ = os.environ if environ is None else environ
    home = Path.home()
    folders = []
    if environ.get("MASKPICK_HOME"):
        folders.append(Path(environ["MASKPICK_HOME"]).expanduser())
    if sys.platform == "win32":
        folders.append(Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "maskpick")
    elif sys.platform == "darwin":
        folders.append(home / "Library" / "Application Support" / "maskpick")
    else:
        if environ.get("XDG_DATA_HOME"):
            folders.append(Path(environ["XDG_DATA_HOME"]) / "maskpick")
        # A flatpak has a data folder of its own, and sees the user's beside it.
        folders.append(home / ".local" / "share" / "maskpick")
    return folders


def find_engine(folders: list[Path]) -> Engine | None:
    """The interpreter the notes name; None where there are none, or it is gone."""
    for folder in folders:
        interpreter = _note(folder / ENGINE_FILE).get("interpreter")
        if isinstance(interpreter, str) and Path(interpreter).is_file():
            return Engine(interpreter)
    return None


def find_loopback(folders: list[Path]) -> Loopback | None:
    """The address a listening worker wrote down; None where there is none."""
    for folder in folders:
        note = _note(folder / LOOPBACK_FILE)
        host, port, secret = note.get("host"), note.get("port"), note.get("secret")
        if isinstance(host, str) and isinstance(port, int) and isinstance(secret, str):
            return Loopback(host, port, secret)
    return None


def clean_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what is meant for the editor alone."""
    environ = os.environ if environ is None else environ
    return {name: value for name, value in environ.items() if not _MISLEADING.fullmatch(name.upper())}


def _note(path: Path) -> dict[str, Any]:
    try:
        note = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
