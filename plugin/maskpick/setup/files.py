"""Files that appear whole or not at all, and folders that are swapped."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

File = tuple[bytes, bool]
"""The bytes, and whether it is a program."""
Content = Mapping[str, File]
"""Files by relative paths with slashes."""


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` beside ``path``, then take its place. A link stays one; permissions stay as they were."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fresh.write_bytes(data)
        if path.exists():
            fresh.chmod(path.stat().st_mode & 0o777)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def write_folder(path: Path, content: Content) -> None:
    """Make the folder ``path`` hold just ``content``: it is made beside and swapped in, so nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # What cannot be deleted afterwards, because a program has it open, is no reason to fail: the new one is in place.
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent, ignore_cleanup_errors=True) as name:
        fresh, before = Path(name) / "fresh", Path(name) / "before"
        for relative, (data, program) in content.items():
            file = fresh / relative
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            if program:
                mode = file.stat().st_mode
                file.chmod(mode | (mode & 0o444) >> 2)  # whoever may read it may run it
        if path.exists() or path.is_symlink():
            path.rename(before)
        try:
            fresh.rename(path)
        except OSError:
            if before.exists() or before.is_symlink():
                before.rename(path)
            raise


def holds(path: Path, content: Content) -> bool:
    """Whether the folder ``path`` holds ``content``, and nothing else but bytecode."""
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    there = {name for name in files if "__pycache__" not in name.split("/")}
    return there == content.keys() and all(
        files[name].read_bytes() == data and (not program or os.name == "nt" or os.access(files[name], os.X_OK))
        for name, (data, program) in content.items()
    )


def delete_file(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
        return True
    return False
