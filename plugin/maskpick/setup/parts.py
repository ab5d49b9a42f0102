"""The editors' parts: which files of the checkout go where in an editor's folder, and the same as archives.

A part carries a manifest of its files, so that it can be told whole, and be taken out, wherever it got to: GIMP copies
plug-ins into the profile of its next version, and Krita imports them from an archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Literal

import maskpick
from maskpick.setup.files import Content

Editor = Literal["krita", "gimp"]
MANIFEST = "manifest.json"

# Folders and files of adapters/ -> below the editor's folder. The bridge lies in each part, for neither can count on
# the other's.
_SOURCES: dict[Editor, dict[str, str]] = {
    "krita": {
        "krita/maskpick_krita.desktop": "pykrita/maskpick_krita.desktop",
        "krita/maskpick_krita.action": "actions/maskpick_krita.action",
        "krita/maskpick_krita": "pykrita/maskpick_krita",
        "bridge/maskpick_bridge": "pykrita/maskpick_krita/maskpick_bridge",
    },
    "gimp": {
        "gimp/maskpick": "plug-ins/maskpick",
        "gimp/maskpick_gimp": "plug-ins/maskpick/maskpick_gimp",
        "bridge/maskpick_bridge": "plug-ins/maskpick/maskpick_bridge",
    },
}
_PART = {"krita": "pykrita/maskpick_krita", "gimp": "plug-ins/maskpick"}
_PROGRAM = "plug-ins/maskpick/maskpick.py"
_TEXT = {".py", ".desktop", ".action", ".json", ".html"}
_NOT_NEEDED = {".po", ".pyc"}  # what translations are compiled from
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def read_part(editor: Editor, root: Path) -> Content:
    """The part as it is in the checkout ``root``, by paths below the editor's folder, with its manifest."""
    content = {}
    for source, target in _SOURCES[editor].items():
        path = root / "adapters" / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts and file.suffix not in _NOT_NEEDED:
                relative = file.relative_to(path).as_posix()
                name = target if file == path else f"{target}/{relative}"
                data = file.read_bytes()
                if file.suffix in _TEXT:  # git may have given them the line ends of Windows, which a #! line has not
                    data = data.replace(b"\r\n", b"\n")
                content[name] = (data, name == _PROGRAM)
    content[f"{_PART[editor]}/{MANIFEST}"] = (_manifest(content), False)
    return content


def read_manifest(part: Path) -> tuple[str, dict[str, str]]:
    """The version of an installed part, and its files (below the editor's folder) with their hashes.

    Raises `ValueError` when there is no manifest that can be read.
    """
    try:
        told = json.loads((part / MANIFEST).read_text("utf-8"))
        version, files = told["version"], told["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{part} has no manifest") from error
    if not isinstance(version, str) or not isinstance(files, dict):
        raise ValueError(f"{part} has a damaged manifest")
    return version, {str(name): str(value) for name, value in files.items()}


def file_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _manifest(content: Content) -> bytes:
    files = {name: file_hash(data) for name, (data, _) in sorted(content.items())}
    return (json.dumps({"version": maskpick.__version__, "files": files}, indent=1) + "\n").encode("ascii")


def write_archives(root: Path, folder: Path) -> list[Path]:
    """Write the archive of each part into ``folder``; the same sources give the same bytes.

    Krita's importer takes the first (it wants the .desktop file at the top and an entry for the folder itself); the
    second is to be unpacked in GIMP's folder of plug-ins.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for editor in _SOURCES:
        path = folder / f"maskpick-{editor}-{maskpick.__version__}.zip"
        path.write_bytes(_archive(read_part(editor, root), _PART[editor]))
        written.append(path)
    return written


def _archive(content: Content, part: str) -> bytes:
    """The files, without the folders of the editor that hold them."""
    top, _, name = part.rpartition("/")
    members = {path.removeprefix(f"{top}/").removeprefix("actions/"): both for path, both in content.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        folder = zipfile.ZipInfo(f"{name}/", _LONG_AGO)
        folder.create_system, folder.external_attr = 3, (0o40755 << 16) | 0x10
        archive.writestr(folder, b"")
        for path, (data, program) in sorted(members.items()):
            member = zipfile.ZipInfo(path, _LONG_AGO)
            member.create_system = 3  # Unix on every system, for the bits below
            member.external_attr = (0o100755 if program else 0o100644) << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()
