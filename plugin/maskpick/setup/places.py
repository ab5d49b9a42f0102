"""The Kritas and GIMPs of this account: where each keeps what the user adds to it.

Krita: its resource folder (libs/resources/KoResourcePaths.cpp in Krita's sources) and kritarc, which may name another
resource folder. GIMP: one profile folder for each minor version, made at that version's first start; it brings along
the plug-ins of the version before, but only then, so a plug-in goes into every one of them.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from maskpick.setup import kritarc

SANDBOXES = ("flatpak", "snap")
"""Ways of packaging an editor that keep it from starting programs of the computer."""


@dataclass(frozen=True)
class Place:
    """Where one editor's part goes. ``kind`` is "" for the usual installation, or "flatpak", "snap", "Windows Store".

    ``folder`` is Krita's resource folder or GIMP's profile folder; ``settings`` is kritarc.
    """

    editor: Literal["krita", "gimp"]
    folder: Path
    kind: str = ""
    settings: Path | None = None

    @property
    def title(self) -> str:
        """The editor as people say it: 'GIMP 3.0 (flatpak)'."""
        version = f" {self.folder.name}" if self.editor == "gimp" and _is_version(self.folder.name) else ""
        return ("Krita" if self.editor == "krita" else "GIMP") + version + (f" ({self.kind})" if self.kind else "")

    @property
    def plugins(self) -> Path:
        """The folder that holds one folder for each plug-in."""
        return self.folder / ("pykrita" if self.editor == "krita" else "plug-ins")

    @property
    def part(self) -> Path:
        """The folder of maskpick's plug-in."""
        return self.plugins / ("maskpick_krita" if self.editor == "krita" else "maskpick")


def find_places() -> list[Place]:
    """All editors that this account has started, or could start (Krita alone, GIMP makes its folder itself)."""
    return [*find_kritas(), *find_gimps()]


def find_kritas() -> list[Place]:
    found = []
    for kind, resources, settings, known in _kritas():
        if known or resources.is_dir() or settings.is_file():
            found.append(Place("krita", kritarc.resource_folder(settings) or resources, kind, settings))
    return found


def find_gimps() -> list[Place]:
    """Every profile of a GIMP 3, the oldest first."""
    found: dict[Path, Place] = {}
    for kind, folder in _gimps():
        versions = [path for path in folder.glob("3.*") if path.is_dir() and _is_version(path.name)]
        for path in sorted(versions, key=lambda path: int(path.name[2:])):
            found.setdefault(path.resolve(), Place("gimp", path, kind))
    chosen = os.environ.get("GIMP3_DIRECTORY")
    if chosen:  # as GIMP reads it: a folder of its own, or a name in the home folder
        path = Path.home() / Path(chosen).expanduser()
        if path.is_dir():
            found.setdefault(path.resolve(), Place("gimp", path))
    return list(found.values())


def _is_version(name: str) -> bool:
    return re.fullmatch(r"3\.\d+", name) is not None


def _kritas() -> Iterator[tuple[str, Path, Path, bool]]:
    """kind, resource folder, kritarc, and whether Krita is known to be there although it never ran."""
    home = Path.home()
    if sys.platform == "win32":
        local, roaming = _windows_folders()
        installed = Path(os.environ.get("PROGRAMFILES") or "C:/Program Files") / "Krita (x64)"
        yield "", roaming / "krita", local / "kritarc", installed.is_dir()
        for package in sorted((local / "Packages").glob("49800Krita*")):
            cache = package / "LocalCache"
            yield "Windows Store", cache / "Roaming" / "krita", cache / "Local" / "kritarc", True
    elif sys.platform == "darwin":
        library, installed = home / "Library", Path("/Applications/krita.app")
        yield "", library / "Application Support/krita", library / "Preferences/kritarc", installed.is_dir()
    else:
        data, config = _xdg("DATA", ".local/share"), _xdg("CONFIG", ".config")
        yield "", data / "krita", config / "kritarc", shutil.which("krita") is not None
        sandbox = home / ".var/app/org.kde.krita"
        yield "flatpak", sandbox / "data/krita", sandbox / "config/kritarc", sandbox.is_dir()
        snap = home / "snap/krita/current"
        yield "snap", snap / ".local/share/krita", snap / ".config/kritarc", snap.is_dir()


def _gimps() -> Iterator[tuple[str, Path]]:
    """kind, and the folder that holds a profile for each version."""
    home = Path.home()
    if sys.platform == "win32":
        local, roaming = _windows_folders()
        yield "", roaming / "GIMP"
        for package in sorted((local / "Packages").glob("*GIMP*")):
            yield "Windows Store", package / "LocalCache" / "Roaming" / "GIMP"
    elif sys.platform == "darwin":
        yield "", home / "Library/Application Support/GIMP"
    else:
        yield "", _xdg("CONFIG", ".config") / "GIMP"
        yield "flatpak", home / ".var/app/org.gimp.GIMP/config/GIMP"
        yield "snap", home / "snap/gimp/current/.config/GIMP"


def _xdg(kind: str, usual: str) -> Path:
    return Path(os.environ.get(f"XDG_{kind}_HOME") or Path.home() / usual)


def _windows_folders() -> tuple[Path, Path]:
    """%LOCALAPPDATA% and %APPDATA%."""
    usual = Path.home() / "AppData"
    local, roaming = os.environ.get("LOCALAPPDATA"), os.environ.get("APPDATA")
    return Path(local or usual / "Local"), Path(roaming or usual / "Roaming")
