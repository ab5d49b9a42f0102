"""What lies in a zip of the mask service, told from its directory alone: names, numbers, and nothing inflated."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from maskpick.errors import ArchiveError

MOST_MASKS = 4096
HIGHEST_ID = 65535
"""The largest number that a label map holds."""
LARGEST_DIRECTORY = 1 << 24
"""A zip whose list of files takes more bytes (16 MB, over a hundred thousand files) is refused unread."""

_FILE = re.compile(r"(?P<visual_id>.+)_(?P<what>panoptic|[0-9]+)\.png", re.IGNORECASE | re.DOTALL)


class Listing(NamedTuple):
    """The entries that matter. ``notes`` say, in words for the user, what was left out."""

    visual_id: str
    masks: dict[int, zipfile.ZipInfo]
    panoptic: zipfile.ZipInfo | None
    details: zipfile.ZipInfo | None
    notes: tuple[str, ...]


def listed(entries: Iterable[zipfile.ZipInfo], archive: str) -> Listing:
    """Sort the entries of the zip called ``archive``, in one pass.

    The last part of an entry's name says what it is; folders, of any depth and even ones that climb out with "..", do
    not matter, for nothing is ever unpacked to a disk. Raises `ArchiveError` for a number above `HIGHEST_ID`, two
    files with the same number, two maps, more than `MOST_MASKS`, and a zip with neither masks nor map.
    """
    found: dict[str, list[tuple[str, zipfile.ZipInfo]]] = {}
    details: dict[str, zipfile.ZipInfo] = {}
    others = 0
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.filename.endswith("/") or "__MACOSX" in path.parts or path.name.startswith("."):
            continue  # what file managers leave behind is not worth a note
        match = _FILE.fullmatch(path.name)
        if match:
            found.setdefault(match["visual_id"], []).append((match["what"].lower(), entry))
        elif path.suffix.lower() == ".json":
            details.setdefault(path.stem, entry)
        else:
            others += 1
    if not found:
        raise ArchiveError(f"{archive} holds no masks.", "They are PNG files whose names end in _1.png, _2.png, ...")
    sizes = Counter({visual_id: len(files) for visual_id, files in found.items()})
    visual_id, count = sizes.most_common(1)[0]
    notes = []
    if len(found) > 1:
        notes.append(f"{sizes.total() - count} files belong to other pictures and were left out.")
    others += sum(name != visual_id for name in details)
    if others:
        notes.append(f"{others} other files were left out.")
    masks, panoptic = _numbered(found[visual_id], archive, notes)
    return Listing(visual_id, masks, panoptic, details.get(visual_id), tuple(notes))


def _numbered(
    files: list[tuple[str, zipfile.ZipInfo]], archive: str, notes: list[str]
) -> tuple[dict[int, zipfile.ZipInfo], zipfile.ZipInfo | None]:
    masks: dict[int, zipfile.ZipInfo] = {}
    panoptic: zipfile.ZipInfo | None = None
    for what, entry in files:
        if what == "panoptic":
            if panoptic is not None:
                raise ArchiveError(f"{archive} holds two panoptic maps.", "Delete the one that does not belong.")
            panoptic = entry
            continue
        digits = what.lstrip("0")
        if len(digits) > 5 or int(digits or 0) > HIGHEST_ID:
            raise ArchiveError(f"{archive} has a mask with too high a number: {entry.filename[-80:]}.", _HIGHEST)
        number = int(digits or 0)
        if number == 0:
            notes.append("The mask with number 0 was left out: 0 means that there is no mask.")
            continue
        if number in masks:
            raise ArchiveError(f"{archive} holds two masks with number {number}.", "Delete the one that is wrong.")
        masks[number] = entry
    if len(masks) > MOST_MASKS:
        raise ArchiveError(f"{archive} holds {len(masks)} masks.", f"At most {MOST_MASKS} can be read.")
    return dict(sorted(masks.items())), panoptic


_HIGHEST = f"The highest is {HIGHEST_ID}."


def check_directory(file: BinaryIO, archive: str) -> None:
    """Refuse a zip whose directory would fill the memory, before `zipfile` reads it. Leaves ``file`` at its end."""
    length = file.seek(0, 2)
    start = max(0, length - (1 << 16) - 22)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    locator = tail[max(0, end - 20) : end]
    if locator.startswith(b"PK\6\7"):  # the long form, which zipfile prefers where it stands
        file.seek(min(length, int.from_bytes(locator[8:16], "little")))
        size = max(size, int.from_bytes(file.read(56)[40:48], "little"))
    if size > LARGEST_DIRECTORY:
        raise ArchiveError(f"{archive} says it holds far too many files.", "It is damaged, or was made to do harm.")
