"""Putting the parts into editors, and taking them out again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from maskpick.setup import kritarc
from maskpick.setup.files import Content, File, delete_file, holds, write_folder, write_whole
from maskpick.setup.folders import home
from maskpick.setup.parts import MANIFEST, Editor, read_manifest, read_part
from maskpick.setup.places import Place, find_places
from maskpick.setup.steps import Steps, Trouble, locked, remove_empty

RECORD = "editors.json"
"""Lists, in maskpick's folder, the places a part was put in: some were named by the user, and are not found."""

TELLS_ITS_FOLDER: dict[Editor, str] = {
    "krita": "Krita opens its own by Settings > Manage Resources > Open Resource Folder.",
    "gimp": "GIMP lists its own in Edit > Preferences > Folders > Plug-ins.",
}


@dataclass(frozen=True)
class Done:
    """What was done at a place."""

    place: Place
    changed: bool


def put(places: Iterable[Place], root: Path) -> Iterator[Done]:
    """Put the parts of the checkout ``root`` into places, one after the other. Raises `Trouble`."""
    for place in places:
        with locked(home(), Steps(sys.stderr)):
            _record([*recorded(), place])
            try:
                changed = _put(place, root)
            except OSError as error:
                what = f"{error.filename or place.folder}: {error.strerror or error}"
                raise Trouble(f"{place.title} could not be given its part. {what}. Close it, and try again.") from error
        yield Done(place, changed)


def _put(place: Place, root: Path) -> bool:
    """Put one part in place; False if it was there, and all in order."""
    inside, beside = _divided(read_part(place.editor, root), place)
    changed = place.part.is_symlink() or not holds(place.part, inside)
    if changed:
        write_folder(place.part, inside)
    for name, (data, _) in beside.items():
        file = place.folder / name
        if not (file.is_file() and file.read_bytes() == data):
            write_whole(file, data)
            changed = True
    if place.settings is not None:
        changed |= kritarc.enable(place.settings)
    return changed


def take_out(place: Place) -> bool:
    """Delete what was put in place, and nothing else. False if there was nothing. Raises `Trouble`."""
    try:
        manifest = (place.part / MANIFEST).relative_to(place.folder).as_posix()
        try:
            names = [*read_manifest(place.part)[1], manifest]
        except ValueError:
            names = []
        for name in names:
            delete_file(place.folder / name)
        for folder in sorted(place.part.rglob("*"), reverse=True):  # what lies inside comes first
            if folder.name == "__pycache__":
                for file in folder.iterdir():
                    file.unlink()
            if folder.is_dir() and not folder.is_symlink():
                remove_empty(folder)
        remove_empty(place.part)
        forgotten = place.settings is not None and kritarc.forget(place.settings)
    except OSError as error:
        raise Trouble(f"{error.filename or place.part} cannot be deleted. Close {place.title}.") from error
    return bool(names) or forgotten


def take_all_out() -> Iterator[Place]:
    """Take the parts out of every editor; yields those that had one. Raises `Trouble`."""
    for place in all_places():
        if take_out(place):
            yield place
    delete_file(home() / RECORD)


def all_places() -> list[Place]:
    """The places a part was put in, and those it may have got to without us."""
    return list({place.part: place for place in (*find_places(), *recorded())}.values())


def behind(root: Path) -> list[Place]:
    """The places whose part is not the one of the checkout ``root``, and the newest GIMP where only older ones have it.

    A link is a developer's own, and left alone.
    """
    places = [place for place in all_places() if not place.part.is_symlink()]
    having = [place for place in places if place.part.is_dir()]
    newest = {(place.editor, place.kind): place for place in places}  # the last wins: profiles come oldest first
    lacking = [newest[key] for key in {(place.editor, place.kind): None for place in having}]
    differing = [place for place in having if not holds(place.part, _divided(read_part(place.editor, root), place)[0])]
    return list(dict.fromkeys([*differing, *(place for place in lacking if not place.part.exists())]))


def _divided(content: Content, place: Place) -> tuple[dict[str, File], dict[str, File]]:
    """What goes into the part's folder, by paths in it, and what goes beside it, by paths in the editor's folder."""
    folder = f"{place.part.relative_to(place.folder).as_posix()}/"
    inside = {name.removeprefix(folder): file for name, file in content.items() if name.startswith(folder)}
    return inside, {name: file for name, file in content.items() if not name.startswith(folder)}


def named(editor: Editor, folder: Path) -> Place:
    """The place a user names: Krita's resource folder or GIMP's profile folder, or its folder of plug-ins.

    Raises `Trouble` for one that is not there.
    """
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise Trouble(f"{folder} is no folder. {TELLS_ITS_FOLDER[editor]}")
    if folder.name in ("pykrita", "plug-ins"):
        folder = folder.parent
    known = {place.folder: place for place in find_places() if place.editor == editor}
    return known.get(folder) or Place(editor, folder)


def recorded() -> list[Place]:
    """The places a part was put in."""
    try:
        entries = json.loads((home() / RECORD).read_text("utf-8"))
        return [
            Place(one["editor"], Path(one["folder"]), one["kind"], Path(one["settings"]) if one["settings"] else None)
            for one in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _record(places: Iterable[Place]) -> None:
    entries = [
        {
            "editor": place.editor,
            "folder": str(place.folder),
            "kind": place.kind,
            "settings": str(place.settings) if place.settings else "",
        }
        for place in dict.fromkeys(places)
    ]
    write_whole(home() / RECORD, (json.dumps(entries, indent=1) + "\n").encode())
