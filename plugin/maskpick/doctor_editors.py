"""Why maskpick does not show up in Krita or GIMP: what the doctor looks at in their folders.

A check is a generator over a place; it yields a finding for each thing that is not as it has to be.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import maskpick
from maskpick.doctor import Finding
from maskpick.setup import kritarc
from maskpick.setup.editors import all_places
from maskpick.setup.folders import ENGINE_FILE, home
from maskpick.setup.parts import file_hash, read_manifest
from maskpick.setup.places import SANDBOXES, Place
from maskpick.worker.listening import address_file

OLDEST_KRITA = (5, 2)

_KRITA_TELLS = re.compile(r"^Krita\sVersion:\s(\d+)\.(\d+)", re.MULTILINE)
"""Krita writes it into its log at each start."""
_PACKAGES = ("lib/python3*/dist-packages", "lib/python3*/site-packages", "lib64/python3*/site-packages")


def examine_editors(system: Path = Path("/usr")) -> Iterator[Finding]:
    """What is found in every editor, and about what they all need. ``system`` is where a distribution's editors lie."""
    places = all_places()
    if not places:
        yield Finding("editors", "good", "No Krita and no GIMP 3 has been started in this account.")
    for place in places:
        yield from _examine(place, system)
    if any(place.part.is_dir() for place in places):
        yield from _engine(places)


def _examine(place: Place, system: Path) -> Iterator[Finding]:
    if not place.part.is_dir():
        advice = f"Put it in: python3 install.py {place.editor}. Then start {place.title} again."
        yield next(_misplaced(place), None) or Finding(place.title, "warning", "It is without maskpick.", advice)
        return
    findings = [finding for check in _CHECKS for finding in check(place)]
    findings += _scripting(place, system)
    yield from findings or [Finding(place.title, "good", f"maskpick {maskpick.__version__} ({place.part})")]


def _anew(place: Place) -> str:
    return f"Put it in anew: python3 install.py {place.editor}. Then start {place.title} again."


def _misplaced(place: Place) -> Iterator[Finding]:
    """An archive unpacked into a folder of another name, or one too deep."""
    wanted = "maskpick.py" if place.editor == "gimp" else "maskpick_krita/__init__.py"
    for pattern in (wanted, f"*/{wanted}", f"*/*/{wanted}"):
        for found in place.plugins.glob(pattern):
            told = f"maskpick lies in {found.parent}; it has to be {place.part}."
            yield Finding(place.title, "wrong", told, f"Delete what lies there. {_anew(place)}")


def _whole(place: Place) -> Iterator[Finding]:
    """Whether all files are there as they were put, and of the engine's version."""
    try:
        version, files = read_manifest(place.part)
    except ValueError:
        yield Finding(place.title, "wrong", f"{place.part} is not whole, or was put there by hand.", _anew(place))
        return
    if version != maskpick.__version__:
        told = f"It has maskpick {version}, and the engine is {maskpick.__version__}."
        yield Finding(place.title, "wrong", told, _anew(place))
        return
    paths = {name: place.folder / name for name in files}
    differing = [
        name for name, path in paths.items() if not path.is_file() or file_hash(path.read_bytes()) != files[name]
    ]
    if differing:
        first, count = differing[0], len(differing)
        yield Finding(place.title, "wrong", f"Files missing or changed: {count}, the first is {first}.", _anew(place))


def _compiles(place: Place) -> Iterator[Finding]:
    for path in sorted(place.part.rglob("*.py")):
        if not _is_python(path.read_bytes()):
            yield Finding(place.title, "wrong", f"{path} is no Python program any more.", _anew(place))


def _is_python(source: bytes) -> bool:
    try:
        compile(source, "", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _program(place: Place) -> Iterator[Finding]:
    """What GIMP asks of the file it starts. On Windows it asks for none of this."""
    if place.editor != "gimp" or os.name == "nt":
        return
    program = place.part / f"{place.part.name}.py"
    if not program.is_file():
        told = f"{place.part} has no {program.name}; GIMP starts the file with the folder's name."
        yield Finding(place.title, "wrong", told, _anew(place))
        return
    if not os.access(program, os.X_OK):
        yield Finding(place.title, "wrong", f"{program} may not be run (its execute bit is missing).", _anew(place))
    if b"\r" in program.read_bytes().partition(b"\n")[0]:
        yield Finding(place.title, "wrong", f"{program} has the line ends of Windows.", _anew(place))


def _switched_on(place: Place) -> Iterator[Finding]:
    if place.editor != "krita":
        return
    if not (place.plugins / "maskpick_krita.desktop").is_file():
        told = "maskpick_krita.desktop is missing, without which Krita does not see the plug-in."
        yield Finding(place.title, "wrong", told, _anew(place))
    if place.settings is not None and not kritarc.is_enabled(place.settings):
        yield Finding(
            place.title,
            "wrong",
            "maskpick is there, and switched off.",
            "Switch it on in Settings > Configure Krita > Python Plugin Manager, or by python3 install.py krita; "
            "then start Krita again.",
        )


def _young_enough(place: Place) -> Iterator[Finding]:
    version = _krita_version(place)
    if version and version < OLDEST_KRITA:
        told = f"It was Krita {'.'.join(map(str, version))} when it was last started."
        yield Finding(place.title, "wrong", told, "maskpick needs Krita 5.2 or newer: get it from krita.org.")


def _krita_version(place: Place) -> tuple[int, int] | None:
    """The version at the last start; None where that cannot be told."""
    if place.editor != "krita":
        return None
    beside = place.settings.parent if place.settings and sys.platform == "win32" else place.folder.parent
    try:
        told = _KRITA_TELLS.findall((beside / "krita.log").read_text("utf-8", "replace"))
    except OSError:
        return None
    return (int(told[-1][0]), int(told[-1][1])) if told else None


def _sandboxed(place: Place) -> Iterator[Finding]:
    if place.kind in SANDBOXES and not address_file().is_file():
        yield Finding(
            place.title,
            "warning",
            f"A {place.kind} cannot start the engine, and no engine waits for it.",
            "Leave this running while you paint: python3 install.py do worker.",
        )


_CHECKS: tuple[Callable[[Place], Iterator[Finding]], ...] = (
    _whole,
    _program,
    _compiles,
    _switched_on,
    _young_enough,
    _sandboxed,
)


def _scripting(place: Place, system: Path) -> Iterator[Finding]:
    """Whether a distribution's editor has what its Python plug-ins need; it comes in packages of its own."""
    if place.kind or sys.platform != "linux":
        return
    program = shutil.which(place.editor)
    if not program or not Path(program).resolve().is_relative_to(system):
        return  # an AppImage, which brings everything along
    if place.editor == "gimp":
        if not _is_there(system, _PACKAGES, "gi/_gi_cairo*"):
            yield Finding(
                place.title,
                "wrong",
                "What its Python plug-ins draw with is missing.",
                "On Debian and Ubuntu: sudo apt install python3-gi-cairo; elsewhere, the package that joins PyGObject "
                "and cairo.",
            )
        return
    if not _is_there(system, ("lib*", "lib*/*"), "kritaplugins/kritapykrita.so"):
        yield Finding(place.title, "wrong", "It was made without Python.", "Get Krita from krita.org.")
        return
    version = _krita_version(place)
    wanted = ["PyQt6"] if version and version >= (6, 0) else ["PyQt5"] if version else ["PyQt5", "PyQt6"]
    if not any(_is_there(system, _PACKAGES, f"{name}/QtWidgets*") for name in wanted):
        package = f"python3-{wanted[0].lower()}"
        advice = f"On Debian and Ubuntu: sudo apt install {package}."
        yield Finding(place.title, "wrong", f"{wanted[0]} is missing, which its Python plug-ins need.", advice)


def _is_there(system: Path, folders: tuple[str, ...], pattern: str) -> bool:
    """Whether something fits in one of the folders."""
    return any(next(system.glob(f"{folder}/{pattern}"), None) for folder in folders)


def _engine(places: list[Place]) -> Iterator[Finding]:
    """Whether the editors find the engine."""
    note, advice = home() / ENGINE_FILE, "Set it up again: python3 install.py setup."
    try:
        interpreter = Path(json.loads(note.read_text("utf-8"))["interpreter"])
    except (OSError, ValueError, KeyError, TypeError):
        yield Finding("engine for editors", "wrong", f"{note} is missing or damaged.", advice)
        return
    if not interpreter.exists():
        yield Finding("engine for editors", "wrong", f"{interpreter} is gone.", advice)
        return
    yield Finding("engine for editors", "good", str(interpreter))
    if os.environ.get("MASKPICK_HOME") and not all(place.kind in SANDBOXES for place in places):
        yield Finding(
            "environment",
            "warning",
            f"Editors find the engine in {home()} only where MASKPICK_HOME is set for them, too.",
            "Set it for the whole session, not in this terminal alone.",
        )
