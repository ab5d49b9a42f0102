"""Krita's settings file, changed in the one line that is ours: every other byte stays as it is.

The format is KConfig's: entries before the first [group] belong to no group, a group may come more than once and the
last entry counts. A Krita that is running keeps the change when it writes its own.
"""

from __future__ import annotations

import re
from pathlib import Path

from maskpick.setup.files import write_whole

KEY = "enable_maskpick_krita"
_GROUP = b"[python]"
_ENTRY = re.compile(rb"^[ \t]*" + KEY.encode() + rb"(?:\[\$\w+\])?[ \t]*=[ \t]*(.*?)[ \t]*$")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")


def is_enabled(path: Path) -> bool:
    """Whether Krita loads the plug-in at its next start."""
    lines = _read(path)
    entries = [match for at in _in_group(lines) if (match := _ENTRY.match(lines[at].rstrip(b"\r\n")))]
    return bool(entries) and entries[-1][1].lower() in (b"true", b"1", b"on", b"yes")


def enable(path: Path) -> bool:
    """Have Krita load the plug-in. False if it already does; else the file is made or changed."""
    if is_enabled(path):
        return False
    lines = _without_entry(_read(path))
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += end
    entry = KEY.encode() + b"=true" + end
    starts = [at for at, line in enumerate(lines) if line.strip() == _GROUP]
    if starts:
        lines.insert(starts[-1] + 1, entry)
    else:
        lines += [end] * bool(lines) + [_GROUP + end, entry]
    write_whole(path, b"".join(lines))
    return True


def forget(path: Path) -> bool:
    """Take the entry out, and its group where nothing else is left in it. False if there was none."""
    before = _read(path)
    lines = _without_entry(before)
    if lines == before:
        return False
    starts = [at for at, line in enumerate(lines) if line.strip() == _GROUP]
    if starts and not any(lines[at].strip() for at in _in_group(lines)):
        del lines[starts[-1]]
        if starts[-1] == len(lines) > 0 and not lines[-1].strip():
            del lines[-1]  # the empty line `enable` put before the group
    if lines:
        write_whole(path, b"".join(lines))
    else:
        path.unlink()
    return True


def resource_folder(path: Path) -> Path | None:
    """The resource folder chosen in Krita's settings; None if it is the usual one."""
    chosen = None
    for line in _read(path):
        if line.lstrip().startswith(b"["):
            break
        match = re.match(rb"[ \t]*ResourceDirectory(?:\[\$e\])?[ \t]*=[ \t]*(.*?)[ \t]*$", line.rstrip(b"\r\n"))
        chosen = match[1].decode("utf-8", "replace") if match else chosen
    if not chosen:
        return None
    return Path(_ESCAPE.sub(_unescaped, chosen)).expanduser()


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) == 3:
        return chr(int(code[1:], 16))
    return {"s": " ", "t": "\t", "n": "\n", "r": "\r"}.get(code, code)


def _read(path: Path) -> list[bytes]:
    """The lines, with their ends; none where there is no file."""
    return path.read_bytes().splitlines(keepends=True) if path.is_file() else []


def _in_group(lines: list[bytes]) -> list[int]:
    """The numbers of the lines in the group, all of its appearances."""
    found, inside = [], False
    for at, line in enumerate(lines):
        if line.lstrip().startswith(b"["):
            inside = line.strip() == _GROUP
        elif inside:
            found.append(at)
    return found


def _without_entry(lines: list[bytes]) -> list[bytes]:
    ours = {at for at in _in_group(lines) if _ENTRY.match(lines[at].rstrip(b"\r\n"))}
    return [line for at, line in enumerate(lines) if at not in ours]
